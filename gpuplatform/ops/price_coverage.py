"""Which regions have prices, and of what: so that nobody learns only from a bill what is missing there."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gpuplatform.catalog import zones
from gpuplatform.catalog.instances import names
from gpuplatform.catalog.prices import EVERY_REGION, Row


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    region: str
    priced: tuple[str, ...]
    """Catalogue types with an on-demand price, of those that the region offers, and those sold by capacity block of which AWS lists
    none in any region."""
    unpriced: tuple[str, ...]
    """The others that it offers: nobody we know of says their price."""
    spot: int
    """Types with a spot reference, in at least one zone or of the region's zones on average."""
    others: int
    """Prices of everything but EC2, those of every region included."""
    oldest: datetime.date | None


def coverage(table: Sequence[Row]) -> Iterator[Coverage]:
    """A line a region that the settings accept."""
    everywhere = sum(row.region == EVERY_REGION for row in table)
    by_block = _sold(table, "capacity-block") - _sold(table, "on-demand")
    for region in zones.regions():
        rows = [row for row in table if row.region == region]
        ec2 = [row for row in rows if row.service == "ec2"]
        listed = by_block | {row.key for row in ec2 if row.purchase == "on-demand"}
        offered = [name for name in names() if zones.offered(name, region)]
        yield Coverage(
            region=region,
            priced=tuple(name for name in offered if name in listed),
            unpriced=tuple(name for name in offered if name not in listed),
            spot=len({row.key for row in ec2 if row.purchase.startswith("spot")}),
            others=len(rows) - len(ec2) + everywhere,
            oldest=min((row.price.as_of for row in rows), default=None),
        )


def _sold(table: Sequence[Row], purchase: str) -> set[str]:
    """Types with such a price in any region."""
    return {row.key for row in table if row.service == "ec2" and row.purchase == purchase}
