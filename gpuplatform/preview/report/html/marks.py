"""Signs in the corners of boxes: findings, and differences from an older plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from gpuplatform.plan.wording import counted
from gpuplatform.preview.checking.check import Finding, Severity
from gpuplatform.preview.comparison.difference import Action, Difference
from gpuplatform.preview.report.html.boxes import Box, Mark
from gpuplatform.preview.report.html.picture import Picture

SIGNS: Final = {
    "error": ("!", "error"),
    "warning": ("!", "warning"),
    "info": ("i", "note"),
    "replaced": ("±", "replaced"),
    "added": ("+", "added"),
    "changed": ("~", "changed"),
}
"""Kind → the sign and the word, the gravest first of each sort: a box carries one for findings and one for differences."""


def mark(picture: Picture, findings: Sequence[Finding], difference: Difference | None) -> list[str]:
    """Put the signs on a picture's boxes. Returns the kinds that it carries, for the legend."""
    wrong = _by_box(picture, ((f.urn, f.severity.value) for f in findings))
    differs = _by_box(picture, _differences(difference) if difference else ())
    new = {resource.urn for resource in difference.added} if difference else set[str]()
    for number, box in enumerate(picture.boxes):
        box.marks = (*_of_findings(wrong.get(number, [])), *_of_differences(box, differs.get(number, []), new))
    carried = {one.kind for box in picture.boxes for one in box.marks}
    return [kind for kind in SIGNS if kind in carried]


def _differences(difference: Difference) -> Iterable[tuple[str, str]]:
    for resource in difference.added:
        yield resource.urn, "added"
    for changed in difference.changed:
        yield changed.after.urn, "replaced" if changed.action is Action.REPLACE else "changed"


def _by_box(picture: Picture, kinds: Iterable[tuple[str, str]]) -> dict[int, list[str]]:
    """Number of a box → the kinds of all URNs that it shows."""
    boxes: dict[int, list[str]] = {}
    for urn, kind in kinds:
        number = picture.number_of(urn) if urn else None
        if number is not None:
            boxes.setdefault(number, []).append(kind)
    return boxes


def _of_findings(kinds: list[str]) -> Iterable[Mark]:
    for worst in (severity.value for severity in Severity if severity.value in kinds):
        yield Mark(worst, SIGNS[worst][0], ", ".join(_counts(kinds)))
        return


def _of_differences(box: Box, kinds: list[str], new: set[str]) -> Iterable[Mark]:
    """What is added within a box that was there before changes it."""
    if not kinds:
        return
    kind = "replaced" if "replaced" in kinds else "added" if box.urn in new else "changed"
    parts = f": {', '.join(_counts(kinds))}" if len(kinds) > 1 else ""
    yield Mark(kind, SIGNS[kind][0], f"{SIGNS[kind][1]}{parts}")


def _counts(kinds: list[str]) -> list[str]:
    """`2 errors`, `3 replaced`."""
    return [
        counted(kinds.count(kind), word) if kind in set(Severity) else f"{kinds.count(kind)} {word}"
        for kind, (_, word) in SIGNS.items()
        if kind in kinds
    ]
