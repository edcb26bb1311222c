"""EC2 instances by themselves, in Auto Scaling groups, as reservations; and volumes by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from gpuplatform.kinds.cluster import node_properties
from gpuplatform.kinds.pricing import fleet
from gpuplatform.kinds.pricing.charge import HOURS, Charge, Entry, Unpriced, addresses
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.pricing.fleet import NodeHours
from gpuplatform.kinds.pricing.node_groups import runs, users, warm
from gpuplatform.kinds.pricing.numbers import decimal
from gpuplatform.kinds.pricing.volumes import ONE, ec2_volume, volume_charges, volume_of
from gpuplatform.kinds.tokens import (
    EIP,
    EIP_ASSOCIATION,
    RESERVATION,
    SPOT_INSTANCE_REQUEST,
    SUBNET,
)
from gpuplatform.plan.model import Json, PlannedResource
from gpuplatform.plan.values import as_dict, as_list, get_path, strings

OPEN: Final = "instances that an open reservation takes in without being told are counted beside it"
OLDEST_KIND: Final = "gp2"
"""What EC2 makes of a volume whose type nobody states (EC2 API reference, CreateVolume and EbsBlockDevice)."""


def instance(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """One instance that runs day and night, with its volumes and its public address."""
    inputs = resource.inputs
    template = node_properties.template(context.plan, resource)
    base = as_dict(template.inputs if template else None)
    kind = str(inputs.get("instanceType") or base.get("instanceType") or "")
    reservation = fleet.reservation_of(inputs) or fleet.reservation_of(base)
    market = node_properties.market(inputs) or node_properties.market(base)
    other = fleet.unlisted({**base, **inputs})
    if not kind:
        yield Unpriced(why="neither the instance nor its launch template names an instance type")
    elif other:
        yield Unpriced(why=other)
    elif resource.type == SPOT_INSTANCE_REQUEST or market == "spot":
        yield fleet.spot([kind], fleet.always(), context.zones(resource, "subnetId"), context)
    elif market == "capacity-block":
        yield fleet.reserved(kind, fleet.always(), "capacity-block", reservation, context)
    elif not (fleet.held(resource, context) or fleet.held(template, context)):
        # In a reservation of the plan it costs nothing more.
        yield fleet.on_demand([kind], fleet.always(), context)
    yield from fleet.cpu_credits([kind], {**base, **inputs}, Decimal(1), context)
    yield from fleet.watched({**base, **inputs}, fleet.always(), context)
    root = as_dict(inputs.get("rootBlockDevice"))
    if root or not template:
        yield from volume_charges(context, ec2_volume(root), "of the root", ONE)
    else:
        yield from fleet.disks(template, ONE, context)
    for disk in as_list(inputs.get("ebsBlockDevices")):
        volume = ec2_volume(as_dict(disk), OLDEST_KIND)
        yield from volume_charges(context, volume, f"at {as_dict(disk).get('deviceName')}", ONE)
    subnets = context.linked(resource, "subnetId", SUBNET)
    given = any(s.inputs.get("mapPublicIpOnLaunch") for s in subnets)
    asked = inputs.get("associatePublicIpAddress")
    if (asked or (given and asked is None)) and not _has_elastic_ip(resource, context):
        yield addresses(context, 1)


def _has_elastic_ip(resource: PlannedResource, context: PricingContext) -> bool:
    """EC2 takes the address back that it gave, for the one that is paid by itself (EC2 user guide, "Elastic IP addresses")."""
    ways = ((EIP, "instance"), (EIP_ASSOCIATION, "instanceId"))
    return any(
        resource in context.linked(one, path, resource.type) for type_, path in ways for one in context.plan.all(type_)
    )


def group(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """An Auto Scaling group: expected at the size it starts with, between its minimum and its maximum."""
    inputs = resource.inputs
    mixed = as_dict(inputs.get("mixedInstancesPolicy"))
    template = node_properties.template(context.plan, resource)
    base = as_dict(template.inputs if template else None)
    overrides = [as_dict(o).get("instanceType") for o in as_list(get_path(mixed, "launchTemplate", "overrides"))]
    types = [str(t) for t in overrides if t] or list(strings(base.get("instanceType")))
    if not types:
        yield Unpriced(why="neither the Auto Scaling group nor its launch template names an instance type")
        return
    least = decimal(inputs.get("minSize"))
    usual = max(decimal(inputs.get("desiredCapacity")), least)
    most = max(decimal(inputs.get("maxSize")), usual)
    running = NodeHours(asleep=least * HOURS, idle=least * HOURS, expected=usual * HOURS, most=most)
    config = as_dict(inputs.get("warmPool"))
    waiting = warm(config, running)
    paid = running.plus(waiting) if runs(config) else running
    yield from _bought(types, paid, template, as_dict(mixed.get("instancesDistribution")), resource, context)
    yield from fleet.watched(base, running, context)
    yield from fleet.addressed(resource, "vpcZoneIdentifiers", base, running, context)
    yield from fleet.disks(template, running.plus(waiting).volumes(), context)


def _bought(
    types: list[str],
    running: NodeHours,
    template: PlannedResource | None,
    distribution: Mapping[str, Json],
    resource: PlannedResource,
    context: PricingContext,
) -> Iterator[Entry]:
    """On-demand and spot as the group mixes them: so many on-demand first, then a share of the rest."""
    inputs = as_dict(template.inputs if template else None)
    market = node_properties.market(inputs)
    reservation = fleet.reservation_of(inputs)
    if other := fleet.unlisted(inputs):
        yield Unpriced(why=other)
        return
    if fleet.held(template, context):
        return  # In a reservation of the plan, which is paid whole, its instances cost nothing more.
    if market == "capacity-block":
        yield fleet.reserved(types[0], running, "capacity-block", reservation, context)
        return
    if reservation:
        yield fleet.reserved(types[0], running, "on-demand", reservation, context)
        return
    share = decimal(distribution.get("onDemandPercentageAboveBaseCapacity", 100)) / 100
    first = decimal(distribution.get("onDemandBaseCapacity"))
    if market == "spot":
        share = Decimal(0)

    def sure(hours: Decimal) -> Decimal:
        return min(hours, first * HOURS) + max(hours - first * HOURS, Decimal(0)) * min(share, Decimal(1))

    steady = NodeHours(
        asleep=sure(running.asleep),
        idle=sure(running.idle),
        expected=sure(running.expected),
        most=sure(running.most * HOURS) / HOURS,
    )
    rest = NodeHours(
        asleep=running.asleep - steady.asleep,
        idle=running.idle - steady.idle,
        expected=running.expected - steady.expected,
        most=running.most - steady.most,
    )
    if steady.most or not rest.most:
        yield fleet.on_demand(types[:1], steady, context)
    if rest.most:
        yield fleet.spot(types, rest, context.zones(resource, "vpcZoneIdentifiers"), context)


def reservation(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """Reserved capacity that no node group of the plan pays for already."""
    if any(users(resource, context)):
        return
    if resource.type != RESERVATION:
        yield Unpriced(why="a capacity block costs what its offering says on the day it is bought")
        return
    held = decimal(resource.inputs.get("instanceCount"))
    none = NodeHours(asleep=Decimal(0), idle=Decimal(0), expected=Decimal(0), most=held)
    found = fleet.reserved(str(resource.inputs.get("instanceType") or ""), none, "on-demand", "", context)
    open_to_all = str(resource.inputs.get("instanceMatchCriteria") or "open") == "open"
    yield replace(found, note=f"{found.note}; {OPEN}") if isinstance(found, Charge) and open_to_all else found


def volume(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    stated = volume_of(resource.inputs, decimal(resource.inputs.get("size")), resource.inputs.get("type"), OLDEST_KIND)
    yield from volume_charges(context, stated, resource.name, ONE)
