"""What differs from an older plan: what is added, removed, changed and replaced, what is lost with it, and how the bill changes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.wording import counted, money
from gpuplatform.preview.billing.lines import State, Totals
from gpuplatform.preview.comparison.changes import Change
from gpuplatform.preview.comparison.difference import Action, Changed, Difference, lost
from gpuplatform.preview.report.comparison import dragged_along, kinds
from gpuplatform.preview.report.html.data import link, numbers
from gpuplatform.preview.report.html.findings import scrolled
from gpuplatform.preview.report.html.markup import Content, Markup, join, tag
from gpuplatform.preview.report.terminal import short_type

LONGEST: Final = 120
"""Characters of a value; the whole of it is in the resource's inputs."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A resource that differs."""

    word: str
    """`added`, `removed` or `changed`."""
    resource: PlannedResource
    loses: str = ""
    changed: Changed | None = None

    @property
    def replaced(self) -> bool:
        return self.changed is not None and self.changed.action is Action.REPLACE

    @property
    def weight(self) -> int:
        """What is lost comes first, then what is replaced, removed, changed, and last what is new."""
        return [bool(self.loses), self.replaced, self.word == "removed", self.word == "changed", True].index(True)


def section(plan: Plan, difference: Difference) -> Markup:
    rows = numbers(plan)
    groups = _dragged_along(difference)
    entries = sorted(_entries(difference), key=lambda entry: entry.weight)
    body = [_row(entry, rows) for entry in entries]
    grave = sum(entry.weight < 2 for entry in entries)
    body[grave:grave] = [_group(cause, group, rows) for cause, group in groups.items()]
    costs = _bill(difference)
    if not body:
        return join([tag("p", "No resource differs."), costs])
    table = tag(
        "table",
        tag("caption", "Resources that differ", class_="unseen"),
        tag("thead", tag("tr", *(tag("th", head, scope="col") for head in ("difference", "resource", "kind", "what")))),
        tag("tbody", *body),
        class_="differs",
    )
    return join([tag("p", f"{_counts(difference)}."), costs, scrolled(table, "Resources that differ")])


def _counts(difference: Difference) -> str:
    parts = {"added": difference.added, "removed": difference.removed, "changed": difference.changed}
    counts = ", ".join(f"{len(part)} {word}" for word, part in parts.items() if part)
    replaced = len(difference.replaced)
    if not replaced:
        return counts
    return f"{counts}, of which {replaced} {'is' if replaced == 1 else 'are'} replaced: deleted and made anew"


def _entries(difference: Difference) -> Iterator[_Entry]:
    """What has a row of its own."""
    for resource in difference.added:
        yield _Entry("added", resource)
    for resource in difference.removed:
        yield _Entry("removed", resource, lost(resource))
    for changed in difference.changed:
        if not dragged_along(changed):
            yield _Entry("changed", changed.after, changed.loses, changed)


def _dragged_along(difference: Difference) -> dict[str, list[Changed]]:
    """Cause → what is replaced with it."""
    groups: dict[str, list[Changed]] = {}
    for changed in filter(dragged_along, difference.changed):
        groups.setdefault(", ".join(changed.because), []).append(changed)
    return groups


def _group(cause: str, group: list[Changed], rows: Mapping[str, int]) -> Markup:
    """One row for all that is replaced with the same resource."""
    if len(group) == 1:
        return _row(_Entry("changed", group[0].after, "", group[0]), rows)
    links = [tag("li", link(changed.after.urn, rows)) for changed in group]
    return tag(
        "tr",
        tag("td", tag("span", "replaced", class_="badge bad")),
        tag("th", counted(len(group), "resource"), scope="row"),
        tag("td", kinds(changed.after.type for changed in group)),
        tag("td", f"With {cause}. ", tag("details", tag("summary", "Which"), tag("ul", *links))),
    )


def _row(entry: _Entry, rows: Mapping[str, int]) -> Markup:
    unsure = entry.changed is not None and entry.changed.action is Action.UNSURE
    label = "replaced" if entry.replaced else Action.UNSURE.value if unsure else entry.word
    bad = entry.replaced or entry.word == "removed"
    return tag(
        "tr",
        tag("td", tag("span", label, class_=f"badge {'bad' if bad else entry.word}")),
        tag("th", link(entry.resource.urn, rows), scope="row"),
        tag("td", short_type(entry.resource.type)),
        tag("td", *_what(entry)),
        data_row=rows.get(entry.resource.urn),
    )


def _what(entry: _Entry) -> Iterator[Content]:
    if entry.loses:
        yield tag("strong", f"Lost with it: {entry.loses}. ", class_="error")
    if entry.changed is None:
        return
    if entry.changed.because:
        yield tag("span", f"{'With' if entry.changed.dragged else 'For'} {', '.join(entry.changed.because)}. ")
    if entry.changed.changes:
        yield tag("ul", *(tag("li", tag("code", c.path), ": ", *_values(c)) for c in entry.changed.changes))


def _values(change: Change) -> Iterator[Content]:
    yield tag("del", _short(change.before))
    yield " → "
    yield tag("ins", _short(change.after))


def _short(value: Json) -> str:
    text = "nothing" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _bill(difference: Difference) -> Content:
    """The sums that differ, by layer: what was, and what would be."""
    if difference.totals is None:
        return tag("p", f"No bill to compare with: {difference.no_bill}.", class_="muted")
    rows = [_sums(layer, *pair) for layer, pair in difference.by_layer.items()]
    head = tag("tr", tag("th", "layer", scope="col"), *(_head(state) for state in State))
    table = tag(
        "table",
        tag("caption", "Bill, where it differs" if rows else "The bill stays the same"),
        tag("thead", head),
        tag("tbody", *rows),
        tag("tfoot", _sums("total", *difference.totals)),
    )
    return scrolled(table, "Difference of the bill")


def _head(state: State) -> Markup:
    return tag("th", state.word, tag("small", f"$ {state.period}"), scope="col", class_="number")


def _sums(name: str, before: Totals, after: Totals) -> Markup:
    cells = (tag("td", *_amounts(state, before, after), class_="number") for state in State)
    return tag("tr", tag("th", name, scope="row"), *cells)


def _amounts(state: State, before: Totals, after: Totals) -> Iterator[Content]:
    """`3,144.00 → 1,952.00`, or the one sum that stays."""
    old, new = money(state.of(before)), money(state.of(after))
    if old != new:
        yield tag("del", old)
        yield " → "
    yield tag("ins" if old != new else "span", new)
