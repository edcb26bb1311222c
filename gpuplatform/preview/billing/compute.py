"""Managed node groups: their instances by the way they are bought, and the volumes of those that run or wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from gpuplatform.preview.billing import fleet
from gpuplatform.preview.billing.charge import HOURS, ZERO, Entry, Pricer, Unpriced
from gpuplatform.preview.billing.fleet import NodeHours
from gpuplatform.preview.billing.numbers import decimal
from gpuplatform.preview.billing.situation import NODE_GROUP, Situation, texts
from gpuplatform.preview.look import listing, mapping
from gpuplatform.preview.plan import Json, PlannedResource


def node_group(resource: PlannedResource, situation: Situation) -> Iterator[Entry]:
    """Instances and volumes of one managed node group. Reserved capacity is paid whether nodes run or not."""
    template = next(iter(situation.linked(resource, "launchTemplate", fleet.LAUNCH_TEMPLATE)), None)
    inputs = mapping(template.inputs if template else None)
    types = [*texts(resource.inputs.get("instanceTypes")), *texts(inputs.get("instanceType"))]
    if not types:
        yield Unpriced(why="neither the node group nor its launch template names an instance type")
        return
    running = _running(resource, situation)
    yield _instances(resource, types, inputs, running, situation)
    yield from fleet.watched(inputs, running, situation)
    stopped, awake = warm(mapping(resource.inputs.get("warmPoolConfig")))
    if awake:
        yield fleet.on_demand(types[0], fleet.always(awake), situation)
    size = resource.inputs.get("diskSize")
    if template is None and size is not None:
        yield Unpriced(why=f"the node group states {size} GiB a node but no type: EKS chooses it with the AMI")
        return
    yield from fleet.disks(template, running.volumes(stopped + awake), situation)


def _instances(
    resource: PlannedResource, types: list[str], template: Mapping[str, Json], running: NodeHours, situation: Situation
) -> Entry:
    """Of several types the first is the one that EKS prefers on-demand; a spot group may get any, so its dearest counts."""
    bought = resource.inputs.get("capacityType")
    reservation = fleet.reservation_of(template)
    if bought == "SPOT":
        return fleet.spot(types, running, situation.zones(resource), situation)
    if bought != "CAPACITY_BLOCK" and not reservation:
        return fleet.on_demand(types[0], running, situation)
    held = next((r for r in situation.plan.all(fleet.RESERVATION) if r.outputs.get("id") == reservation), None)
    nodes = decimal(held.inputs.get("instanceCount")) if held else None
    purchase = "capacity-block" if bought == "CAPACITY_BLOCK" else "on-demand"
    return fleet.reserved(types[0], running, purchase, reservation, situation, nodes)


def _running(resource: PlannedResource, situation: Situation) -> NodeHours:
    """Node-hours that a group's nodes run: its minimum while awake, and what settings expect of its pool beyond.

    A group whose hours nobody states is expected to keep the nodes that it starts with.
    """
    scaling = mapping(resource.inputs.get("scalingConfig"))
    least, first = decimal(scaling.get("minSize")), decimal(scaling.get("desiredSize"))
    most = max(decimal(scaling.get("maxSize")), least, first)
    asleep = situation.sleeping.get(resource.urn, least)
    awake = situation.awake_hours if resource.urn in situation.sleeping else HOURS
    stated = _stated(resource, situation)
    usual = max(least, first) if stated is None else least
    base = usual * awake + asleep * (HOURS - awake)
    return NodeHours(
        asleep=asleep * HOURS, idle=least * HOURS, expected=max(base, min(stated or ZERO, most * HOURS)), most=most
    )


def _stated(resource: PlannedResource, situation: Situation) -> Decimal | None:
    """Node-hours a month that settings expect of this group: its pool's nodes, the first rungs filled first. None where no pool is
    its own."""
    labels = mapping(resource.inputs.get("labels"))
    pools = mapping(situation.settings("cluster").get("pools"))
    pool = mapping(pools.get(str(labels.get("gpuplatform.io/pool", ""))))
    position = str(labels.get("gpuplatform.io/rung", "")).rpartition("-")[2]
    if not pool or not position.isdecimal():
        return None
    rungs = [decimal(mapping(rung).get("max")) for rung in listing(pool.get("buy"))]
    place = min(int(position[:4]), len(rungs))
    before, own = sum(rungs[:place], ZERO), rungs[place] if place < len(rungs) else ZERO
    nodes = min(max(decimal(pool.get("expected_nodes")) - before, ZERO), own)
    return nodes * decimal(pool.get("expected_hours"))


def warm(config: Mapping[str, Json]) -> tuple[Decimal, Decimal]:
    """Instances that a warm pool keeps stopped, whose volumes are paid, and those that it keeps running (EKS user guide, "Warm pools")."""
    if not config or config.get("enabled") is False:
        return ZERO, ZERO
    kept = decimal(config.get("minSize"))
    return (ZERO, kept) if str(config.get("poolState", "")).upper() == "RUNNING" else (kept, ZERO)


PRICERS: Mapping[str, Pricer] = {NODE_GROUP: node_group}
