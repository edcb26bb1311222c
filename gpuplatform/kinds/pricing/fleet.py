"""EC2 instances by the way they are bought, and the volumes of those that run or wait stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from gpuplatform.catalog import instances, prices
from gpuplatform.catalog.burstable import surplus
from gpuplatform.catalog.prices import Price
from gpuplatform.kinds.cluster import node_properties
from gpuplatform.kinds.pricing.charge import HOURS, ZERO, Charge, Entry, Unpriced, missing
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.pricing.volumes import Copies, ec2_volume, volume_charges
from gpuplatform.kinds.tokens import SUBNET
from gpuplatform.plan.model import Json, PlannedResource
from gpuplatform.plan.values import as_dict, as_list

METRICS: Final = 7
"""Of an instance that is watched in detail."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeHours:
    """Node-hours of a month of each kind, and the most nodes at once."""

    asleep: Decimal
    idle: Decimal
    expected: Decimal
    most: Decimal

    def plus(self, other: NodeHours) -> NodeHours:
        return NodeHours(
            asleep=self.asleep + other.asleep,
            idle=self.idle + other.idle,
            expected=self.expected + other.expected,
            most=self.most + other.most,
        )

    def volumes(self) -> Copies:
        """One volume a node, for as long as there is the node."""
        return Copies(
            asleep=self.asleep / HOURS, idle=self.idle / HOURS, expected=self.expected / HOURS, most=self.most
        )


def always(nodes: Decimal = Decimal(1)) -> NodeHours:
    """Nodes that run day and night."""
    return NodeHours(asleep=nodes * HOURS, idle=nodes * HOURS, expected=nodes * HOURS, most=nodes)


def on_demand(
    types: Sequence[str], running: NodeHours, context: PricingContext, useful: Decimal | None = None
) -> Entry:
    """The first type, and at most the dearest. `useful` are the expected node-hours that do work, where others wait."""
    found = context.price("ec2", types[0])
    if found is None:
        return missing(context, "ec2", types[0])
    cap = max((p for t in types if (p := context.price("ec2", t))), key=lambda p: p.value)
    return _nodes(types[0], f"{types[0]} on-demand", found, running, cap, useful=useful)


def spot(types: Sequence[str], running: NodeHours, zones: tuple[str, ...], context: PricingContext) -> Entry:
    """At the dearest reference among the types that have one; the cap is the on-demand price, which spot never passes."""
    known = [(t, p) for t in types if (p := prices.spot(t, zones))]
    caps = [p for t in types if (p := context.price("ec2", t))]
    if not known or not caps:
        return missing(context, "ec2", ", ".join(types), "spot")
    instance, found = max(known, key=lambda pair: pair[1].value)
    note = "spot is priced at a dated reference: of the dearest zone, or of the region's on average; its cap is the on-demand price"
    return _nodes(instance, f"{instance} spot", found, running, max(caps, key=lambda p: p.value), note)


def reserved(
    instance: str,
    running: NodeHours,
    purchase: str,
    reservation: str,
    context: PricingContext,
    nodes: Decimal | None = None,
) -> Entry:
    """Capacity that is paid whether nodes run in it or not: `nodes` of it, by default as many as may run."""
    found = context.price("ec2", instance, purchase)
    if found is None:
        return missing(context, "ec2", instance, purchase)
    block = purchase == "capacity-block"
    what = f"{instance} {'capacity block' if block else 'reservation'} {reservation}".rstrip()
    note = (
        "a capacity block is paid up front, used or not: shown for its hours in the coming month, for all where no dates are stated"
        if block
        else "a reservation is paid at the on-demand rate, used or not"
    )
    held = running.most if nodes is None else nodes
    return Charge(
        what=f"{what}, {held:f} nodes, paid used or not",
        price=found,
        asleep=held * HOURS,
        idle=held * HOURS,
        expected=held * HOURS,
        most_per_hour=held,
        note=note,
        instance=instance,
        useful=running.expected,
    )


def cpu_credits(
    types: Sequence[str], template: Mapping[str, Json], most: Decimal, context: PricingContext
) -> Iterator[Entry]:
    """What burstable nodes are paid beyond their hours: nothing on average, and in the dearest hour full load without a credit left."""
    mode = as_dict(template.get("creditSpecification")).get("cpuCredits")
    known = [t for t in types if t in instances.names() and surplus(t, 1) > 0]
    if not known or mode == "standard":
        return
    name = max(known, key=lambda t: surplus(t, instances.instance(t).vcpus))
    family = name.partition(".")[0]
    price = context.price("ec2-credits", family)
    if price is None:
        yield missing(context, "ec2-credits", family)
        return
    yield Charge(
        what=f"CPU credits of {name} beyond those it earns",
        price=price,
        asleep=ZERO,
        idle=ZERO,
        expected=ZERO,
        most_per_hour=most * Decimal(str(surplus(name, instances.instance(name).vcpus))),
        note="burstable nodes are expected to stay below their baseline; the dearest hour is at full load with no credit left",
    )


