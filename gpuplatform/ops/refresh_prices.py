"""Writes `gpuplatform/catalog/data/prices/` anew: list prices from AWS's Price List, spot references from EC2's history.

Only what a rule identifies without doubt is read again; every other row stays as it is, with its source and date.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from gpuplatform.catalog import prices, zones
from gpuplatform.catalog.instances import names
from gpuplatform.catalog.prices import CURRENCY, Price, Row
from gpuplatform.ops.account import Aws, CallError, Unanswered
from gpuplatform.ops.offerings import zone_names
from gpuplatform.ops.price_rules import Rule, amounts, rule

HOME: Final = "us-east-1"
"""Of the few regions that answer for the Price List."""

COLUMNS: Final = ("service", "key", "region", "purchase", "unit", "value", "currency", "source", "as_of")

LIST_SOURCE: Final = "AWS Price List (GetProducts)"
SPOT_SOURCE: Final = "EC2 DescribeSpotPriceHistory"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    before: Row | None
    after: Row

    def told(self) -> str:
        row = self.after
        what = f"{row.service} {row.key} {row.region} {row.purchase}"
        if self.before is None:
            return f"{what}: new, {_written(row.price.value)}"
        old = self.before.price.value
        return f"{what}: {_written(old)} → {_written(row.price.value)} ({(row.price.value / old - 1) * 100:+.1f} %)"


@dataclass(kw_only=True)
class Refreshed:
    rows: list[Row] = field(default_factory=list[Row])
    changes: list[Change] = field(default_factory=list[Change])
    confirmed: int = 0
    """Rows whose price is what it was."""
    kept: dict[str, int] = field(default_factory=dict[str, int])
    """Why rows were not read again → how many."""


def refresh(
    aws: Aws,
    table: Sequence[Row],
    now: datetime.datetime,
    regions: Sequence[str] = (),
    say: Callable[[str], None] = lambda _: None,
) -> Refreshed:
    """The table anew. In `regions` also the prices of catalogue types that it lacks; without any, the rows that it has.

    Raises CallError where nothing can be asked at all; what one question does not answer stays as it was.
    """
    wanted = [row for row in table if not regions or row.region in regions]
    done = Refreshed(rows=[row for row in table if regions and row.region not in regions])
    if done.rows:
        done.kept["of another region"] = len(done.rows)
    listed = [row for row in [*wanted, *_missing(table, regions)] if not row.purchase.startswith("spot")]
    asking = _PriceList(aws)
    for number, row in enumerate(listed, 1):
        say(f"{row.service} {row.key} in {row.region}, {number} of {len(listed)}")
        found = asking.price(row)
        _take(done, row, found if isinstance(found, str) else _priced(row, found, LIST_SOURCE, now))
    spot = [row for row in wanted if row.purchase.startswith("spot")]
    for region in sorted({row.region for row in spot} | set(regions)):
        say(f"spot prices in {region}")
        _spot(aws, region, [row for row in spot if row.region == region], now, done, new=region in regions)
    done.rows.sort(key=_key)
    return done


def text(rows: Sequence[Row]) -> str:
    """A file: sorted, a row a line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in sorted(rows, key=_key):
        price = row.price
        writer.writerow(
            (
                *_key(row),
                price.unit,
                _written(price.value),
                CURRENCY,
                price.source,
                price.as_of.isoformat(),
            )
        )
    return out.getvalue()


def write(rows: Sequence[Row], folder: Path = prices.FOLDER) -> None:
    """A file a region: all of them, or none where one cannot be written. Raises OSError."""
    temporary: dict[Path, Path] = {}
    try:
        for region in sorted({row.region for row in rows}):
            target = prices.file(region, folder)
            handle, scrap = tempfile.mkstemp(dir=folder, prefix=f".{target.name}.")
            temporary[target] = Path(scrap)
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
                out.write(text([row for row in rows if row.region == region]))
            temporary[target].chmod(0o644)
        for target, scrap in temporary.items():
            scrap.replace(target)
        for left in set(folder.glob("*.csv")) - temporary.keys():
            left.unlink()
    finally:
        for scrap in temporary.values():
            scrap.unlink(missing_ok=True)


def told(done: Refreshed) -> Iterator[str]:
    """What became of the rows, a line each for what differs."""
    for change in done.changes:
        yield change.told()
    yield f"{len(done.changes)} differ, {done.confirmed} as before"
    for why, count in sorted(done.kept.items()):
        yield f"{count} kept with their date: {why}"


