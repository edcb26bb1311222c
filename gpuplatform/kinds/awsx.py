"""Components of pulumi-awsx, by what of them is paid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.kind import Kind
from gpuplatform.kinds.pricing.charge import Entry, Unpriced, addresses, steady
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.plan.model import UNKNOWN, PlannedResource
from gpuplatform.plan.values import as_dict, as_list

_ZONES: Final = 3
"""Of a VPC that states neither zones nor their number."""


def network(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """A VPC has a NAT gateway in each zone unless it says otherwise (pulumi-awsx, awsx.ec2.Vpc: natGateways.strategy, by default
    OnePerAz; numberOfAvailabilityZones, by default 3)."""
    if any(part.custom for part in context.plan.descendants(resource)):
        return
    inputs = resource.inputs
    strategy = as_dict(inputs.get("natGateways")).get("strategy", "OnePerAz")
    zones = inputs.get("numberOfAvailabilityZones") or len(as_list(inputs.get("availabilityZoneNames"))) or _ZONES
    if UNKNOWN in (strategy, zones, inputs.get("natGateways")) or not isinstance(zones, int) or zones < 1:
        yield Unpriced(why="how many NAT gateways it makes is known only once it exists")
        return
    count = {"OnePerAz": zones, "Single": 1}.get(str(strategy), 0)
    if count:
        yield steady(context, f"{count} NAT gateways" if count > 1 else "NAT gateway", "vpc", "nat-gateway", count)
        yield addresses(context, count)
        yield Unpriced(
            why="data through the NAT gateways that it makes is paid by the GB, and no gateway of the plan tells how much"
        )


KINDS: Final = (Kind("awsx:ec2:Vpc", noun="pulumi-awsx VPC", price=network),)