def watched(template: Mapping[str, Json], running: NodeHours, context: PricingContext) -> Iterator[Entry]:
    """Detailed monitoring: seven metrics an instance (EC2 user guide, "Monitor your instances"; aws.amazon.com/cloudwatch/pricing)."""
    stated = template.get("monitoring")
    if stated is not True and as_dict(stated).get("enabled") not in (True, "true"):
        return
    yield _beside(
        running,
        "detailed monitoring of each node",
        ("cloudwatch", "custom-metric"),
        context,
        lambda h: METRICS * h / HOURS,
    )


def addressed(
    nodes: PlannedResource, path: str, template: Mapping[str, Json], running: NodeHours, context: PricingContext
) -> Iterator[Entry]:
    """Public addresses of nodes: where their interface asks for one, else where their subnets give one. EC2 gives none to an instance
    of several interfaces (EC2 user guide, "Amazon EC2 instance IP addressing")."""
    interfaces = [as_dict(i) for i in as_list(template.get("networkInterfaces"))]
    asked = interfaces[0].get("associatePublicIpAddress") if interfaces else None
    subnets = context.linked(nodes, path, SUBNET)
    public = sum(1 for s in subnets if s.inputs.get("mapPublicIpOnLaunch"))
    share = Decimal(public) / len(subnets) if subnets else ZERO
    if asked is not None and asked != "":
        share = Decimal(asked in (True, "true"))
    if not share or len(interfaces) > 1:
        return
    yield _beside(
        running, "public IPv4 address of each node", ("vpc", "public-ipv4"), context, lambda hours: hours * share
    )


def _beside(
    running: NodeHours, what: str, key: tuple[str, str], context: PricingContext, quantity: Callable[[Decimal], Decimal]
) -> Entry:
    """What is paid beside the nodes, as long as they run: `quantity` is of the price's unit, for some hours of nodes."""
    price = context.price(*key)
    if price is None:
        return missing(context, *key)
    return Charge(
        what=what,
        price=price,
        asleep=quantity(running.asleep),
        idle=quantity(running.idle),
        expected=quantity(running.expected),
        most_per_hour=quantity(running.most),
    )


def unlisted(template: Mapping[str, Json], image: str = "") -> str:
    """Why the list price of an instance is not what such nodes cost; empty where it is. The rows are of Linux on shared hardware."""
    tenancy = str(as_dict(template.get("placement")).get("tenancy") or template.get("tenancy") or "default")
    if tenancy != "default":
        return f"no price row for instances of tenancy {tenancy}"
    return "no price row for instances with Windows" if image.upper().startswith("WINDOWS") else ""


def held(target: PlannedResource | None, context: PricingContext) -> PlannedResource | None:
    """What the plan itself reserves or buys, of what a launch template or an instance targets."""
    return next(iter(node_properties.reservations(context.plan, target) if target else ()), None)


def reservation_of(template: Mapping[str, Json]) -> str:
    """The reservation that a launch template or an instance targets; empty where it targets none."""
    target = as_dict(node_properties.reserved(template))
    return str(target.get("capacityReservationId") or target.get("capacityReservationResourceGroupArn") or "")


def disks(template: PlannedResource | None, copies: Copies, context: PricingContext) -> Iterator[Entry]:
    """The volumes that a launch template gives to each instance."""
    mappings = [as_dict(m) for m in as_list(template.inputs.get("blockDeviceMappings"))] if template else []
    given = [as_dict(m.get("ebs")) for m in mappings if m.get("ebs")]
    if not given:
        yield Unpriced(why="no launch template states the root volume: the AMI or EKS chooses its size and type")
    for disk in given:
        yield from volume_charges(context, ec2_volume(disk), "of each node", copies)


def _nodes(
    instance: str,
    what: str,
    price: Price,
    running: NodeHours,
    cap: Price | None = None,
    note: str = "",
    useful: Decimal | None = None,
) -> Charge:
    return Charge(
        what=f"{what}, {running.idle / HOURS:.0f} to {running.most:.0f} nodes",
        price=price,
        asleep=running.asleep,
        idle=running.idle,
        expected=running.expected,
        most_per_hour=running.most,
        most_price=cap,
        note=note,
        instance=instance,
        useful=useful,
    )
