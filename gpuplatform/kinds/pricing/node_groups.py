"""Managed node groups: their instances by the way they are bought, and the volumes of those that run or wait."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from gpuplatform.catalog.nodes import POOL_LABEL, RUNG_LABEL
from gpuplatform.kinds.cluster import node_properties
from gpuplatform.kinds.pricing import fleet, sleep
from gpuplatform.kinds.pricing.charge import HOURS, ZERO, Charge, Entry, Unpriced
from gpuplatform.kinds.pricing.context import PricingContext, expected
from gpuplatform.kinds.pricing.fleet import NodeHours
from gpuplatform.kinds.pricing.numbers import decimal
from gpuplatform.kinds.tokens import NODE_GROUP, RESERVATION
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict, as_list
from gpuplatform.pools.purchase import BLOCKS_TURN, PurchaseType, moment
from gpuplatform.sizing.blocks import Window, allocation, window


def node_group(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """Instances and volumes of one managed node group. Reserved capacity is paid whether nodes run or not."""
    template = node_properties.template(context.plan, resource)
    inputs = as_dict(template.inputs if template else None)
    types = node_properties.instance_types(context.plan, resource)
    if not types:
        yield Unpriced(why="neither the node group nor its launch template names an instance type")
        return
    running = _running(resource, context)
    config = as_dict(resource.inputs.get("warmPoolConfig"))
    waiting = warm(config, running)
    yield from _instances(resource, types, template, running, waiting if runs(config) else fleet.always(ZERO), context)
    yield from fleet.cpu_credits(types, inputs, running.most, context)
    yield from fleet.watched(inputs, running, context)
    yield from fleet.addressed(resource, "subnetIds", inputs, running, context)
    size = resource.inputs.get("diskSize")
    if template is None and size is not None:
        yield Unpriced(why=f"the node group states {size} GiB a node but no type: EKS chooses it with the AMI")
        return
    yield from fleet.disks(template, running.plus(waiting).volumes(), context)


def _instances(
    resource: PlannedResource,
    types: list[str],
    template: PlannedResource | None,
    running: NodeHours,
    warm: NodeHours,
    context: PricingContext,
) -> Iterator[Entry]:
    """Of several types the first is the one that EKS prefers on-demand; a spot group may get any, so its dearest counts."""
    bought = resource.inputs.get("capacityType")
    inputs = as_dict(template.inputs if template else None)
    reservation = fleet.reservation_of(inputs)
    other = fleet.unlisted(inputs, str(resource.inputs.get("amiType") or ""))
    if other:
        yield Unpriced(why=other)
    elif bought == "SPOT":
        yield fleet.spot(types, running, context.zones(resource), context)
    elif bought != "CAPACITY_BLOCK" and not reservation:
        yield fleet.on_demand(types, running.plus(warm), context, useful=running.expected)
    else:
        held = fleet.held(template, context)
        if held and next(users(held, context)) is not resource:
            return
        nodes = decimal(held.inputs.get("instanceCount")) if held and held.type == RESERVATION else None
        purchase = "capacity-block" if bought == "CAPACITY_BLOCK" else "on-demand"
        rung = as_dict(_rung(resource, context))
        found = fleet.reserved(types[0], running, purchase, reservation, context, nodes)
        yield _dated(found, rung, reservation, context) if isinstance(found, Charge) and rung else found


def _dated(charge: Charge, rung: Mapping[str, Json], reservation: str, context: PricingContext) -> Charge:
    """A block in the hours of the coming month in which it stands, at what was agreed or paid for it where somebody says so. A reservation
    that stands is paid until it is given back."""
    there = _window(rung, context)
    nodes, block = charge.most_per_hour, rung.get("how") == PurchaseType.CAPACITY_BLOCK
    price, told = charge.price, [charge.note]
    starts, until = _moment(rung.get("starts")), _moment(rung.get("until"))
    dollars, source = _agreed(rung)
    called = reservation or rung.get("offering") or "it"
    if dollars and starts and until and nodes:
        hours = Decimal(int((until - starts).total_seconds())) / 3600
        price = replace(price, value=decimal(dollars) / (decimal(rung.get("max")) * hours), source=source)
        told = [f"a capacity block is paid up front, used or not: {source}, {decimal(dollars):,.2f} $ in all"]
    if starts and there.begins:
        told.append(f"{called} starts on {starts:%Y-%m-%d}")
    if until:
        told.append(f"{called} {'ends' if there.hours or there.begins else 'ended'} on {until:%Y-%m-%d}")
    paid = nodes * (there.hours if block or rung.get("until") else HOURS)
    return replace(
        charge,
        price=price,
        asleep=paid,
        idle=paid,
        expected=paid,
        most_per_hour=nodes if there.hours else ZERO,
        note="; ".join(told),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A capacity block of a plan's settings, with the group whose nodes run in it."""

    group: PlannedResource
    pool: str
    name: str
    starts: datetime.datetime | None
    until: datetime.datetime | None
    dollars: Decimal
    """Of the whole block; 0 where its first day or its price is not known."""
    followed_by: str
    """How nodes of its pool are bought when it has ended; empty where they are not."""


