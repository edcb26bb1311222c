"""Month by month: what an environment costs, when it is paid, and what ends. A month is 730 hours here, from the first day on."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from gpuplatform.kinds.pricing.node_groups import Block, blocks
from gpuplatform.plan.model import Json, Plan
from gpuplatform.plan.wording import cents
from gpuplatform.preview.billing.bill import Bill, bill
from gpuplatform.sizing.blocks import HOURS, ZERO

MONTH: Final = datetime.timedelta(hours=int(HOURS))


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    begins: datetime.date
    expected: Decimal
    """List prices of what is expected to be used, blocks by their hours in the month."""
    cash: Decimal
    """What is paid in the month, by the environment's terms: blocks whole, on the day on which they start."""
    events: tuple[str, ...]
    """What is paid up front, what ends, and what takes its place, with the day; in order."""
    by_team: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    """Of `expected`, what each team pays by showback."""

    def to_json(self) -> dict[str, Json]:
        return {
            "begins": self.begins.isoformat(),
            "expected": float(cents(self.expected)),
            "cash": float(cents(self.cash)),
            "events": [*self.events],
            "by_team": {team: float(cents(amount)) for team, amount in self.by_team.items()},
        }


def months(plan: Plan, count: int, first: datetime.date) -> list[Month]:
    """So many months from a day on."""
    return [_month(plan, (datetime.datetime.combine(first, datetime.time()) + MONTH * n).date()) for n in range(count)]


def _month(plan: Plan, begins: datetime.date) -> Month:
    found, known = bill(plan, begins), list(blocks(plan, begins))
    ends = begins + MONTH
    upfront = [b for b in known if b.starts and begins <= b.starts.date() < ends]
    in_blocks = sum((_of(found, b) for b in known), ZERO)
    running = found.paid(found.totals.expected_monthly - in_blocks)
    events = sorted([*_payments(upfront, found), *_ends(known, begins, ends)])
    return Month(
        begins=begins,
        expected=found.totals.expected_monthly,
        cash=running + sum((found.terms.paid(b.dollars, ZERO) for b in upfront), ZERO),
        events=tuple(f"{day:%Y-%m-%d} {what}" for day, what in events),
        by_team={team: totals.expected_monthly for team, totals in found.by_team().items()},
    )


def _of(found: Bill, block: Block) -> Decimal:
    """What the bill has of a block's own hours."""
    own = (line for line in found.lines if line.urn == block.group.urn and "capacity block" in line.what)
    return sum((line.expected_monthly for line in own), ZERO)


def _payments(upfront: list[Block], found: Bill) -> Iterator[tuple[datetime.date, str]]:
    for block in upfront:
        if block.starts:
            price = found.terms.paid(block.dollars, ZERO)
            yield block.starts.date(), f"{block.name} starts: {price:,.2f} $, paid up front"


def _ends(known: list[Block], begins: datetime.date, ends: datetime.date) -> Iterator[tuple[datetime.date, str]]:
    for block in known:
        if block.until and begins <= block.until.date() < ends:
            then = f"then {block.followed_by}" if block.followed_by else "nothing takes its place"
            yield block.until.date(), f"{block.name} of pool {block.pool} ends; {then}"
