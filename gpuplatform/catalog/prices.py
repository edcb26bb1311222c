"""AWS's list prices, one fact a row, each with the document that says it and that document's date.

`data/prices/REGION.csv`, and `every-region.csv` for what its source gives for every region: service, key, region, purchase, unit,
value, currency, source, as_of. Purchase is `on-demand`, `capacity-block`, `spot:ZONE` for what a zone's spot market asked on that
date, or `spot` for the mean of a region's zones, where no zone's own price is known, or none so new. A price that is not here does
not exist: callers show it as unpriced. Looking one up reads its region's file alone.
`gpuplatform.ops.refresh_prices` writes the files.
"""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from gpuplatform.catalog import zones

FOLDER = Path(__file__).parent / "data" / "prices"

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A line of a file."""

    service: str
    key: str
    region: str
    purchase: str
    price: Price


def price(service: str, key: str, region: str, purchase: str = "on-demand") -> Price | None:
    """The price of a thing in a region, or the one that holds in every region; None where no source gives it."""
    return _table(region).get((service, key, purchase)) or _table(EVERY_REGION).get((service, key, purchase))


def spot(instance_type: str, zone_ids: tuple[str, ...]) -> Price | None:
    """The dearest spot reference among the zones (by ID) that have one: what to expect without the luck of a zone.
    The mean of the region's zones where none has, or where it is newer, if any of these zones offers the type.

    A reference, not an offer: spot prices move daily, and never above the on-demand price.
    """
    places = [(zone, region) for zone in zone_ids if (region := _region_of(zone))]
    known = [found for zone, region in places if (found := price("ec2", instance_type, region, f"spot:{zone}"))]
    newest = max((found.as_of for found in known), default=datetime.date.min)
    means = [
        found
        for zone, region in places
        if (found := price("ec2", instance_type, region, "spot"))
        and found.as_of > newest
        and zone in zones.offered(instance_type, region)
    ]
    return max(means or known, key=lambda found: found.value, default=None)


def rows() -> tuple[Row, ...]:
    """Every file's rows, the files in the order of their regions and `every-region` first."""
    return tuple(row for region in (EVERY_REGION, *zones.regions()) for row in _rows(region))


def file(region: str, folder: Path = FOLDER) -> Path:
    """Where a region's prices are written, or those of every region."""
    return folder / f"{'every-region' if region == EVERY_REGION else region}.csv"


def _region_of(zone: str) -> str:
    try:
        return zones.region_of(zone)
    except zones.UnknownZone:
        return ""


@cache
def _table(region: str) -> Mapping[tuple[str, str, str], Price]:
    return {(row.service, row.key, row.purchase): row.price for row in _rows(region)}


def _rows(region: str) -> Iterator[Row]:
    """None for a region without a file, nor for what is no region: a plan may name anything."""
    path = file(region)
    if region not in (EVERY_REGION, *zones.regions()) or not path.is_file():
        return
    with path.open(encoding="utf-8", newline="") as lines:
        read = csv.reader(lines)
        next(read)
        for service, key, where, purchase, unit, value, _, source, as_of in read:
            found = Price(value=Decimal(value), unit=unit, source=source, as_of=datetime.date.fromisoformat(as_of))
            yield Row(service=service, key=key, region=where, purchase=purchase, price=found)