def blocks(plan: Plan, today: datetime.date) -> Iterator[Block]:
    context = PricingContext(plan, today)
    for group in plan.all(NODE_GROUP):
        pool, place = _pool(group, context)
        rungs = [as_dict(rung) for rung in as_list(pool.get("buy"))]
        if place >= len(rungs) or rungs[place].get("how") != PurchaseType.CAPACITY_BLOCK:
            continue
        rung, types = rungs[place], node_properties.instance_types(plan, group)
        starts, until = _moment(rung.get("starts")), _moment(rung.get("until"))
        listed = context.price("ec2", types[0], "capacity-block") if types else None
        hours = Decimal(int((until - starts).total_seconds())) / 3600 if starts and until else ZERO
        dollars, _ = _agreed(rung)
        by_hours = decimal(rung.get("max")) * hours * listed.value if listed else ZERO
        yield Block(
            group=group,
            pool=node_properties.labels(group).get(POOL_LABEL, ""),
            name=f"capacity block {rung.get('reservation') or rung.get('offering')}",
            starts=starts,
            until=until,
            dollars=decimal(dollars) if dollars else by_hours,
            followed_by=", ".join(str(later.get("how")) for later in rungs[place + 1 :]),
        )


def _agreed(rung: Mapping[str, Json]) -> tuple[Json, str]:
    """Dollars for all of a block, and who says so."""
    if rung.get("paid"):
        return rung.get("paid"), "what was paid, as settings state it"
    consent = as_dict(rung.get("consent"))
    return consent.get("dollars"), f"the price that {consent.get('by')} agreed to"


def _window(rung: Mapping[str, Json], context: PricingContext) -> Window:
    now = datetime.datetime.combine(context.today, BLOCKS_TURN)
    return window(_moment(rung.get("starts")), _moment(rung.get("until")), now)


def _moment(written: Json) -> datetime.datetime | None:
    """As settings and their JSON write it; None where it is no time."""
    if isinstance(written, datetime.date):
        return moment(written)
    text = str(written or "")
    try:
        return moment(datetime.datetime.fromisoformat(text) if len(text) > 10 else datetime.date.fromisoformat(text))
    except ValueError:
        return None


def users(held: PlannedResource, context: PricingContext) -> Iterator[PlannedResource]:
    """Node groups that run in a reservation of the plan; the first is the one that pays it."""
    for group in context.plan.all(NODE_GROUP):
        if fleet.held(node_properties.template(context.plan, group), context) is held:
            yield group


def _running(resource: PlannedResource, context: PricingContext) -> NodeHours:
    """Node-hours that a group's nodes run: its minimum while awake, and what settings expect of its pool beyond.

    A group whose hours nobody states is expected to keep the nodes that it starts with.
    """
    scaling = as_dict(resource.inputs.get("scalingConfig"))
    least, first = decimal(scaling.get("minSize")), decimal(scaling.get("desiredSize"))
    most = max(decimal(scaling.get("maxSize")), least, first)
    sizes = sleep.sleeping(context.plan)
    asleep = min(sizes.get(resource.urn, least), least)
    awake = sleep.awake_hours(context.plan) if resource.urn in sizes else HOURS
    stated = _stated(resource, context)
    nodes, hours = (max(least, first), awake) if stated is None else stated
    return NodeHours(
        asleep=asleep * HOURS,
        idle=least * HOURS,
        expected=sleep.node_hours(least, asleep, awake, min(nodes, most), min(hours, HOURS)),
        most=most,
    )


def _stated(resource: PlannedResource, context: PricingContext) -> tuple[Decimal, Decimal] | None:
    """Nodes that settings expect of this group, of its pool's the first rungs filled first while they stand, and the hours a month of
    each. None where no pool is its own."""
    pool, place = _pool(resource, context)
    if not pool:
        return None
    rungs = [as_dict(rung) for rung in as_list(pool.get("buy"))]
    most = [decimal(rung.get("max")) for rung in rungs]
    running, hours = expected(pool)
    if place >= len(rungs) or not running:
        return ZERO, hours
    windows = [_window(rung, context) for rung in rungs]
    nodes = min(running, most[place])
    return nodes, allocation(running, hours, most, windows)[place] / nodes


def _rung(resource: PlannedResource, context: PricingContext) -> Json:
    """The way of buying that a group is, as settings state it."""
    pool, place = _pool(resource, context)
    rungs = as_list(pool.get("buy"))
    return rungs[place] if place < len(rungs) else None


def _pool(resource: PlannedResource, context: PricingContext) -> tuple[Mapping[str, Json], int]:
    """Settings of the pool that a group is of, and which of its rungs the group is; none where no pool is its own."""
    labels = node_properties.labels(resource)
    pools = as_dict(context.settings("cluster").get("pools"))
    pool = as_dict(pools.get(labels.get(POOL_LABEL, "")))
    position = labels.get(RUNG_LABEL, "").rpartition("-")[2]
    return (pool, int(position[:4])) if pool and position.isdecimal() else ({}, 0)


def warm(config: Mapping[str, Json], running: NodeHours) -> NodeHours:
    """Instances that a warm pool keeps beside those that run: what its group lacks to the prepared capacity, by default to the group's
    maximum, and at least the pool's own minimum (EC2 Auto Scaling API reference, PutWarmPool)."""
    if not config or config.get("enabled") is False:
        return fleet.always(ZERO)
    kept = decimal(config.get("minSize"))
    stated = config.get("maxGroupPreparedCapacity")
    prepared = running.most if stated is None or stated == NO_LIMIT else decimal(stated)

    def beside(hours: Decimal) -> Decimal:
        return max(kept * HOURS, prepared * HOURS - hours)

    return NodeHours(
        asleep=beside(running.asleep),
        idle=beside(running.idle),
        expected=beside(running.expected),
        most=max(kept, prepared - running.most),
    )


def runs(config: Mapping[str, Json]) -> bool:
    """Whether instances wait running and are paid as such; of stopped and hibernated ones only the volumes are."""
    return str(config.get("poolState", "")).upper() == "RUNNING"


NO_LIMIT = -1
"""Prepared capacity that is stated and limits nothing."""
