"""Managed node groups: their instances by the way they are bought, and the root volumes of those that run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from gpuplatform.catalog import prices
from gpuplatform.catalog.prices import Price
from gpuplatform.preview.billing.charge import HOURS, ZERO, Charge, Entry, Pricer, Unpriced, missing
from gpuplatform.preview.billing.situation import Situation, decimal, texts
from gpuplatform.preview.billing.volumes import Volume, volume_charges
from gpuplatform.preview.look import listing, mapping
from gpuplatform.preview.plan import Json, PlannedResource

LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeHours:
    """Node-hours of a month of each kind, and the most nodes at once."""

    asleep: Decimal
    idle: Decimal
    expected: Decimal
    most: Decimal


def node_group(resource: PlannedResource, situation: Situation) -> Iterator[Entry]:
    """Instances and root volumes of one managed node group. Reserved capacity is paid whether nodes run or not."""
    template = next(iter(situation.linked(resource, "launchTemplate", LAUNCH_TEMPLATE)), None)
    inputs = mapping(template.inputs if template else None)
    types = [*texts(resource.inputs.get("instanceTypes")), *texts(inputs.get("instanceType"))]
    if not types:
        yield Unpriced(why="neither the node group nor its launch template names an instance type")
        return
    running = _running(resource, situation)
    reservation = _reservation(inputs)
    block = resource.inputs.get("capacityType") == "CAPACITY_BLOCK"
    # Of several types the first is the one that EKS prefers on-demand; a spot group may get any, so its dearest counts.
    if resource.inputs.get("capacityType") == "SPOT":
        yield _spot(types, running, situation.zones(resource), situation)
    elif block or reservation:
        yield _reserved(types[0], running, "capacity-block" if block else "on-demand", reservation, situation)
    else:
        yield _on_demand(types[0], running, situation)
    yield from _root_volumes(template, running, situation)


def _running(resource: PlannedResource, situation: Situation) -> NodeHours:
    """Node-hours that a group's nodes run: its minimum while awake, and what settings expect of its pool beyond."""
    scaling = mapping(resource.inputs.get("scalingConfig"))
    least, most = decimal(scaling.get("minSize")), decimal(scaling.get("maxSize"))
    asleep = Decimal(situation.sleeping.get(resource.urn, int(least)))
    awake = situation.awake_hours if resource.urn in situation.sleeping else HOURS
    base = least * awake + asleep * (HOURS - awake)
    return NodeHours(
        asleep=asleep * HOURS,
        idle=least * HOURS,
        expected=max(base, _stated(resource, situation)),
        most=most,
    )


def _stated(resource: PlannedResource, situation: Situation) -> Decimal:
    """Node-hours a month that settings expect of this group: its pool's nodes, the first rungs filled first."""
    labels = mapping(resource.inputs.get("labels"))
    pool = mapping(mapping(situation.plan.setting("cluster").get("pools")).get(labels.get("gpuplatform.io/pool", "")))
    position = str(labels.get("gpuplatform.io/rung", "")).rpartition("-")[2]
    if not pool or not position.isdigit():
        return ZERO
    rungs = [decimal(mapping(rung).get("max")) for rung in listing(pool.get("buy"))]
    before, own = sum(rungs[: int(position)], ZERO), rungs[int(position)] if int(position) < len(rungs) else ZERO
    nodes = min(max(decimal(pool.get("expected_nodes")) - before, ZERO), own)
    return nodes * decimal(pool.get("expected_hours"))


def _reservation(template: Mapping[str, Json]) -> str:
    specification = mapping(template.get("capacityReservationSpecification"))
    target = mapping(specification.get("capacityReservationTarget"))
    return str(target.get("capacityReservationId") or target.get("capacityReservationResourceGroupArn") or "")


def _on_demand(instance: str, running: NodeHours, situation: Situation) -> Entry:
    found = situation.price("ec2", instance)
    if found is None:
        return missing(situation, "ec2", instance)
    return _nodes(instance, f"{instance} on-demand", found, running)


def _spot(types: list[str], running: NodeHours, zones: tuple[str, ...], situation: Situation) -> Entry:
    """At the dearest reference among the types that have one; the cap is the on-demand price, which spot never passes."""
    known = [(t, p) for t in types if (p := prices.spot(t, zones))]
    caps = [p for t in types if (p := situation.price("ec2", t))]
    if not known or not caps:
        return missing(situation, "ec2", ", ".join(types), "spot")
    instance, found = max(known, key=lambda pair: pair[1].value)
    note = "spot is priced at a dated reference of the dearest zone; its cap is the on-demand price"
    return _nodes(instance, f"{instance} spot", found, running, max(caps, key=lambda p: p.value), note)


def _reserved(instance: str, running: NodeHours, purchase: str, reservation: str, situation: Situation) -> Entry:
    found = situation.price("ec2", instance, purchase)
    if found is None:
        return missing(situation, "ec2", instance, purchase)
    block = purchase == "capacity-block"
    what = f"{instance} {'capacity block' if block else 'reservation'} {reservation}".rstrip()
    note = (
        "a capacity block is paid up front, used or not: shown as the rate of a month that lies wholly within it"
        if block
        else "a reservation is paid at the on-demand rate, used or not"
    )
    month = running.most * HOURS
    return Charge(
        what=f"{what}, {running.most} nodes, paid used or not",
        price=found,
        asleep=month,
        idle=month,
        expected=month,
        most_per_hour=running.most,
        note=note,
        instance=instance,
        useful=running.expected,
    )


def _nodes(
    instance: str, what: str, price: Price, running: NodeHours, cap: Price | None = None, note: str = ""
) -> Charge:
    return Charge(
        what=f"{what}, {running.idle / HOURS:.0f} to {running.most} nodes",
        price=price,
        asleep=running.asleep,
        idle=running.idle,
        expected=running.expected,
        most_per_hour=running.most,
        most_price=cap,
        note=note,
        instance=instance,
    )


def _root_volumes(template: PlannedResource | None, running: NodeHours, situation: Situation) -> Iterator[Entry]:
    mappings = listing(template.inputs.get("blockDeviceMappings")) if template else []
    disks = [mapping(mapping(m).get("ebs")) for m in mappings]
    if not disks:
        yield Unpriced(why="no launch template states the root volume: the AMI or EKS chooses its size and type")
    for disk in disks:
        volume = Volume(
            kind=str(disk.get("volumeType", "")),
            gib=decimal(disk.get("volumeSize")),
            iops=decimal(disk.get("iops")),
            mibps=decimal(disk.get("throughput")),
        )
        yield from volume_charges(
            situation,
            volume,
            "of each node",
            asleep=running.asleep / HOURS,
            idle=running.idle / HOURS,
            expected=running.expected / HOURS,
            most=running.most,
        )


PRICERS: Mapping[str, Pricer] = {"aws:eks/nodeGroup:NodeGroup": node_group}
