"""Prices from a file: rows of our own form, or SkyPilot's catalogue of EC2 (`catalogs/v*/aws/vms.csv` of
skypilot-org/skypilot-catalog and what others publish in its form). Of two sources for one price the newer one stays."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from gpuplatform.catalog import zones
from gpuplatform.catalog.instances import names
from gpuplatform.catalog.prices import EVERY_REGION, Price, Row
from gpuplatform.ops.account import CallError


@dataclass(kw_only=True)
class Merged:
    rows: list[Row] = field(default_factory=list[Row])
    new: int = 0
    newer: list[tuple[Row, Row]] = field(default_factory=list[tuple[Row, Row]])
    """Rows that a newer source replaced, each with its successor."""
    older: list[tuple[Row, Row]] = field(default_factory=list[tuple[Row, Row]])
    """Rows that stay, each with the older or equally old one that says another price."""

    def told(self) -> Iterator[str]:
        for before, after in self.newer:
            if before.price.value != after.price.value:
                yield f"{_named(after)}: {before.price.value:f} of {before.price.as_of} → {after.price.value:f}"
        for stays, other in self.older:
            yield f"{_named(stays)}: {stays.price.value:f} stays, of {stays.price.as_of}; the file says {other.price.value:f}"
        yield f"{self.new} new, {len(self.newer)} newer, {len(self.older)} differ and are older"


def merged(table: Sequence[Row], rows: Sequence[Row]) -> Merged:
    """The table with what the rows know better."""
    have = {_named(row): row for row in table}
    done = Merged()
    for row in rows:
        before = have.get(_named(row))
        if before is None:
            done.new += 1
        elif row.price.as_of > before.price.as_of:
            done.newer.append((before, row))
        else:
            if row.price.value != before.price.value:
                done.older.append((before, row))
            continue
        have[_named(row)] = row
    done.rows = sorted(have.values(), key=_named)
    return done


def read(file: Path, source: str = "", as_of: datetime.date | None = None) -> list[Row]:
    """The rows of a file. `source` and `as_of` are those of a file that does not say them in each line. Raises CallError."""
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            return list(_rows(csv.DictReader(lines), source, as_of))
    except OSError as error:
        raise CallError(f"{file}: cannot be read: {error.strerror}") from error
    except (KeyError, TypeError) as error:
        raise CallError(
            f"{file}: no column {error}; accepted: the columns of our own files, or of SkyPilot's"
        ) from error
    except (InvalidOperation, ValueError) as error:
        raise CallError(f"{file}: a line cannot be read: {error}") from error


def _rows(lines: csv.DictReader[str], source: str, as_of: datetime.date | None) -> Iterator[Row]:
    for line in lines:
        if "InstanceType" in line:
            if not source or as_of is None:
                raise ValueError("a file in SkyPilot's form needs --source and --as-of")
            yield from _of_skypilot(line, source, as_of)
            continue
        if line["region"] != EVERY_REGION:
            zones.zone_ids(line["region"])
        price = Price(
            value=Decimal(line["value"]),
            unit=line["unit"],
            source=line.get("source") or source,
            as_of=datetime.date.fromisoformat(line["as_of"]) if line.get("as_of") else as_of or datetime.date.min,
        )
        if not price.source or price.as_of == datetime.date.min or price.value <= 0:
            raise ValueError(
                f"{line['service']} {line['key']} {line['region']}: no source, no date or no price above 0"
            )
        yield Row(
            service=line["service"], key=line["key"], region=line["region"], purchase=line["purchase"], price=price
        )


def _of_skypilot(line: Mapping[str, str], source: str, as_of: datetime.date) -> Iterator[Row]:
    """On-demand of a type in a region, and its spot price in a zone; nothing of what the catalogue does not know."""
    name, region, zone = line["InstanceType"], line["Region"], line["AvailabilityZone"]
    if name not in names() or region not in zones.regions() or not line["Price"]:
        return
    offered = zones.offered(name, region)
    found = [("on-demand", line["Price"])] if offered else []
    if line["SpotPrice"] and zone in offered:
        # Their spot prices have four digits, and may so come out above the on-demand price.
        found.append((f"spot:{zone}", str(min(Decimal(line["SpotPrice"]), Decimal(line["Price"])))))
    for purchase, value in found:
        price = Price(value=Decimal(value), unit="hour", source=source, as_of=as_of)
        yield Row(service="ec2", key=name, region=region, purchase=purchase, price=price)


def _named(row: Row) -> str:
    return f"{row.service} {row.key} {row.region} {row.purchase}"
