"""Amazon VPC: ways in and out: NAT gateways, public addresses, endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.cluster.s3_ways import paid_ways
from gpuplatform.kinds.formats import digest, numbered
from gpuplatform.kinds.kind import (
    BOTOCORE,
    Api,
    Created,
    Duration,
    Free,
    Kind,
    PolicyDocument,
    PolicyKind,
    force_new,
    immutable,
    right,
)
from gpuplatform.kinds.labels import (
    Label,
    Lines,
    Place,
    fixed,
)
from gpuplatform.kinds.pricing.charge import Entry, Unpriced, addresses, shared, steady
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.tokens import EIP, NAT_GATEWAY, VPC_ENDPOINT
from gpuplatform.plan.model import UNKNOWN, Json, Plan, PlannedResource
from gpuplatform.plan.values import as_list

VPC_ENDPOINT_SUBNET_ASSOCIATION: Final = "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation"


def _address(made: Created) -> dict[str, Json]:
    # Of another range kept for documentation than the one that the examples of settings open the API to.
    return {"allocationId": made.id, "publicIp": f"198.51.100.{int(digest(made.urn, 2), 16) or 1}"}


ENDPOINT_ROWS: Final = {"Interface": "interface-endpoint", "GatewayLoadBalancer": "gateway-load-balancer-endpoint"}


def nat_gateway(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    if resource.inputs.get("availabilityMode") == "regional":
        yield Unpriced(
            why="a regional NAT gateway is paid in each zone that it serves, and the plan does not say which"
        )
    else:
        yield steady(context, "NAT gateway", "vpc", "nat-gateway")
    yield shared(
        context,
        "data through a NAT gateway",
        "vpc",
        "nat-gateway-data",
        "nat_gb",
        among=context.count(NAT_GATEWAY),
    )
    if resource.urn in (paid := paid_ways(context.plan)):
        what = "data of S3 through a NAT gateway, for want of a gateway endpoint"
        yield shared(context, what, "vpc", "nat-gateway-data", "s3_gb", among=len(paid))


def public_address(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """An address of AWS's; one of the account's own range is free."""
    if str(resource.inputs.get("publicIpv4Pool") or "amazon") == "amazon":
        yield addresses(context, 1)


def endpoint(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """An interface endpoint is paid for each zone; gateway endpoints are free."""
    kind = str(resource.inputs.get("vpcEndpointType") or "Gateway")
    if kind == "Gateway":
        return
    if kind not in ENDPOINT_ROWS:
        yield Unpriced(why=f"no price row for a VPC endpoint of type {kind}")
        return
    subnets = resource.inputs.get("subnetIds")
    if subnets == UNKNOWN:
        yield Unpriced(why="an endpoint is paid for each zone, and its subnets are known only once they exist")
        return
    joined = sum(
        1
        for r in context.plan.all(VPC_ENDPOINT_SUBNET_ASSOCIATION)
        if resource in context.linked(r, "vpcEndpointId", VPC_ENDPOINT)
    )
    zones = max(len(as_list(subnets)) + joined, 1)
    service = str(resource.inputs.get("serviceName", "")).rpartition(f"{context.region}.")[2]
    where = f"{zones} zone{'s' * (zones > 1)}"
    words = "interface" if kind == "Interface" else "load balancer"
    yield steady(context, f"{words} endpoint of {service} in {where}", "vpc", ENDPOINT_ROWS[kind], zones)
    doors = context.plan.all(VPC_ENDPOINT)
    paid = context.once(
        "endpoints", lambda: sum(1 for r in doors if r.inputs.get("vpcEndpointType") in tuple(ENDPOINT_ROWS))
    )
    data = f"data through the {words} endpoint of {service}"
    yield shared(context, data, "vpc", f"{ENDPOINT_ROWS[kind]}-data", "endpoint_gb", among=paid)


_FREE: Final = Free("part of the endpoint, which is priced by its zones (aws.amazon.com/privatelink/pricing)")


def _endpoint_label(_plan: Plan, endpoint: PlannedResource, _parts: list[PlannedResource]) -> Lines:
    kind, service = (str(endpoint.inputs.get(key, "")) for key in ("vpcEndpointType", "serviceName"))
    return [f"{kind.lower()} endpoint: {service.rsplit('.', 1)[-1]}"]


KINDS: Final = (
    Kind(
        EIP,
        price=public_address,
        arn="arn:{p}:ec2:{r}:{a}:eip/{i}",
        identifier=numbered("eipalloc"),
        outputs=_address,
        immutable=(
            force_new("ec2/ec2_eip.go", "domain", "address", "publicIpv4Pool", "networkBorderGroup", "ipamPoolId"),
        ),
        duration=Duration(
            seconds=2, source="an API call that answers at once, as apply logs show for addresses", measured=False
        ),
        rights=(right("ec2", "elastic-ip/eipalloc-00000000000000000", "AllocateAddress", "CreateTags"),),
        api=Api(shapes=("ec2.AllocateAddressRequest",)),
    ),
    Kind(
        NAT_GATEWAY,
        label=Label(icon="gate", words=fixed("NAT gateway"), rank=18),
        price=nat_gateway,
        noun="NAT gateway",
        arn="arn:{p}:ec2:{r}:{a}:nat-gateway/{i}",
        identifier=numbered("nat"),
        immutable=(force_new("ec2/vpc_nat_gateway.go", "subnetId", "allocationId", "connectivityType", "privateIp"),),
        duration=Duration(
            seconds=94, source='public terraform apply log of 14 minutes in all, "nat_gateway: Creation complete after"'
        ),
        rights=(right("ec2", "natgateway/nat-00000000000000000", "CreateNatGateway", "CreateTags"),),
        api=Api(shapes=("ec2.CreateNatGatewayRequest",)),
    ),
    Kind(
        VPC_ENDPOINT,
        policies={"policy": PolicyDocument(PolicyKind.RESOURCE)},
        label=Label(icon="gate", words=_endpoint_label, rank=20, place=Place.EDGE),
        price=endpoint,
        noun="VPC endpoint",
        arn="arn:{p}:ec2:{r}:{a}:vpc-endpoint/{i}",
        identifier=numbered("vpce"),
        immutable=(
            immutable(f"EC2 ModifyVpcEndpoint lacks it ({BOTOCORE})", "vpcId", "serviceName", "vpcEndpointType"),
        ),
        duration=Duration(
            seconds=60,
            source="an interface endpoint takes about a minute, by experience; no log at hand",
            measured=False,
        ),
        rights=(right("ec2", "vpc-endpoint/vpce-00000000000000000", "CreateVpcEndpoint", "CreateTags"),),
        api=Api(shapes=("ec2.CreateVpcEndpointRequest",)),
    ),
    Kind(VPC_ENDPOINT_SUBNET_ASSOCIATION, price=_FREE),
)
