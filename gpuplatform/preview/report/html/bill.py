"""The bill: by layer and by team with charts, line by line, and what it does not hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from gpuplatform.plan.model import Json, Plan
from gpuplatform.plan.values import listing, mapping
from gpuplatform.plan.wording import counted, money
from gpuplatform.preview.report.html import economics
from gpuplatform.preview.report.html.charts import bars
from gpuplatform.preview.report.html.data import numbers
from gpuplatform.preview.report.html.findings import scrolled
from gpuplatform.preview.report.html.markup import Content, Markup, join, tag
from gpuplatform.preview.report.sums import STATES, by_layer_sums, by_team_sums, how_to_price, rounding

WORDS: Final = {
    "asleep_monthly": "asleep",
    "idle_monthly": "idle",
    "expected_monthly": "expected",
    "maximum_hourly": "maximum",
}
MEANING: Final = {
    "asleep": "a month with every schedule in its off state",
    "idle": "a month awake around the clock with every pool and endpoint at its minimum",
    "expected": "a month by the hours and amounts that settings state",
    "maximum": "the dearest hour, with everything at its cap",
}
MONTHLY: Final = [(state, WORDS[state]) for state in STATES if state.endswith("_monthly")]


def section(plan: Plan, bill: Json) -> Markup:
    """`bill` as JSON; empty where it was not computed."""
    content = mapping(bill)
    if not content:
        return tag("p", "No bill was computed.")
    rows = numbers(plan)
    layers = by_layer_sums(plan, content)
    teams = by_team_sums(content)
    return join(
        [
            tag(
                "p",
                f"List prices in {content.get('currency', 'USD')}, the oldest of {content.get('as_of') or '?'}.",
                class_="muted",
            ),
            tag(
                "dl",
                *(part for word, what in MEANING.items() for part in (tag("dt", word), tag("dd", what))),
                class_="words",
            ),
            _group("layer", layers, content),
            _group("team", teams, content),
            economics.section(content.get("economics")),
            tag(
                "h3",
                f"{counted(len(listing(content.get('lines'))), 'line')}, the dearest first ",
                tag("span", "$ a month; maximum: $ an hour", class_="count"),
            ),
            scrolled(_lines(plan, content), "Lines of the bill"),
            _told(
                "Not in the bill",
                [
                    *(_unpriced(plan, mapping(line), rows) for line in listing(content.get("unpriced"))),
                    *([way] if (way := how_to_price(plan, content)) else ()),
                ],
            ),
            _told("Taken for granted", [str(note) for note in listing(content.get("assumptions"))]),
            _told("Old prices", [str(line) for line in listing(content.get("stale"))]),
        ]
    )


def _group(noun: str, groups: dict[str, dict[str, float]], bill: dict[str, Json]) -> Markup:
    share = tag("th", "share", tag("small", "of expected"), scope="col", class_="number")
    head = tag("tr", tag("th", noun, scope="col"), *(_head(state) for state in STATES), share)
    whole = float(bill.get("expected_monthly") or 0)
    rows = [_sums(name, sums, whole) for name, sums in groups.items()]
    total = _sums("total", bill, whole)
    table = tag(
        "table", tag("caption", f"Dollars by {noun}"), tag("thead", head), tag("tbody", *rows), tag("tfoot", total)
    )
    chart = bars(f"Dollars a month by {noun}", f"bars-{noun}", groups, MONTHLY)
    return tag(
        "div",
        tag("h3", f"By {noun}"),
        tag("figure", _key(), chart, tabindex=0, aria_label=f"Chart by {noun}"),
        scrolled(table, f"Bill by {noun}"),
        *([tag("p", told, class_="muted")] if (told := rounding(bill, groups)) else ()),
        class_="pair",
    )


def _sums(name: str, sums: Mapping[str, Json] | Mapping[str, float], whole: float) -> Markup:
    own = float(sums.get("expected_monthly") or 0)
    share = "" if not whole else "< 1%" if 0 < own < whole / 100 else f"{own / whole:.0%}"
    return tag(
        "tr",
        tag("th", name, scope="row"),
        *(tag("td", money(sums.get(state)), class_="number") for state in STATES),
        tag("td", share, class_="number"),
    )


def _key() -> Markup:
    return tag("p", *(tag("span", word, class_=f"key state{n}") for n, (_, word) in enumerate(MONTHLY)), class_="keys")


def _head(state: str) -> Markup:
    unit = "$ an hour" if state == "maximum_hourly" else "$ a month"
    return tag("th", WORDS[state], tag("small", unit), scope="col", class_="number")


def _lines(plan: Plan, bill: Mapping[str, Json]) -> Markup:
    rows = numbers(plan)
    columns: list[tuple[Content, str]] = [
        ("resource", ""),
        ("what", ""),
        ("layer", ""),
        ("team", ""),
        ("quantity", "number"),
        ("unit", ""),
        ("unit price", "number"),
        *((WORDS[state], "number") for state in STATES),
        ("price of", ""),
    ]
    head = [
        tag(
            "th",
            tag("button", name, type="button", class_="sort"),
            scope="col",
            class_=class_ or None,
            aria_sort="descending" if name == "expected" else None,
        )
        for name, class_ in columns
    ]
    dearest = sorted(
        map(mapping, listing(bill.get("lines"))), key=lambda line: -float(line.get("expected_monthly") or 0)
    )
    body = [_line(plan, line, rows) for line in dearest]
    return tag(
        "table",
        tag("caption", "Lines of the bill. A column's button sorts by it.", class_="unseen"),
        tag("thead", tag("tr", *head)),
        tag("tbody", *body),
        class_="sortable",
    )


def _line(plan: Plan, line: Mapping[str, Json], rows: Mapping[str, int]) -> Markup:
    urn = str(line.get("urn"))
    resource = plan.by_urn.get(urn)
    return tag(
        "tr",
        tag("th", _link(plan, urn, rows), scope="row"),
        tag("td", str(line.get("what") or ""), class_="long"),
        tag("td", resource.layer if resource else str(line.get("layer") or "")),
        tag("td", str(line.get("team") or "")),
        _number(line.get("quantity"), amount),
        tag("td", str(line.get("unit") or "")),
        _number(line.get("unit_price"), unit_price),
        *(_number(line.get(state), money) for state in STATES),
        tag("td", str(line.get("as_of") or ""), title=str(line.get("source") or "")),
        data_row=rows.get(urn),
    )


def _number(value: Json, told: Callable[[Json], str]) -> Markup:
    return tag("td", told(value) if value is not None else "", class_="number", data_value=value)


def amount(value: Json) -> str:
    """`2,000`, `147.95`, `0.0004`: no more figures than say something."""
    number = float(value or 0)
    return f"{number:,.2f}".removesuffix("0").removesuffix(".0") if abs(number) >= 1 else f"{number:.3g}"


def unit_price(value: Json) -> str:
    """As it is listed, with cents at least: `0.50`, `0.0000166667`."""
    whole, _, parts = f"{float(value or 0):,.10f}".rstrip("0").partition(".")
    return f"{whole}.{parts:0<2}"


def _unpriced(plan: Plan, line: Mapping[str, Json], rows: Mapping[str, int]) -> Markup:
    return join([_link(plan, str(line.get("urn")), rows), f": {line.get('why', '')}"])


def _link(plan: Plan, urn: str, rows: Mapping[str, int]) -> Content:
    resource = plan.by_urn.get(urn)
    name = resource.name if resource else urn
    return tag("a", name, href=f"#r{rows[urn]}") if urn in rows else name


def _told(title: str, sentences: Sequence[Content]) -> Content:
    if not sentences:
        return None
    return tag(
        "details",
        tag("summary", f"{title} ({len(sentences)})"),
        tag("ul", *(tag("li", sentence) for sentence in sentences)),
        open=title == "Not in the bill",
    )
