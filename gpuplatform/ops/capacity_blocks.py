"""The capacity blocks that AWS offers now. Describes only; buying one is for a person.

Limits: EC2 API, DescribeCapacityBlockOfferings, read 2026-11-22.
"""

from __future__ import annotations

import datetime
from dataclasses import asdict, dataclass
from typing import Any

from gpuplatform.catalog import instances, zones
from gpuplatform.ops.account import Aws, CallError
from gpuplatform.ops.offerings import zone_names
from gpuplatform.pools.purchase import OFFERED_AHEAD
from gpuplatform.sizing.blocks import BY_DAY, BY_WEEK, LENGTHS

MOST_INSTANCES = 64


@dataclass(frozen=True, kw_only=True)
class Query:
    instance_type: str
    count: int
    hours: int
    region: str
    today: datetime.date
    earliest: datetime.date | None = None

    def __post_init__(self) -> None:
        """Raises CallError for what AWS would refuse."""
        try:
            classes = instances.instance(self.instance_type).usage_classes
            zones.zone_ids(self.region)
        except ValueError as error:
            raise CallError(str(error)) from error
        if "capacity-block" not in classes:
            sold = [n for n in instances.names() if "capacity-block" in instances.instance(n).usage_classes]
            raise CallError(f"{self.instance_type} is not sold in capacity blocks; accepted: {', '.join(sold)}")
        if not 1 <= self.count <= MOST_INSTANCES:
            raise CallError(f"{self.count} instances: a capacity block holds 1 to {MOST_INSTANCES}")
        days, rest = divmod(self.hours, 24)
        if rest or days not in LENGTHS:
            raise CallError(
                f"{self.hours} hours: a capacity block lasts 1 to {BY_DAY} days, or whole weeks up to {BY_WEEK} days; "
                f"nearest: {' or '.join(str(24 * near) for near in _nearest(self.hours))}"
            )
        if self.earliest and not self.today <= self.earliest <= self.today + OFFERED_AHEAD:
            raise CallError(
                f"start on {self.earliest}: a capacity block starts within eight weeks, from {self.today} to {self.today + OFFERED_AHEAD}"
            )


def _nearest(hours: int) -> list[int]:
    """The allowed lengths around so many hours, in days."""
    below = [days for days in LENGTHS if days * 24 < hours][-1:]
    above = [days for days in LENGTHS if days * 24 > hours][:1]
    return below + above


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    id: str
    zone_id: str
    """The account's zone name where AWS does not tell the ID of it."""
    starts: datetime.datetime
    ends: datetime.datetime
    instance_type: str
    count: int
    hours: float
    upfront: float
    """To be paid when bought, for all of it."""
    currency: str
    per_gpu_hour: float

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "starts": self.starts.isoformat(), "ends": self.ends.isoformat()}


def offers(aws: Aws, query: Query) -> list[Offer]:
    """Cheapest by GPU and hour first, then the soonest. Raises Unanswered and CallError."""
    wanted: dict[str, Any] = {
        "InstanceType": query.instance_type,
        "InstanceCount": query.count,
        "CapacityDurationHours": query.hours,
    }
    if query.earliest:
        wanted["StartDateRange"] = datetime.datetime.combine(query.earliest, datetime.time(), datetime.UTC)
    with aws.asking("ec2") as ec2:
        pages = ec2.get_paginator("describe_capacity_block_offerings").paginate(**wanted)
        found = [offer for page in pages for offer in page["CapacityBlockOfferings"]]
    if not found:
        return []
    names = {name: zone for zone, name in zone_names(aws).items()}
    gpus = instances.instance(query.instance_type).gpu_count
    return sorted((_offer(o, names, gpus) for o in found), key=lambda offer: (offer.per_gpu_hour, offer.starts))


def _offer(api: dict[str, Any], names: dict[str, str], gpus: int) -> Offer:
    zone: str = api["AvailabilityZone"]
    count: int = api["InstanceCount"]
    hours: float = (api.get("CapacityBlockDurationMinutes") or api["CapacityBlockDurationHours"] * 60) / 60
    upfront = float(api["UpfrontFee"])
    return Offer(
        id=api["CapacityBlockOfferingId"],
        zone_id=names.get(zone, zone),
        starts=api["StartDate"],
        ends=api["EndDate"],
        instance_type=api["InstanceType"],
        count=count,
        hours=hours,
        upfront=upfront,
        currency=api["CurrencyCode"],
        per_gpu_hour=upfront / (count * gpus * hours),
    )
