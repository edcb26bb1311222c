"""Ways in and out: NAT gateways, public addresses, VPC endpoints, and data that leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from gpuplatform.kinds import acm, vpc
from gpuplatform.kinds.pricing.charge import Entry, Pricer, Unpriced, shared, steady, tiers, used
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.plan.model import UNKNOWN, PlannedResource
from gpuplatform.plan.values import listing

NAT: Final = vpc.NAT_GATEWAY
ENDPOINT: Final = vpc.VPC_ENDPOINT
ENDPOINT_SUBNET: Final = vpc.VPC_ENDPOINT_SUBNET_ASSOCIATION
VPC: Final = vpc.VPC
KINDS: Final = {"Interface": "interface-endpoint", "GatewayLoadBalancer": "gateway-load-balancer-endpoint"}

TERABYTE: Final = 1024
"""GB, as data transfer is billed."""
TO_THE_INTERNET: Final = (
    ("internet-out", 0),
    ("internet-out-above-10-tb", 10 * TERABYTE),
    ("internet-out-above-50-tb", 50 * TERABYTE),
    ("internet-out-above-150-tb", 150 * TERABYTE),
)
"""Row, and the GB of a month above which it is the price (aws.amazon.com/ec2/pricing/on-demand, "Data Transfer")."""


def nat_gateway(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    if resource.inputs.get("availabilityMode") == "regional":
        yield Unpriced(
            why="a regional NAT gateway is paid in each zone that it serves, and the plan does not say which"
        )
    else:
        yield steady(context, "NAT gateway", "vpc", "nat-gateway")
    yield shared(context, "data through a NAT gateway", "vpc", "nat-gateway-data", "nat_gb", among=context.count(NAT))


def public_address(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """An address of AWS's; one of the account's own range is free."""
    if str(resource.inputs.get("publicIpv4Pool") or "amazon") == "amazon":
        yield addresses(context, 1)


def addresses(context: PricingContext, count: int) -> Entry:
    what = "public IPv4 address" if count == 1 else f"{count} public IPv4 addresses"
    return steady(context, what, "vpc", "public-ipv4", count)


def endpoint(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """An interface endpoint is paid for each zone; gateway endpoints are free."""
    kind = str(resource.inputs.get("vpcEndpointType") or "Gateway")
    if kind == "Gateway":
        return
    if kind not in KINDS:
        yield Unpriced(why=f"no price row for a VPC endpoint of type {kind}")
        return
    subnets = resource.inputs.get("subnetIds")
    if subnets == UNKNOWN:
        yield Unpriced(why="an endpoint is paid for each zone, and its subnets are known only once they exist")
        return
    joined = sum(
        1 for r in context.plan.all(ENDPOINT_SUBNET) if resource in context.linked(r, "vpcEndpointId", ENDPOINT)
    )
    zones = max(len(listing(subnets)) + joined, 1)
    service = str(resource.inputs.get("serviceName", "")).rpartition(f"{context.region}.")[2]
    where = f"{zones} zone{'s' * (zones > 1)}"
    words = "interface" if kind == "Interface" else "load balancer"
    yield steady(context, f"{words} endpoint of {service} in {where}", "vpc", KINDS[kind], zones)
    doors = context.plan.all(ENDPOINT)
    paid = context.once("endpoints", lambda: sum(1 for r in doors if r.inputs.get("vpcEndpointType") in tuple(KINDS)))
    data = f"data through the {words} endpoint of {service}"
    yield shared(context, data, "vpc", f"{KINDS[kind]}-data", "endpoint_gb", among=paid)


def between_zones(_: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """A VPC is free; the data that passes between its zones and out of it is not, where settings state some."""
    among = context.count(VPC)
    if context.usage("between_zones_gb").amount:
        what = "data between zones, out of one and into the other"
        yield shared(context, what, "vpc", "data-between-zones", "between_zones_gb", among, times=2)
    total = context.usage("internet_gb").amount
    for key, above, inside in tiers(Decimal(0), total, TO_THE_INTERNET):
        what = f"data to the internet{f', above {above // TERABYTE} TB' if above else ''}"
        yield used(context, what, "vpc", key, inside / among, assumes="internet_gb")


def certificate(resource: PlannedResource, _: PricingContext) -> Iterator[Entry]:
    """A public one is free (aws.amazon.com/certificate-manager/pricing)."""
    if resource.inputs.get("certificateAuthorityArn"):
        yield Unpriced(why="no price row for a certificate of a private authority")


PRICERS: Mapping[str, Pricer] = {
    NAT: nat_gateway,
    vpc.EIP: public_address,
    ENDPOINT: endpoint,
    VPC: between_zones,
    acm.CERTIFICATE: certificate,
}
