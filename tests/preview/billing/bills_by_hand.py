"""What a bill by hand is written with: sums of the months of each kind, and of the dearest hour."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from gpuplatform.preview.billing.bill import Bill

Amounts = tuple[Decimal, Decimal, Decimal, Decimal]
"""Asleep, idle, expected, dearest hour, in dollars."""

Rows = Mapping[tuple[str, str], Amounts]
"""Name of the resource and what is paid for → what it comes to."""


def d(number: str | int) -> Decimal:
    return Decimal(number)


def hourly(dollars: Decimal) -> Amounts:
    """Day and night: a month has 730 hours."""
    return 730 * dollars, 730 * dollars, 730 * dollars, dollars


def monthly(dollars: Decimal) -> Amounts:
    return dollars, dollars, dollars, dollars / 730


def by_use(dollars: Decimal) -> Amounts:
    """Nothing at rest; the dearest hour is the average one, for use has no cap."""
    return d(0), d(0), dollars, dollars / 730


def cents(amount: Decimal) -> str:
    return str(amount.quantize(Decimal("0.01"), ROUND_HALF_UP))


def agree(found: Bill, by_hand: Rows, totals: tuple[str, str, str, str]) -> None:
    """Every line to the cent, no line more and none less, and the totals: those of the lines, and as they are written."""
    billed = {
        (line.urn.rpartition("::")[2], line.what): (
            line.asleep_monthly,
            line.idle_monthly,
            line.expected_monthly,
            line.maximum_hourly,
        )
        for line in found.lines
    }
    assert len(billed) == len(found.lines), "two lines of a resource say the same"
    ours = {key: tuple(map(cents, row)) for key, row in billed.items()}
    theirs = {key: tuple(map(cents, row)) for key, row in by_hand.items()}
    assert ours == theirs, "\n".join(
        f"{key}: billed {ours.get(key)}, by hand {theirs.get(key)}"
        for key in [*theirs, *(key for key in ours if key not in theirs)]
        if ours.get(key) != theirs.get(key)
    )
    sums = tuple(cents(sum((row[state] for row in by_hand.values()), d(0))) for state in range(4))
    whole = found.totals
    assert sums == totals, f"the lines by hand come to {sums}"
    assert totals == tuple(
        cents(amount)
        for amount in (whole.asleep_monthly, whole.idle_monthly, whole.expected_monthly, whole.maximum_hourly)
    )
