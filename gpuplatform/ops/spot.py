"""What spot promises today: scores and prices, and the role without which Karpenter gets none."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gpuplatform.catalog.instances import instance
from gpuplatform.ops.account import Aws, Unanswered
from gpuplatform.ops.demand import AccountDemand
from gpuplatform.ops.offerings import zone_names
from gpuplatform.ops.results import Row, info, judged
from gpuplatform.pools.purchase import PurchaseType

ROLE = "AWSServiceRoleForEC2Spot"
PRICE_DAYS = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class _Use:
    who: str
    instance_types: tuple[str, ...]
    nodes: int
    zone_ids: tuple[str, ...]


def _uses(demand: AccountDemand) -> list[_Use]:
    groups = [
        _Use(who=g.name, instance_types=g.instance_types, nodes=g.max, zone_ids=g.zone_ids)
        for g in demand.node_groups
        if g.how is PurchaseType.SPOT
    ]
    pools = [
        _Use(
            who=p.name,
            instance_types=p.instance_types,
            nodes=max(1, p.max_gpus // min(instance(name).gpu_count for name in p.instance_types)),
            zone_ids=p.zone_ids,
        )
        for p in demand.pools
        if PurchaseType.SPOT in p.hows
    ]
    return [*groups, *pools]


def rows(aws: Aws, demand: AccountDemand, now: datetime.datetime) -> Iterator[Row]:
    uses = _uses(demand)
    if any(PurchaseType.SPOT in pool.hows for pool in demand.pools):
        yield role_row(aws)
    for use in uses:
        yield _score(aws, use)
    names: Mapping[str, str] = {}
    with contextlib.suppress(Unanswered):
        names = {name: zone for zone, name in zone_names(aws).items()}
    for name in sorted({name for use in uses for name in use.instance_types}):
        zones = sorted({zone for use in uses if name in use.instance_types for zone in use.zone_ids})
        yield _price(aws, name, zones, names, now)


def role_row(aws: Aws) -> Row:
    """Karpenter's rights hold no iam:CreateServiceLinkedRole: without the role, each of its spot launches fails."""
    wanted, found = "exists, for Karpenter's spot nodes", "exists"
    try:
        with aws.asking("iam", aws.home) as iam:
            iam.get_role(RoleName=ROLE)
    except Unanswered as why:
        if why.code != "NoSuchEntity":
            return why.row("spot role", ROLE, wanted=wanted)
        found = "missing"
    return judged(
        "spot role",
        ROLE,
        wanted=wanted,
        found=found,
        holds=found == "exists",
        else_do="`aws iam create-service-linked-role --aws-service-name spot.amazonaws.com`, once an account",
    )


def _score(aws: Aws, use: _Use) -> Row:
    """Scores go from 1 to 10. EC2 scores fewer than three types always low, whatever it has (GetSpotPlacementScores)."""
    subject = f"{use.who}: {' '.join(use.instance_types)}"
    wanted = f"room for {use.nodes} in one zone"
    try:
        with aws.asking("ec2") as ec2:
            scores: list[Mapping[str, Any]] = ec2.get_spot_placement_scores(
                InstanceTypes=list(use.instance_types),
                TargetCapacity=use.nodes,
                TargetCapacityUnitType="units",
                SingleAvailabilityZone=True,
                RegionNames=[aws.region],
            )["SpotPlacementScores"]
    except Unanswered as why:
        return why.row("spot score", subject, wanted=wanted)
    found = ", ".join(
        f"{score['AvailabilityZoneId']} {score['Score']}"
        for score in scores
        if score["AvailabilityZoneId"] in use.zone_ids
    )
    few = "; always low for fewer than three types" if len(use.instance_types) < 3 else ""
    return info("spot score", subject, wanted=wanted, found=f"{found or 'no zone scored'} of 10{few}")


def _price(aws: Aws, name: str, zones: Sequence[str], names: Mapping[str, str], now: datetime.datetime) -> Row:
    """The price now, and its range over the last days, in each zone."""
    try:
        with aws.asking("ec2") as ec2:
            pages = ec2.get_paginator("describe_spot_price_history").paginate(
                InstanceTypes=[name],
                ProductDescriptions=["Linux/UNIX"],
                StartTime=now - datetime.timedelta(days=PRICE_DAYS),
                EndTime=now,
            )
            points = [point for page in pages for point in page["SpotPriceHistory"]]
    except Unanswered as why:
        return why.row("spot price", name)
    history: dict[str, list[tuple[datetime.datetime, float]]] = {}
    for point in points:
        zone: str = point.get("AvailabilityZoneId") or names.get(point["AvailabilityZone"], "")
        if zone in zones:
            history.setdefault(zone, []).append((point["Timestamp"], float(point["SpotPrice"])))
    found = ", ".join(f"{zone} {_range(history[zone])}" for zone in sorted(history))
    return info("spot price", name, found=found or f"none in {PRICE_DAYS} days")


def _range(points: Sequence[tuple[datetime.datetime, float]]) -> str:
    prices = [price for _, price in points]
    _, latest = max(points)
    spread = (
        f" ({_dollars(min(prices))} to {_dollars(max(prices))} in {PRICE_DAYS} days)"
        if min(prices) != max(prices)
        else ""
    )
    return f"{_dollars(latest)} $ an hour{spread}"


def _dollars(price: float) -> str:
    """Cents at least; what is smaller in full."""
    whole, _, part = f"{price:.5f}".partition(".")
    return f"{whole}.{part.rstrip('0'):0<2}"
