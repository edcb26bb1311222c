"""What the picture calls public: a subnet with a way in from the internet."""

from __future__ import annotations

import pytest

from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.preview.report.html.boxes import Box
from gpuplatform.preview.report.html.scene import Scene
from tests.preview.sound import a_plan, a_resource

VPC = a_resource("aws:ec2/vpc:Vpc", "vpc", {"cidrBlock": "10.0.0.0/16"}, outputs={"id": "vpc-1"})


def tied(type_: str, name: str, inputs: dict[str, str], **to: PlannedResource) -> PlannedResource:
    links = {key: (other.urn,) for key, other in to.items()}
    return a_resource(type_, name, inputs, property_dependencies=links, outputs={"id": f"{name}-1"})


SUBNET = tied(
    "aws:ec2/subnet:Subnet", "front", {"cidrBlock": "10.0.1.0/24", "availabilityZoneId": "use1-az4"}, vpcId=VPC
)
GATEWAY = tied("aws:ec2/internetGateway:InternetGateway", "gateway", {}, vpcId=VPC)
TABLE = tied("aws:ec2/routeTable:RouteTable", "table", {}, vpcId=VPC)
ROUTE = tied("aws:ec2/route:Route", "out", {"destinationCidrBlock": "0.0.0.0/0"}, routeTableId=TABLE, gatewayId=GATEWAY)
JOINED = tied("aws:ec2/routeTableAssociation:RouteTableAssociation", "joined", {}, routeTableId=TABLE, subnetId=SUBNET)
NAT = tied("aws:ec2/natGateway:NatGateway", "nat", {"subnetId": "front-1"}, subnetId=SUBNET)


def titles(plan: Plan) -> list[str]:
    def below(box: Box) -> list[str]:
        return [box.title, *(title for inner in box.inside for title in below(inner))]

    return [title for title in below(Scene(plan).root) if title.endswith("10.0.1.0/24")]


@pytest.mark.parametrize(
    ("beside", "called"),
    [
        ((GATEWAY, TABLE, ROUTE, JOINED), "public"),
        ((NAT,), "public"),
        ((GATEWAY, TABLE, ROUTE), "private"),
        ((GATEWAY, TABLE, JOINED), "private"),
        ((), "private"),
    ],
    ids=["a route to an internet gateway", "a NAT gateway in it", "another table", "no route", "nothing"],
)
def test_a_subnet_is_public_by_its_route_or_its_nat_gateway(beside: tuple[PlannedResource, ...], called: str):
    assert titles(a_plan(VPC, SUBNET, *beside)) == [f"{called} 10.0.1.0/24"]
