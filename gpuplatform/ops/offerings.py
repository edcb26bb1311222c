"""Whether the account sees the zones of the settings, and whether they offer the instance types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gpuplatform.ops.account import Aws, Unanswered
from gpuplatform.ops.demand import AccountDemand
from gpuplatform.ops.results import Row, Verdict, judged


def zone_names(aws: Aws) -> dict[str, str]:
    """Zone id → this account's name of it, for the zones that are available. Raises Unanswered."""
    with aws.asking("ec2") as ec2:
        zones = ec2.describe_availability_zones()["AvailabilityZones"]
    return {zone["ZoneId"]: zone["ZoneName"] for zone in zones if zone["State"] == "available"}


def zone_rows(aws: Aws, demand: AccountDemand) -> Iterator[Row]:
    """Every zone in which nodes may run."""
    zones = sorted({z for used in (*demand.node_groups, *demand.pools) for z in used.zone_ids})
    try:
        seen = zone_names(aws)
    except Unanswered as why:
        yield from (why.row("zone", zone, wanted="available to the account") for zone in zones)
        return
    for zone in zones:
        yield judged(
            "zone",
            zone,
            wanted="available to the account",
            found=seen.get(zone, "not among the account's zones"),
            holds=zone in seen,
            else_do=f"choose among {', '.join(sorted(seen))} in the settings",
        )


def rows(aws: Aws, demand: AccountDemand) -> Iterator[Row]:
    """Every instance type of every group and pool, in its zones."""
    used = [
        *((group.name, (name,), group.zone_ids) for group in demand.node_groups for name in group.instance_types),
        *((pool.name, pool.instance_types, pool.zone_ids) for pool in demand.pools),
    ]
    try:
        offers = _offers(aws, sorted({name for _, types, _ in used for name in types}))
    except Unanswered as why:
        yield from (
            why.row("offering", f"{' '.join(types)} for {who}", wanted=_in(zones)) for who, types, zones in used
        )
        return
    for who, types, zones in used:
        yield from _offered(who, types, zones, offers)


def _offers(aws: Aws, types: Sequence[str]) -> set[tuple[str, str]]:
    """Pairs of type and zone id."""
    with aws.asking("ec2") as ec2:
        pages = ec2.get_paginator("describe_instance_type_offerings").paginate(
            LocationType="availability-zone-id", Filters=[{"Name": "instance-type", "Values": list(types)}]
        )
        return {(o["InstanceType"], o["Location"]) for page in pages for o in page["InstanceTypeOfferings"]}


def _offered(who: str, types: Sequence[str], zones: Sequence[str], offers: set[tuple[str, str]]) -> Iterator[Row]:
    """A group of one type fails without it; a pool of several only without all."""
    somewhere = any((name, zone) in offers for name in types for zone in zones)
    for name in types:
        found = [zone for zone in zones if (name, zone) in offers]
        elsewhere = sorted(zone for type_, zone in offers if type_ == name)
        missing = not found
        yield Row(
            check="offering",
            subject=f"{name} for {who}",
            wanted=_in(zones),
            found=_in(found)
            if found
            else f"none of them; offered in {', '.join(elsewhere) or 'no zone of the region'}",
            verdict=Verdict.FAIL if not somewhere else Verdict.INFO if len(found) < len(zones) else Verdict.OK,
            what_to_do="move the pool to a zone that offers the type, or choose another type"
            if missing and not somewhere
            else "",
        )


def _in(zones: Sequence[str]) -> str:
    return f"offered in {', '.join(zones)}"
