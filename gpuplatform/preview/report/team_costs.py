"""What every report says of teams and of the dearest lines, as rows and sentences."""

from __future__ import annotations

from typing import Final

from gpuplatform.plan.model import Plan
from gpuplatform.plan.wording import money
from gpuplatform.preview.billing.bill import Bill
from gpuplatform.preview.billing.lines import State, Totals

SHOWN: Final = 5
"""Dearest lines."""
TEAM_HEADS: Final = ("team", "GPU nodes", "its own", "platform", "in all", "seen by tag")
LINE_HEADS: Final = ("dearest lines", "what", "$ a month", "what to know")
INCLUDED: Final = (
    "Expected month by team. GPU nodes: of its pools, with their volumes, used or not. Its own: what carries its tag. Platform: its part "
    "of what no team uses alone. Seen by tag: what AWS's budgets, monitors and Cost Explorer put on the team."
)
BREAK_EVEN: Final = "GPU hours of the expected month, as bought and bought otherwise: instances alone, at list prices."


def teams(bill: Bill) -> list[tuple[str, ...]]:
    return [
        (cost.team or "nobody", *map(_expected, (cost.pools, cost.own, cost.overhead, cost.total, cost.tagged)))
        for cost in bill.showback.teams
    ]


def team_notes(bill: Bill) -> list[str]:
    """What the columns hold, how each pool is divided, and by which key the platform is shared."""
    found = bill.showback
    if not found.teams:
        return []
    shared = f"The platform's {_expected(found.overhead)} $ are shared {found.key.sentence} (governance.overhead: {found.key})."
    return [INCLUDED, *(f"{pool.sentence}." for pool in found.pools), shared]


def break_evens(bill: Bill) -> list[str]:
    """What the figures are, and a sentence for each; none where no GPU hour is expected."""
    told = [f"{one.sentence}." for one in bill.break_even]
    return [BREAK_EVEN, *told] if told else []


def dearest(plan: Plan, bill: Bill) -> list[tuple[str, ...]]:
    """Lines of the expected month, with what each leaves out or takes for granted."""
    lines = sorted((line for line in bill.lines if line.expected_monthly), key=lambda line: -line.expected_monthly)
    return [
        (
            plan.by_urn[line.urn].name if line.urn in plan.by_urn else line.urn,
            line.what,
            money(line.expected_monthly),
            line.note or "–",
        )
        for line in lines[:SHOWN]
    ]


def _expected(totals: Totals) -> str:
    return money(State.EXPECTED.of(totals))
