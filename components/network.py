"""The VPC: subnets in every zone, the ways out, and a closed default security group.

Zones are named by ID; a subnet's name says its zone, so that a zone appended later touches no other. Nothing but the
private routes waits for a NAT gateway (94 s, measured in public apply logs): control plane, endpoints and file
systems start with the subnets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
import pulumi_aws as aws

from components.iam import Account
from components.tags import CostTags
from gpuplatform.sizing.addresses import AddressPlan

ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    cidr: IPv4Network
    addresses: AddressPlan
    nat_zones: Sequence[str]
    """Zones with a NAT gateway. A zone without one goes out through the first of them; none at all: no way out."""
    discovery: str
    """Value of the tag by which Karpenter finds the private subnets."""
    account: Account
    tags: CostTags

    def __post_init__(self) -> None:
        if set(self.addresses.private) != set(self.addresses.public):
            raise ValueError("addresses: every zone needs a private and a public subnet")
        if unknown := [zone for zone in self.nat_zones if zone not in self.addresses.public]:
            raise ValueError(
                f"nat_zones: {', '.join(unknown)} has no public subnet; zones with one are "
                f"{', '.join(self.addresses.public)}"
            )


class Network(pulumi.ComponentResource):
    vpc_id: pulumi.Output[str]
    """Of the VPC."""
    private_subnet_ids: Mapping[str, pulumi.Output[str]]
    """By zone ID: nodes, pods, endpoints, file systems."""
    public_subnet_ids: Mapping[str, pulumi.Output[str]]
    """By zone ID: NAT gateways and load balancers."""
    zone_names: Mapping[str, pulumi.Output[str]]
    """By zone ID: what this account calls the zone, for services that know no IDs."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:Network", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)

        vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=str(args.cidr),
            # EKS nodes register by DNS name, and interface endpoints answer under the services' public names.
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=args.tags.aws(Name=name),
            opts=child,
        )
        aws.ec2.DefaultSecurityGroup(
            f"{name}-default",
            vpc_id=vpc.id,
            # Said and empty: whatever lands in the default group by accident reaches nothing.
            ingress=[],
            egress=[],
            tags=args.tags.aws(Name=f"{name}-default-closed"),
            opts=child,
        )
        gateway = aws.ec2.InternetGateway(
            f"{name}-internet", vpc_id=vpc.id, tags=args.tags.aws(Name=f"{name}-internet"), opts=child
        )

        public = {
            zone: _subnet(self, f"{name}-public-{zone}", vpc, zone, cidr, args.tags, {"kubernetes.io/role/elb": "1"})
            for zone, cidr in args.addresses.public.items()
        }
        private_roles = {"kubernetes.io/role/internal-elb": "1", "karpenter.sh/discovery": args.discovery}
        private = {
            zone: _subnet(self, f"{name}-private-{zone}", vpc, zone, cidr, args.tags, private_roles)
            for zone, cidr in args.addresses.private.items()
        }

        public_table = _route_table(self, f"{name}-public", vpc, args.tags)
        for zone, subnet in public.items():
            _associate(self, f"{name}-public-{zone}", public_table, subnet)
        # One table a zone, whatever the number of NAT gateways: going from one gateway to one a zone changes a route.
        private_tables = {zone: _route_table(self, f"{name}-private-{zone}", vpc, args.tags) for zone in private}
        for zone, subnet in private.items():
            _associate(self, f"{name}-private-{zone}", private_tables[zone], subnet)

        aws.ec2.Route(
            f"{name}-public-internet",
            route_table_id=public_table.id,
            destination_cidr_block=ANYWHERE,
            gateway_id=gateway.id,
            opts=child,
        )
        nats = {zone: _nat(self, f"{name}-nat-{zone}", public[zone], gateway, args.tags) for zone in args.nat_zones}
        for zone, way_out in _ways_out(private_tables, args.nat_zones).items():
            aws.ec2.Route(
                f"{name}-private-{zone}-internet",
                route_table_id=private_tables[zone].id,
                destination_cidr_block=ANYWHERE,
                nat_gateway_id=nats[way_out].id,
                opts=child,
            )

        # Free, and keeps checkpoints, images' layers and data sets off the NAT gateways (0.045 $ a GB).
        aws.ec2.VpcEndpoint(
            f"{name}-s3",
            vpc_id=vpc.id,
            vpc_endpoint_type="Gateway",
            service_name=f"com.amazonaws.{args.account.region}.s3",
            route_table_ids=[public_table.id, *(table.id for table in private_tables.values())],
            tags=args.tags.aws(Name=f"{name}-s3"),
            opts=child,
        )

        self.vpc_id = vpc.id
        self.private_subnet_ids = {zone: subnet.id for zone, subnet in private.items()}
        self.public_subnet_ids = {zone: subnet.id for zone, subnet in public.items()}
        self.zone_names = {zone: subnet.availability_zone for zone, subnet in private.items()}
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "private_subnet_ids": self.private_subnet_ids,
                "public_subnet_ids": self.public_subnet_ids,
            }
        )


def _subnet(
    parent: Network,
    name: str,
    vpc: aws.ec2.Vpc,
    zone: str,
    cidr: IPv4Network,
    tags: CostTags,
    roles: Mapping[str, str],
) -> aws.ec2.Subnet:
    return aws.ec2.Subnet(
        name,
        vpc_id=vpc.id,
        availability_zone_id=zone,
        cidr_block=str(cidr),
        tags=tags.aws(Name=name, **roles),
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _route_table(parent: Network, name: str, vpc: aws.ec2.Vpc, tags: CostTags) -> aws.ec2.RouteTable:
    return aws.ec2.RouteTable(
        f"{name}-routes", vpc_id=vpc.id, tags=tags.aws(Name=name), opts=pulumi.ResourceOptions(parent=parent)
    )


def _associate(parent: Network, name: str, table: aws.ec2.RouteTable, subnet: aws.ec2.Subnet) -> None:
    aws.ec2.RouteTableAssociation(
        f"{name}-association",
        route_table_id=table.id,
        subnet_id=subnet.id,
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _ways_out(zones: Iterable[str], nat_zones: Sequence[str]) -> dict[str, str]:
    """Zone → the zone of the NAT gateway that it uses: its own, or else the first."""
    return {zone: zone if zone in nat_zones else nat_zones[0] for zone in zones} if nat_zones else {}


def _nat(
    parent: Network, name: str, subnet: aws.ec2.Subnet, gateway: aws.ec2.InternetGateway, tags: CostTags
) -> aws.ec2.NatGateway:
    address = aws.ec2.Eip(
        f"{name}-address", domain="vpc", tags=tags.aws(Name=name), opts=pulumi.ResourceOptions(parent=parent)
    )
    return aws.ec2.NatGateway(
        name,
        subnet_id=subnet.id,
        # The address's identifier is its allocation ID.
        allocation_id=address.id,
        tags=tags.aws(Name=name),
        # AWS refuses a NAT gateway in a VPC without an internet gateway, and no output carries that.
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[gateway]),
    )
