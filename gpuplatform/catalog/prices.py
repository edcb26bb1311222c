"""AWS's list prices, one fact a row, each with the document that says it and that document's date.

`data/prices.csv`: service, key, region, purchase, unit, value, currency, source, as_of. Region `*` is a price that its source gives
for every region. Purchase is `on-demand`, `capacity-block`, or `spot:ZONE` for what a zone's spot market asked on that date. A price
that is not here does not exist: callers show it as unpriced.
"""

from __future__ import annotations

import csv
import datetime
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "prices.csv"

CURRENCY = "USD"

EVERY_REGION = "*"

STALE_DAYS = 120
"""Age from which a price deserves a warning: AWS changes GPU prices several times a year (p5 by -44 % in June 2025)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """What one unit costs, in US dollars."""

    value: Decimal
    unit: str
    """"hour", "month", "GB-month", "GB-second", …: what the value is for."""
    source: str
    as_of: datetime.date

    def stale(self, today: datetime.date, days: int = STALE_DAYS) -> bool:
        """Whether the source is older than `days`."""
        return (today - self.as_of).days > days


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A line of the table."""

    service: str
    key: str
    region: str
    purchase: str
    price: Price


def price(service: str, key: str, region: str, purchase: str = "on-demand") -> Price | None:
    """The price of a thing in a region, or the one that holds in every region; None where no source gives it."""
    table = _table()
    return table.get((service, key, region, purchase)) or table.get((service, key, EVERY_REGION, purchase))


def spot(instance_type: str, zones: tuple[str, ...]) -> Price | None:
    """The dearest spot reference among the zones (by ID) that have one: what to expect without the luck of a zone.

    A reference, not an offer: spot prices move daily, and never above the on-demand price.
    """
    known = [
        row.price for row in _spot_rows() if row.key == instance_type and row.purchase.removeprefix("spot:") in zones
    ]
    return max(known, key=lambda found: found.value, default=None)


def rows() -> tuple[Row, ...]:
    """The whole table, in the file's order."""
    return _rows()


def as_of() -> datetime.date:
    """The date of the newest source."""
    return max(row.price.as_of for row in _rows())


def stale(today: datetime.date, days: int = STALE_DAYS) -> tuple[Row, ...]:
    """The rows whose source is older than `days`."""
    return tuple(row for row in _rows() if row.price.stale(today, days))


@cache
def _table() -> dict[tuple[str, str, str, str], Price]:
    return {(row.service, row.key, row.region, row.purchase): row.price for row in _rows()}


@cache
def _spot_rows() -> tuple[Row, ...]:
    return tuple(row for row in _rows() if row.purchase.startswith("spot:"))


@cache
def _rows() -> tuple[Row, ...]:
    with DATA.open(encoding="utf-8", newline="") as file:
        return tuple(
            Row(
                service=row["service"],
                key=row["key"],
                region=row["region"],
                purchase=row["purchase"],
                price=Price(
                    value=Decimal(row["value"]),
                    unit=row["unit"],
                    source=row["source"],
                    as_of=datetime.date.fromisoformat(row["as_of"]),
                ),
            )
            for row in csv.DictReader(file)
        )
