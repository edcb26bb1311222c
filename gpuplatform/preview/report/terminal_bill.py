"""The bill in a terminal: by layer, what it changes by, what it lacks, and what a unit of use costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich import box, markup
from rich.console import Console
from rich.table import Table

from gpuplatform.plan.model import Json, Plan
from gpuplatform.plan.values import mapping
from gpuplatform.plan.wording import money
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.record.failure import visible
from gpuplatform.preview.report import comparison, unit_costs
from gpuplatform.preview.report.sums import (
    STATES,
    assumed_use,
    by_layer_sums,
    not_in_the_bill,
    old_prices,
    reasons,
    rounding,
)

HEADS: Final = ("asleep\n$ a month", "idle\n$ a month", "expected\n$ a month", "maximum\n$ an hour")
_UNPRICED_SHOWN: Final = 5


def show(console: Console, preview: Preview) -> None:
    plan, bill, difference = preview.plan, mapping(preview.bill), preview.difference
    layers = by_layer_sums(plan, bill)
    rows = [(layer, [money(sums[state]) for state in STATES]) for layer, sums in layers.items()]
    _sums(console, "bill", rows, [money(bill.get(state)) for state in STATES])
    if note := rounding(bill, layers):
        console.print(f"[dim]{note}[/]")
    changes = [
        (layer, [_change(a) for a in amounts])
        for layer, amounts in (comparison.bill_lines(difference) if difference else ())
    ]
    if any(any(amounts) for _, amounts in changes):
        console.print()
        _sums(console, "change of it", [row for row in changes[:-1] if any(row[1])], changes[-1][1])
    _unpriced(console, plan, bill)
    if old := old_prices(bill):
        console.print(f"[yellow]{escape(old)}[/]")
    if assumed := assumed_use(bill):
        console.print(escape(assumed))
    console.print()
    economics = bill.get("economics")
    _units(console, ("GPU pool", "bought as", "price\n$ a GPU-hour", "made use of\n$ a GPU-hour"), _pools(economics))
    _units(
        console,
        ("model, busy", "runs on", "$ a million\nrequests", "$ a million\ntokens"),
        unit_costs.models(economics),
    )
    if silent := unit_costs.silent(economics):
        console.print(f"{escape(silent)}\n")


def _change(amount: float) -> str:
    return f"{amount:+,.2f}" if amount else ""


def _sums(console: Console, head: str, rows: Sequence[tuple[str, Sequence[str]]], total: Sequence[str]) -> None:
    table = plain_table(footer=True)
    table.add_column(head, "total", style="bold", no_wrap=True)
    for word, amount in zip(HEADS, total, strict=True):
        table.add_column(word, amount, justify="right", no_wrap=True)
    for name, amounts in rows:
        table.add_row(escape(name), *amounts)
    console.print(table)


def _pools(economics: Json) -> list[tuple[str, str, str, str]]:
    """A pool's name once."""
    return [(pool if used else "", what, price, used) for pool, what, price, used in unit_costs.pools(economics)]


def _units(console: Console, heads: Sequence[str], rows: Sequence[tuple[str, str, str, str]]) -> None:
    if not rows:
        return
    table = plain_table()
    table.add_column(heads[0], style="bold", overflow="fold")
    table.add_column(heads[1], overflow="fold")
    for head in heads[2:]:
        table.add_column(head, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(table)
    console.print()


def _unpriced(console: Console, plan: Plan, bill: dict[str, Json]) -> None:
    console.print(f"[dim]List prices in {bill.get('currency', 'USD')}, the oldest of {bill.get('as_of', '?')}.[/]")
    why = reasons(bill)
    if not why:
        return
    console.print(escape(not_in_the_bill(plan, bill)))
    for reason, urns in list(why.items())[:_UNPRICED_SHOWN]:
        names = [plan.by_urn[urn].name if urn in plan.by_urn else urn for urn in urns]
        others = f" and {len(names) - 1} more" if len(names) > 1 else ""
        console.print(f"  {escape(names[0])}{others}: {escape(reason)}")
    if len(why) > _UNPRICED_SHOWN:
        console.print(f"  … and {len(why) - _UNPRICED_SHOWN} more; --json has them all")


def escape(text: str) -> str:
    """Text of a plan, which is neither markup nor an order to the terminal."""
    return markup.escape(visible(text))


def plain_table(*, footer: bool = False) -> Table:
    return Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        show_footer=footer,
        pad_edge=False,
        padding=(0, 1),
        header_style="dim",
        expand=False,
    )
