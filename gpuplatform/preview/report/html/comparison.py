"""What differs from another plan: what comes, what goes, what changes, what of that is made anew, and what is lost with it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from gpuplatform.plan.model import Json, Plan
from gpuplatform.plan.values import listing, mapping
from gpuplatform.plan.wording import counted, money
from gpuplatform.preview.report.comparison import kinds
from gpuplatform.preview.report.html.data import numbers
from gpuplatform.preview.report.html.findings import scrolled
from gpuplatform.preview.report.html.markup import Content, Markup, join, tag
from gpuplatform.preview.report.sums import STATES
from gpuplatform.preview.report.terminal import short_type

KINDS: Final = ("added", "removed", "changed")
LONGEST: Final = 120
"""Characters of a value; the whole of it is in the resource's inputs."""


def section(plan: Plan, difference: Mapping[str, Json]) -> Markup:
    """As `difference_report.to_json` writes it: `added`, `removed` and `changed` list URNs or objects with a `urn`."""
    rows = numbers(plan)
    found = {kind: [mapping(one) or {"urn": str(one)} for one in listing(difference.get(kind))] for kind in KINDS}
    entries = sorted(((kind, entry) for kind in KINDS for entry in found[kind]), key=_weight)
    alone = [(kind, entry) for kind, entry in entries if not _is_along(entry)]
    groups = _grouped(entry for _, entry in entries if _is_along(entry))
    body = [_row(kind, entry, rows) for kind, entry in alone]
    grave = sum(_weight(row) < 2 for row in alone)
    body[grave:grave] = [_group(cause, group, rows) for cause, group in groups.items()]
    costs = _bill(difference)
    if not body:
        return join([tag("p", "No resource differs."), costs])
    counts = ", ".join(f"{len(found[kind])} {kind}" for kind in KINDS if found[kind])
    replaced = sum(_is_replaced(entry) for entry in found["changed"])
    anew = (
        f", of which {replaced} {'is' if replaced == 1 else 'are'} replaced: deleted and made anew" if replaced else ""
    )
    table = tag(
        "table",
        tag("caption", "Resources that differ", class_="unseen"),
        tag("thead", tag("tr", *(tag("th", head, scope="col") for head in ("difference", "resource", "kind", "what")))),
        tag("tbody", *body),
        class_="differs",
    )
    return join([tag("p", f"{counts}{anew}."), costs, scrolled(table, "Resources that differ")])


def _is_replaced(entry: Mapping[str, Json]) -> bool:
    return entry.get("action") == "replace"


def _is_along(entry: Mapping[str, Json]) -> bool:
    """Replaced with another alone, and nothing is lost by it."""
    return bool(entry.get("dragged")) and not entry.get("loses")


def _grouped(entries: Iterable[Mapping[str, Json]]) -> dict[str, list[Mapping[str, Json]]]:
    groups: dict[str, list[Mapping[str, Json]]] = {}
    for entry in entries:
        groups.setdefault(", ".join(str(one) for one in listing(entry.get("because"))), []).append(entry)
    return groups


def _group(cause: str, entries: list[Mapping[str, Json]], rows: Mapping[str, int]) -> Markup:
    """One row for all that is replaced with the same resource."""
    if len(entries) == 1:
        return _row("changed", entries[0], rows)
    links = [tag("li", _link(str(entry.get("urn", "")), rows)) for entry in entries]
    return tag(
        "tr",
        tag("td", tag("span", "replaced", class_="badge bad")),
        tag("th", counted(len(entries), "resource"), scope="row"),
        tag("td", kinds(str(entry.get("type", "")) for entry in entries)),
        tag("td", f"With {cause}. ", tag("details", tag("summary", "Which"), tag("ul", *links))),
    )


def _weight(row: tuple[str, Mapping[str, Json]]) -> int:
    """What is lost comes first, then what is made anew, what goes, what changes, and last what is new."""
    word, entry = row
    order = [bool(entry.get("loses")), _is_replaced(entry), word == "removed", word == "changed", True]
    return order.index(True)


def _row(word: str, entry: Mapping[str, Json], rows: Mapping[str, int]) -> Markup:
    urn = str(entry.get("urn", ""))
    type_ = str(entry.get("type") or urn.rpartition("::")[0].rpartition("::")[2].rpartition("$")[2])
    bad = _is_replaced(entry) or word == "removed"
    unsure = str(entry.get("action")) if " or " in str(entry.get("action")) else ""
    label = "replaced" if _is_replaced(entry) else unsure or word
    return tag(
        "tr",
        tag("td", tag("span", label, class_=f"badge {'bad' if bad else word}")),
        tag("th", _link(urn, rows), scope="row"),
        tag("td", short_type(type_)),
        tag("td", *_what(entry)),
        data_row=rows.get(urn),
    )


def _link(urn: str, rows: Mapping[str, int]) -> Content:
    name = urn.rpartition("::")[2]
    return tag("a", name, href=f"#r{rows[urn]}") if urn in rows else name


def _what(entry: Mapping[str, Json]) -> Iterator[Content]:
    if entry.get("loses"):
        yield tag("strong", f"Lost with it: {entry['loses']}. ", class_="error")
    because = [str(reason) for reason in listing(entry.get("because"))]
    if because:
        yield tag("span", f"{'With' if entry.get('dragged') else 'For'} {', '.join(because)}. ")
    changes = [mapping(change) for change in listing(entry.get("changes"))]
    if changes:
        yield tag("ul", *(tag("li", tag("code", str(c.get("path"))), ": ", *_values(c)) for c in changes))


def _values(change: Mapping[str, Json]) -> Iterator[Content]:
    yield tag("del", _short(change.get("before")))
    yield " → "
    yield tag("ins", _short(change.get("after")))


def _short(value: Json) -> str:
    text = "nothing" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _bill(difference: Mapping[str, Json]) -> Content:
    """The sums that differ, by layer: what was, and what would be."""
    if difference.get("no_bill"):
        return tag("p", f"No bill to compare with: {difference['no_bill']}.", class_="muted")
    if not (mapping(difference.get("before")) and mapping(difference.get("after"))):
        return None
    rows = [_sums(layer, mapping(pair)) for layer, pair in mapping(difference.get("by_layer")).items()]
    head = tag("tr", tag("th", "layer", scope="col"), *(_head(state) for state in STATES))
    table = tag(
        "table",
        tag("caption", "Bill, where it differs" if rows else "The bill stays the same"),
        tag("thead", head),
        tag("tbody", *rows),
        tag("tfoot", _sums("total", difference)),
    )
    return scrolled(table, "Difference of the bill")


def _head(state: str) -> Markup:
    unit = "$ an hour" if state.endswith("hourly") else "$ a month"
    return tag("th", state.partition("_")[0], tag("small", unit), scope="col", class_="number")


def _sums(name: str, pair: Mapping[str, Json]) -> Markup:
    before, after = mapping(pair.get("before")), mapping(pair.get("after"))
    return tag(
        "tr",
        tag("th", name, scope="row"),
        *(tag("td", *_amounts(before.get(state), after.get(state)), class_="number") for state in STATES),
    )


def _amounts(before: Json, after: Json) -> Iterator[Content]:
    """`3,144.00 → 1,952.00`, or the one sum that stays."""
    if before != after:
        yield tag("del", money(before))
        yield " → "
    yield tag("ins" if before != after else "span", money(after) if after is not None else "")
