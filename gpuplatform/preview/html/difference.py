"""What differs from another plan: what comes, what goes, what changes, and what of that is made anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from gpuplatform.preview.html.data import numbers
from gpuplatform.preview.html.faults import scrolled
from gpuplatform.preview.html.markup import Content, Markup, join, tag
from gpuplatform.preview.look import listing, mapping
from gpuplatform.preview.plan import Json, Plan
from gpuplatform.preview.words import counted

KINDS: Final = {"added": "new", "removed": "gone", "changed": "changed"}
_PROPERTIES: Final = ("properties", "changes", "paths", "diff")
_REPLACED: Final = ("replace", "replaced", "replacement")


def section(plan: Plan, difference: Mapping[str, Json]) -> Markup:
    """`added`, `removed` and `changed` each list URNs or objects with a `urn`; what else an object says is told beside it."""
    rows = numbers(plan)
    found = {kind: [_entry(one) for one in _entries(difference.get(kind))] for kind in KINDS}
    counts = ", ".join(f"{len(found[kind])} {word}" for kind, word in KINDS.items())
    body = [_row(KINDS[kind], entry, rows) for kind in KINDS for entry in found[kind]]
    if not body:
        return tag("p", "Nothing differs.")
    table = tag(
        "table",
        tag("caption", "Resources that differ", class_="unseen"),
        tag("thead", tag("tr", *(tag("th", head, scope="col") for head in ("", "resource", "kind", "what")))),
        tag("tbody", *body),
    )
    replaced = sum(_is_replaced(entry) for entry in found["changed"])
    anew = f" {counted(replaced, 'resource')} of these would be deleted and made anew." if replaced else ""
    return join([tag("p", f"{counts}.{anew}"), scrolled(table, "Difference")])


def _entries(value: Json) -> Iterator[Json]:
    """A list, or an object by URN."""
    if isinstance(value, Mapping):
        for urn, what in mapping(dict(value)).items():  # pyright: ignore[reportUnknownArgumentType] - JSON of any kind
            yield {"urn": urn, **(mapping(what) or {"properties": what})}
    else:
        yield from value if isinstance(value, (list, tuple)) else ()


def _entry(one: Json) -> dict[str, Json]:
    return mapping(one) or {"urn": str(one)}


def _is_replaced(entry: Mapping[str, Json]) -> bool:
    return any(entry.get(key) for key in _REPLACED)


def _row(word: str, entry: Mapping[str, Json], rows: Mapping[str, int]) -> Markup:
    urn = str(entry.get("urn", ""))
    name = str(entry.get("name") or urn.rpartition("::")[2])
    type_ = str(entry.get("type") or urn.rpartition("::")[0].rpartition("::")[2].rpartition("$")[2])
    link: Content = tag("a", name, href=f"#r{rows[urn]}") if urn in rows else name
    label = f"{word}, made anew" if _is_replaced(entry) else word
    return tag(
        "tr",
        tag("td", tag("span", label, class_=f"badge {'bad' if _is_replaced(entry) or word == 'gone' else word}")),
        tag("th", link, scope="row"),
        tag("td", type_),
        tag("td", *_what(entry)),
        data_row=rows.get(urn),
    )


def _what(entry: Mapping[str, Json]) -> Iterator[Content]:
    for key in _PROPERTIES:
        value = entry.get(key)
        for n, path in enumerate(mapping(value) or listing(value)):
            yield "; " if n else None
            yield tag("code", str(mapping(path).get("path") or path))
    for key in ("why", "message", "reason"):
        if entry.get(key):
            yield f" {entry[key]}"
