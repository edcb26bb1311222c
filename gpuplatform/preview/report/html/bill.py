"""The bill: by layer and by team with charts, line by line, and what it does not hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from gpuplatform.plan.model import Plan
from gpuplatform.plan.wording import counted, money
from gpuplatform.preview.billing.bill import Bill
from gpuplatform.preview.billing.lines import Line, State, Totals, fine
from gpuplatform.preview.report.html import economics
from gpuplatform.preview.report.html.charts import MONTHLY, bars
from gpuplatform.preview.report.html.data import link, numbers
from gpuplatform.preview.report.html.findings import scrolled
from gpuplatform.preview.report.html.markup import Content, Markup, join, tag
from gpuplatform.preview.report.sums import by_layer_sums, by_team_sums, how_to_price, rounding

MEANING: Final = {
    State.ASLEEP: "a month with every schedule in its off state",
    State.IDLE: "a month awake around the clock with every pool and endpoint at its minimum",
    State.EXPECTED: "a month by the hours and amounts that settings state",
    State.MAXIMUM: "the dearest hour, with everything at its cap",
}


def section(plan: Plan, bill: Bill | None) -> Markup:
    if bill is None:
        return tag("p", "No bill was computed.")
    rows = numbers(plan)
    return join(
        [
            tag(
                "p",
                f"List prices in {bill.currency}, the oldest of {bill.as_of or '?'}.",
                class_="muted",
            ),
            tag(
                "dl",
                *(part for state, what in MEANING.items() for part in (tag("dt", state.word), tag("dd", what))),
                class_="words",
            ),
            _group("layer", by_layer_sums(plan, bill), bill.totals),
            _group("team", by_team_sums(bill), bill.totals),
            economics.teams(bill),
            economics.section(bill),
            tag(
                "h3",
                f"{counted(len(bill.lines), 'line')}, the dearest first ",
                tag("span", "$ a month; maximum: $ an hour", class_="count"),
            ),
            scrolled(_lines(bill.lines, rows), "Lines of the bill"),
            _folded(
                "Not in the bill",
                [
                    *(join([link(urn, rows), f": {why}"]) for urn, why in bill.unpriced),
                    *([way] if (way := how_to_price(plan, bill)) else ()),
                ],
            ),
            _folded("Taken for granted", bill.assumptions),
            _folded("Old prices", bill.stale_prices),
        ]
    )


def _group(noun: str, groups: Mapping[str, Totals], total: Totals) -> Markup:
    share = tag("th", "share", tag("small", "of expected"), scope="col", class_="number")
    head = tag("tr", tag("th", noun, scope="col"), *(_head(state) for state in State), share)
    rows = [_sums(name, sums, total) for name, sums in groups.items()]
    table = tag(
        "table",
        tag("caption", f"Dollars by {noun}"),
        tag("thead", head),
        tag("tbody", *rows),
        tag("tfoot", _sums("total", total, total)),
    )
    chart = bars(f"Dollars a month by {noun}", f"bars-{noun}", groups)
    return tag(
        "div",
        tag("h3", f"By {noun}"),
        tag("figure", _key(), chart, tabindex=0, aria_label=f"Chart by {noun}"),
        scrolled(table, f"Bill by {noun}"),
        *([tag("p", note, class_="muted")] if (note := rounding(total, groups)) else ()),
        class_="pair",
    )


def _sums(name: str, sums: Totals, total: Totals) -> Markup:
    own, whole = sums.expected_monthly, total.expected_monthly
    share = "" if not whole else "< 1%" if 0 < own < whole / 100 else f"{own / whole:.0%}"
    return tag(
        "tr",
        tag("th", name, scope="row"),
        *(tag("td", money(state.of(sums)), class_="number") for state in State),
        tag("td", share, class_="number"),
    )


def _key() -> Markup:
    words = (tag("span", state.word, class_=f"key state{n}") for n, state in enumerate(MONTHLY))
    return tag("p", *words, class_="keys")


def _head(state: State) -> Markup:
    return tag("th", state.word, tag("small", f"$ {state.period}"), scope="col", class_="number")


def _lines(lines: Sequence[Line], rows: Mapping[str, int]) -> Markup:
    columns: list[tuple[Content, str]] = [
        ("resource", ""),
        ("what", ""),
        ("layer", ""),
        ("team", ""),
        ("quantity", "number"),
        ("unit", ""),
        ("unit price", "number"),
        *((state.word, "number") for state in State),
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
    body = [_line(line, rows) for line in sorted(lines, key=lambda line: -fine(line.expected_monthly))]
    return tag(
        "table",
        tag("caption", "Lines of the bill. A column's button sorts by it.", class_="unseen"),
        tag("thead", tag("tr", *head)),
        tag("tbody", *body),
        class_="sortable",
    )


def _line(line: Line, rows: Mapping[str, int]) -> Markup:
    return tag(
        "tr",
        tag("th", link(line.urn, rows), scope="row"),
        tag("td", line.what, class_="long"),
        tag("td", line.layer),
        tag("td", line.team),
        _number(fine(line.quantity), amount),
        tag("td", line.unit),
        _number(float(line.unit_price), unit_price),
        *(_number(fine(state.of(line)), money) for state in State),
        tag("td", str(line.as_of), title=line.source),
        data_row=rows.get(line.urn),
    )


def _number(value: float, written: Callable[[float], str]) -> Markup:
    return tag("td", written(value), class_="number", data_value=value)


def amount(number: float) -> str:
    """`2,000`, `147.95`, `0.0004`: no more figures than say something."""
    return f"{number:,.2f}".removesuffix("0").removesuffix(".0") if abs(number) >= 1 else f"{number:.3g}"


def unit_price(price: float) -> str:
    """As it is listed, with cents at least: `0.50`, `0.0000166667`."""
    whole, _, parts = f"{price:,.10f}".rstrip("0").partition(".")
    return f"{whole}.{parts:0<2}"


def _folded(title: str, sentences: Sequence[Content]) -> Content:
    if not sentences:
        return None
    return tag(
        "details",
        tag("summary", f"{title} ({len(sentences)})"),
        tag("ul", *(tag("li", sentence) for sentence in sentences)),
        open=title == "Not in the bill",
    )
