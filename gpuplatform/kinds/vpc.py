"""Amazon VPC: networks, their routes, gateways, endpoints and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from gpuplatform.kinds.formats import digest, numbered
from gpuplatform.kinds.kind import BOTOCORE, Api, Created, Duration, Free, Kind, force_new, immutable, right
from gpuplatform.kinds.labels import (
    Label,
    Place,
    counting,
    fixed,
    listed,
)
from gpuplatform.kinds.pricing import kept_logs
from gpuplatform.kinds.pricing.charge import Entry, shared, tiers, used
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.tokens import (
    DEFAULT_ROUTE_TABLE,
    EIP_ASSOCIATION,
    FLOW_LOG,
    MAIN_ROUTE_TABLE_ASSOCIATION,
    ROUTE,
    ROUTE_TABLE,
    ROUTE_TABLE_ASSOCIATION,
    SECURITY_GROUP,
    SECURITY_GROUP_INGRESS_RULE,
    SECURITY_GROUP_RULE,
    SUBNET,
    VPC,
    VPC_ENDPOINT_ROUTE_TABLE_ASSOCIATION,
)
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.wording import counted

DEFAULT_SECURITY_GROUP: Final = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
INTERNET_GATEWAY: Final = "aws:ec2/internetGateway:InternetGateway"
SECURITY_GROUP_EGRESS_RULE: Final = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"

_FREE_1: Final = Free("VPC, subnets, routes and gateways are free (aws.amazon.com/vpc/pricing)")
_FREE_2: Final = Free("security groups and their rules are free (aws.amazon.com/vpc/pricing)")
_FREE_3: Final = Free("part of the endpoint, which is priced by its zones (aws.amazon.com/privatelink/pricing)")


def _vpc(made: Created) -> dict[str, Json]:
    return {
        "defaultSecurityGroupId": f"sg-{digest(made.urn + '/default', 17)}",
        "mainRouteTableId": f"rtb-{digest(made.urn + '/main', 17)}",
        "defaultNetworkAclId": f"acl-{digest(made.urn + '/acl', 17)}",
        "ownerId": made.account,
    }


def _subnet(made: Created) -> dict[str, Json]:
    zone = re.search(r"-az([1-8])$", str(made.inputs.get("availabilityZoneId")))
    # Names differ between accounts; this account maps az1 to a, az2 to b and so on.
    return {"availabilityZone": f"{made.region}{'abcdefgh'[int(zone[1]) - 1]}"} if zone else {}


TERABYTE: Final = 1024
"""GB, as data transfer is billed."""


TO_THE_INTERNET: Final = (
    ("internet-out", 0),
    ("internet-out-above-10-tb", 10 * TERABYTE),
    ("internet-out-above-50-tb", 50 * TERABYTE),
    ("internet-out-above-150-tb", 150 * TERABYTE),
)
"""Row, and the GB of a month above which it is the price (aws.amazon.com/ec2/pricing/on-demand, "Data Transfer")."""


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


def _vpcs(plan: Plan, found: list[PlannedResource]) -> str:
    networks = listed([f"VPC {r.inputs.get('cidrBlock', r.name)}" for r in found])
    subnets = plan.all(SUBNET)
    return f"{networks}; {_in_zones(subnets)}" if subnets else networks


def _subnets(plan: Plan, found: list[PlannedResource]) -> str:
    """Told with their VPC where the plan makes one."""
    return "" if plan.all(VPC) else _in_zones(found)


def _in_zones(subnets: list[PlannedResource]) -> str:
    zones = sorted(
        {str(s.inputs.get("availabilityZoneId") or s.inputs.get("availabilityZone") or "?") for s in subnets}
    )
    return f"{counted(len(subnets), 'subnet')} in {', '.join(zones)}"


KINDS: Final = (
    Kind(
        FLOW_LOG,
        label=Label(icon="bell", words=fixed("flow logs"), rank=21, place=Place.EDGE),
        price=kept_logs.flow_log,
        arn="arn:{p}:ec2:{r}:{a}:flow-log/{i}",
        identifier=numbered("fl"),
        immutable=(immutable(f"EC2 has no ModifyFlowLogs ({BOTOCORE})", "*"),),
        rights=(
            right("ec2", "vpc-flow-log/fl-00000000000000000", "CreateFlowLogs", "CreateTags"),
            right("iam", "role/{name}", "PassRole"),
        ),
        api=Api(shapes=("ec2.CreateFlowLogsRequest",)),
    ),
    Kind(
        VPC,
        phrase=_vpcs,
        price=between_zones,
        arn="arn:{p}:ec2:{r}:{a}:vpc/{i}",
        identifier=numbered("vpc"),
        outputs=_vpc,
        immutable=(force_new("ec2/vpc_.go", "cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength"),),
        duration=Duration(seconds=12, source="public terraform apply logs, 6 to 17 s"),
        rights=(right("ec2", "vpc/vpc-00000000000000000", "CreateVpc", "ModifyVpcAttribute", "CreateTags"),),
        api=Api(shapes=("ec2.CreateVpcRequest",)),
    ),
    Kind("aws:ec2/defaultNetworkAcl:DefaultNetworkAcl", price=_FREE_1),
    Kind(DEFAULT_ROUTE_TABLE, price=_FREE_1),
    Kind(
        DEFAULT_SECURITY_GROUP,
        price=_FREE_2,
        rights=(
            right(
                "ec2",
                "security-group/sg-00000000000000000",
                "RevokeSecurityGroupIngress",
                "RevokeSecurityGroupEgress",
                "CreateTags",
            ),
        ),
    ),
    Kind("aws:ec2/defaultSubnet:DefaultSubnet", price=_FREE_1),
    Kind("aws:ec2/defaultVpc:DefaultVpc", price=_FREE_1),
    Kind("aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway", price=_FREE_1),
    Kind(EIP_ASSOCIATION, price=Free("nothing runs before a node group uses it (aws.amazon.com/ec2/pricing)")),
    Kind(
        INTERNET_GATEWAY,
        label=Label(icon="gate", words=fixed("internet gateway"), rank=19, place=Place.EDGE),
        arn="arn:{p}:ec2:{r}:{a}:internet-gateway/{i}",
        identifier=numbered("igw"),
        duration=Duration(
            seconds=2, source="an API call that answers at once, as apply logs show for gateways", measured=False
        ),
        price=_FREE_1,
        rights=(
            right(
                "ec2",
                "internet-gateway/igw-00000000000000000",
                "CreateInternetGateway",
                "AttachInternetGateway",
                "CreateTags",
            ),
        ),
    ),
    Kind("aws:ec2/internetGatewayAttachment:InternetGatewayAttachment", price=_FREE_1),
    Kind(MAIN_ROUTE_TABLE_ASSOCIATION, price=_FREE_1),
    Kind("aws:ec2/managedPrefixList:ManagedPrefixList", price=_FREE_1),
    Kind("aws:ec2/networkAcl:NetworkAcl", price=_FREE_1),
    Kind("aws:ec2/networkAclRule:NetworkAclRule", price=_FREE_1),
    Kind("aws:ec2/networkInterface:NetworkInterface", price=_FREE_1),
    Kind("aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment", price=_FREE_1),
    Kind(ROUTE, price=_FREE_1, rights=(right("ec2", "route-table/rtb-00000000000000000", "CreateRoute"),)),
    Kind(
        ROUTE_TABLE,
        arn="arn:{p}:ec2:{r}:{a}:route-table/{i}",
        identifier=numbered("rtb"),
        price=_FREE_1,
        rights=(right("ec2", "route-table/rtb-00000000000000000", "CreateRouteTable", "CreateTags"),),
    ),
    Kind(
        ROUTE_TABLE_ASSOCIATION,
        arn="arn:{p}:ec2:{r}:{a}:route-table-association/{i}",
        identifier=numbered("rtbassoc"),
        duration=Duration(seconds=1, source="terraform-aws-eks v20.37.2 in public apply logs"),
        price=_FREE_1,
        rights=(right("ec2", "route-table/rtb-00000000000000000", "AssociateRouteTable"),),
    ),
    Kind(
        SECURITY_GROUP,
        label=Label(icon="shield", words=counting("security group"), rank=22, place=Place.EDGE),
        arn="arn:{p}:ec2:{r}:{a}:security-group/{i}",
        identifier=numbered("sg"),
        immutable=(force_new("ec2/vpc_security_group.go", "vpcId", "name", "namePrefix", "description"),),
        duration=Duration(seconds=3, source="nine public terraform apply logs, median"),
        price=_FREE_2,
        rights=(right("ec2", "security-group/sg-00000000000000000", "CreateSecurityGroup", "CreateTags"),),
    ),
    Kind("aws:ec2/securityGroupAssociation:SecurityGroupAssociation", price=_FREE_3),
    Kind(
        SECURITY_GROUP_EGRESS_RULE,
        arn="arn:{p}:ec2:{r}:{a}:security-group-egress-rule/{i}",
        identifier=numbered("sgr"),
        immutable=(
            immutable(f"EC2 ModifySecurityGroupRules: a rule stays in its group ({BOTOCORE})", "securityGroupId"),
        ),
        price=_FREE_2,
        rights=(right("ec2", "security-group/sg-00000000000000000", "AuthorizeSecurityGroupEgress", "CreateTags"),),
    ),
    Kind(
        SECURITY_GROUP_INGRESS_RULE,
        arn="arn:{p}:ec2:{r}:{a}:security-group-ingress-rule/{i}",
        identifier=numbered("sgr"),
        immutable=(
            immutable(f"EC2 ModifySecurityGroupRules: a rule stays in its group ({BOTOCORE})", "securityGroupId"),
        ),
        price=_FREE_2,
        rights=(right("ec2", "security-group/sg-00000000000000000", "AuthorizeSecurityGroupIngress", "CreateTags"),),
    ),
    Kind(SECURITY_GROUP_RULE, price=_FREE_2),
    Kind(
        SUBNET,
        phrase=_subnets,
        arn="arn:{p}:ec2:{r}:{a}:subnet/{i}",
        identifier=numbered("subnet"),
        outputs=_subnet,
        immutable=(
            force_new(
                "ec2/vpc_subnet.go",
                "vpcId",
                "cidrBlock",
                "availabilityZone",
                "availabilityZoneId",
                "ipv6Native",
                "outpostArn",
            ),
        ),
        duration=Duration(seconds=8, source="public terraform apply logs, 4 to 10 s"),
        price=_FREE_1,
        rights=(right("ec2", "subnet/subnet-00000000000000000", "CreateSubnet", "CreateTags"),),
    ),
    Kind("aws:ec2/vpcDhcpOptions:VpcDhcpOptions", price=_FREE_1),
    Kind("aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation", price=_FREE_1),
    Kind("aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy", price=_FREE_3),
    Kind(VPC_ENDPOINT_ROUTE_TABLE_ASSOCIATION, price=_FREE_3),
    Kind("aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation", price=_FREE_1),
    Kind("aws:ec2/vpcPeeringConnection:VpcPeeringConnection", price=_FREE_1),
    Kind("aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter", price=_FREE_1),
)
