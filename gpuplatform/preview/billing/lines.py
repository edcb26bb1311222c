"""One price paid by one resource, and sums of such lines. Sums are exact; amounts are rounded when they are written."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

from gpuplatform.plan.model import Json
from gpuplatform.plan.wording import cents

FINE: Final = Decimal("0.000001")
"""Of a line: so that lines add up to the cents of the totals."""


class State(StrEnum):
    """What an amount is stated for. The value is its key in JSON and its attribute in `Line` and `Totals`."""

    ASLEEP = "asleep_monthly"
    IDLE = "idle_monthly"
    EXPECTED = "expected_monthly"
    MAXIMUM = "maximum_hourly"

    @property
    def word(self) -> str:
        return self.name.lower()

    @property
    def period(self) -> str:
        return "an hour" if self is State.MAXIMUM else "a month"

    def of(self, amounts: Line | Totals) -> Decimal:
        amount: Decimal = getattr(amounts, self)
        return amount


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One price paid by one resource. `quantity` units at `unit_price` are the expected month."""

    urn: str
    team: str
    layer: str
    what: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    asleep_monthly: Decimal
    idle_monthly: Decimal
    expected_monthly: Decimal
    maximum_hourly: Decimal
    source: str
    as_of: datetime.date
    oldest: datetime.date
    """The date of the older of two prices, where the dearest hour is paid at another."""
    note: str = ""
    assumes: str = ""
    """The key of `catalog.usage` that `quantity` rests on."""
    instance: str = ""
    """The instance type whose hours these are."""
    useful: Decimal | None = None
    """The part of `quantity` that is used, where more is paid."""

    def to_json(self) -> dict[str, Json]:
        return {
            "urn": self.urn,
            "team": self.team,
            "layer": self.layer,
            "what": self.what,
            "quantity": fine(self.quantity),
            "unit": self.unit,
            "unit_price": float(self.unit_price),
            **{state.value: fine(state.of(self)) for state in State},
            "source": self.source,
            "as_of": self.as_of.isoformat(),
            "note": self.note,
            "assumes": self.assumes,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """Sums of lines, in dollars."""

    asleep_monthly: Decimal = Decimal(0)
    idle_monthly: Decimal = Decimal(0)
    expected_monthly: Decimal = Decimal(0)
    maximum_hourly: Decimal = Decimal(0)

    @classmethod
    def of(cls, lines: Iterable[Line | Totals]) -> Totals:
        rows = tuple(lines)
        return cls(
            asleep_monthly=sum((r.asleep_monthly for r in rows), Decimal(0)),
            idle_monthly=sum((r.idle_monthly for r in rows), Decimal(0)),
            expected_monthly=sum((r.expected_monthly for r in rows), Decimal(0)),
            maximum_hourly=sum((r.maximum_hourly for r in rows), Decimal(0)),
        )

    def to_json(self) -> dict[str, float]:
        return {state.value: float(cents(state.of(self))) for state in State}

    def finer(self) -> dict[str, float]:
        """As fine as lines are written: parts in cents would not add up to the whole."""
        return {state.value: fine(state.of(self)) for state in State}


def fine(amount: Decimal) -> float:
    """An amount of a line, as JSON and the page's tables hold it."""
    return float(amount.quantize(FINE, ROUND_HALF_UP))
