"""The bill in a terminal: by layer, what it changes by, what it lacks, and what a unit of use costs."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from rich import box, markup
from rich.console import Console
from rich.table import Table

from gpuplatform.plan.model import Plan
from gpuplatform.plan.wording import money
from gpuplatform.preview.billing.bill import Bill
from gpuplatform.preview.billing.calendar import Month
from gpuplatform.preview.billing.economics import Economics
from gpuplatform.preview.billing.lines import State, Totals
from gpuplatform.preview.comparison.difference import Difference
from gpuplatform.preview.record.failure import visible
from gpuplatform.preview.report import comparison, team_costs, unit_costs
from gpuplatform.preview.report.sums import (
    assumed_use,
    by_layer_sums,
    by_terms,
    not_in_the_bill,
    old_prices,
    reasons,
    rounding,
)

_UNPRICED_SHOWN: Final = 5


def show(console: Console, plan: Plan, bill: Bill, difference: Difference | None) -> None:
    layers = by_layer_sums(plan, bill)
    _sums(console, "bill", [(layer, _amounts(sums)) for layer, sums in layers.items()], _amounts(bill.totals))
    if note := rounding(bill.totals, layers):
        console.print(f"[dim]{note}[/]")
    changes = [
        (layer, [_change(a) for a in amounts])
        for layer, amounts in (comparison.bill_lines(difference) if difference else ())
    ]
    if any(any(amounts) for _, amounts in changes):
        console.print()
        _sums(console, "change of it", [row for row in changes[:-1] if any(row[1])], changes[-1][1])
    if told := by_terms(bill):
        console.print(escape(told))
    _unpriced(console, plan, bill)
    if old := old_prices(bill):
        console.print(f"[yellow]{escape(old)}[/]")
    if assumed := assumed_use(bill):
        console.print(escape(assumed))
    console.print()
    _costs(console, plan, bill)
    pools, models = _pools(bill.economics), unit_costs.models(bill.economics, bill.volume_costs)
    _units(console, ("GPU pool", "bought as", "price\n$ a GPU-hour", "effective $ per\nused GPU-hour"), pools)
    _units(
        console,
        (
            "model, busy",
            "runs on",
            *(h.replace("million ", "million\n") for h in unit_costs.model_heads(bill.volume_costs)),
        ),
        models,
    )
    for sentence in (unit_costs.volumes(bill.volume_costs), unit_costs.without_throughput(bill.economics)):
        if sentence:
            console.print(f"{escape(sentence)}\n")
    _sentences(console, team_costs.break_evens(bill))


def _costs(console: Console, plan: Plan, bill: Bill) -> None:
    """The dearest lines, and who pays."""
    heads = team_costs.LINE_HEADS
    if rows := team_costs.dearest(plan, bill):
        table = plain_table()
        table.add_column(heads[0], style="bold", overflow="fold")
        table.add_column(heads[1], overflow="fold")
        table.add_column(heads[2], justify="right", no_wrap=True)
        table.add_column(heads[3], overflow="fold")
        for row in rows:
            table.add_row(*map(escape, row))
        console.print(table)
        console.print()
    _units(console, team_costs.TEAM_HEADS, team_costs.teams(bill), text_columns=1)
    _sentences(console, team_costs.team_notes(bill))


def _sentences(console: Console, sentences: Sequence[str]) -> None:
    """The first says what the others are."""
    for place, sentence in enumerate(sentences):
        console.print(f"{'  ' if place else ''}{escape(sentence)}")
    if sentences:
        console.print()


def show_months(console: Console, found: Sequence[Month]) -> None:
    table = plain_table(footer=True)
    table.add_column("from", "total", style="bold", no_wrap=True)
    for head, amounts in (
        ("expected\n$ at list prices", [month.expected for month in found]),
        ("cash\n$ paid", [month.cash for month in found]),
    ):
        table.add_column(head, money(sum(amounts, Decimal(0))), justify="right", no_wrap=True)
    table.add_column("what is paid up front, and what ends", overflow="fold")
    for month in found:
        table.add_row(f"{month.begins}", money(month.expected), money(month.cash), escape("\n".join(month.events)))
    console.print(table)


def _amounts(totals: Totals) -> list[str]:
    return [money(state.of(totals)) for state in State]


def _change(amount: Decimal) -> str:
    return f"{amount:+,.2f}" if amount else ""


def _sums(console: Console, head: str, rows: Sequence[tuple[str, Sequence[str]]], total: Sequence[str]) -> None:
    table = plain_table(footer=True)
    table.add_column(head, "total", style="bold", no_wrap=True)
    for state, amount in zip(State, total, strict=True):
        table.add_column(f"{state.word}\n$ {state.period}", amount, justify="right", no_wrap=True)
    for name, amounts in rows:
        table.add_row(escape(name), *amounts)
    console.print(table)


def _pools(economics: Economics) -> list[tuple[str, str, str, str]]:
    """A pool's name once."""
    return [(pool if used else "", what, price, used) for pool, what, price, used in unit_costs.pools(economics)]


def _units(console: Console, heads: Sequence[str], rows: Sequence[tuple[str, ...]], text_columns: int = 2) -> None:
    if not rows:
        return
    table = plain_table()
    table.add_column(heads[0], style="bold", overflow="fold")
    for head in heads[1:text_columns]:
        table.add_column(head, overflow="fold")
    for head in heads[text_columns:]:
        table.add_column(head, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(table)
    console.print()


def _unpriced(console: Console, plan: Plan, bill: Bill) -> None:
    console.print(f"[dim]List prices in {bill.currency}, the oldest of {bill.as_of or '?'}.[/]")
    why = reasons(bill)
    if not why:
        return
    console.print(escape(not_in_the_bill(plan, bill)))
    for reason, urns in list(why.items())[:_UNPRICED_SHOWN]:
        others = f" and {len(urns) - 1} more" if len(urns) > 1 else ""
        console.print(f"  {escape(plan.by_urn[urns[0]].name)}{others}: {escape(reason)}")
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