class _PriceList:
    """Questions to the Price List, each asked once."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._answers: dict[str, list[Any] | str] = {}

    def price(self, row: Row) -> Decimal | str:
        """The price, or why it is not known."""
        which = rule(row)
        if which is None:
            return "no rule says which product of the Price List they are"
        products = self._products(which, row.region)
        if isinstance(products, str):
            return products
        found = set(amounts(products, which))
        if len(found) != 1:
            return "the Price List has none or several prices of that name"
        return found.pop() / which.each

    def _products(self, which: Rule, region: str) -> list[Any] | str:
        wanted = {"regionCode": region, **which.filters}
        question = json.dumps([which.service_code, wanted])
        if question not in self._answers:
            filters = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in wanted.items()]
            try:
                with self._aws.asking("pricing", HOME) as pricing:
                    pages = pricing.get_paginator("get_products").paginate(
                        ServiceCode=which.service_code, Filters=filters, FormatVersion="aws_v1"
                    )
                    self._answers[question] = [json.loads(item) for page in pages for item in page["PriceList"]]
            except Unanswered as why:
                self._answers[question] = why.reason
        return self._answers[question]


def _missing(table: Sequence[Row], regions: Sequence[str]) -> Iterator[Row]:
    """Rows to fill in: catalogue types that are sold in the regions and have no on-demand price there, and what else has
    one in another region and a rule."""
    have = {_key(row) for row in table}
    others = {(row.service, row.key): row for row in table if row.service != "ec2" and rule(row)}
    for region in regions:
        for name in names():
            row = Row(service="ec2", key=name, region=region, purchase="on-demand", price=_UNKNOWN)
            if _key(row) not in have and zones.offered(name, region):
                yield row
        for other in others.values():
            row = replace(other, region=region, price=replace(_UNKNOWN, unit=other.price.unit))
            if _key(row) not in have:
                yield row


_UNKNOWN: Final = Price(value=Decimal(0), unit="hour", source="", as_of=datetime.date.min)


def _spot(aws: Aws, region: str, rows: Sequence[Row], now: datetime.datetime, done: Refreshed, *, new: bool) -> None:
    """The latest price of each zone; EC2 answers with the one in force at the beginning, so the past minute is enough."""
    types = sorted({row.key for row in rows} | ({n for n in names() if zones.offered(n, region)} if new else set()))
    if not types:
        return
    there = Aws(aws.session, region)
    latest: dict[tuple[str, str], tuple[datetime.datetime, Decimal]] = {}
    try:
        by_name = {name: zone for zone, name in zone_names(there).items()}
        with there.asking("ec2") as ec2:
            pages = ec2.get_paginator("describe_spot_price_history").paginate(
                InstanceTypes=types,
                ProductDescriptions=["Linux/UNIX"],
                StartTime=now - datetime.timedelta(minutes=1),
                EndTime=now,
            )
            for page in pages:
                for point in page["SpotPriceHistory"]:
                    zone: str = point.get("AvailabilityZoneId") or by_name.get(point["AvailabilityZone"], "")
                    at = (point["Timestamp"], Decimal(point["SpotPrice"]))
                    place = (point["InstanceType"], zone)
                    latest[place] = max(at, latest.get(place, at))
    except (CallError, Unanswered) as why:
        for row in rows:
            _take(done, row, f"{region}: {why}")
        return
    answered = {name for name, zone in latest if zone in zones.offered(name, region)}
    means = {row.key for row in rows if row.purchase == "spot"} & answered  # their zones' own prices take their place
    for row in rows:
        if row.purchase == "spot" and row.key in means:
            continue
        found = latest.pop((row.key, row.purchase.removeprefix("spot:")), None)
        after = _priced(row, found[1], SPOT_SOURCE, now) if found else "spot is not sold there now"
        _take(done, row, after)
    for (name, zone), (_, value) in sorted(latest.items()):
        if (new or name in means) and zone in zones.offered(name, region):
            row = Row(service="ec2", key=name, region=region, purchase=f"spot:{zone}", price=_UNKNOWN)
            _take(done, row, _priced(row, value, SPOT_SOURCE, now))


def _priced(row: Row, value: Decimal, source: str, now: datetime.datetime) -> Row:
    return replace(row, price=Price(value=value, unit=row.price.unit, source=source, as_of=now.date()))


def _take(done: Refreshed, before: Row, after: Row | str) -> None:
    """`after` is the row anew, or why it stays."""
    known = bool(before.price.source)
    if isinstance(after, str):
        if known:
            done.rows.append(before)
            done.kept[after] = done.kept.get(after, 0) + 1
        return
    done.rows.append(after)
    if known and after.price.value == before.price.value:
        done.confirmed += 1
    else:
        done.changes.append(Change(before=before if known else None, after=after))


def _written(value: Decimal) -> str:
    """Without needless digits."""
    return format(value.normalize(), "f")


def _key(row: Row) -> tuple[str, str, str, str]:
    return row.service, row.key, row.region, row.purchase
