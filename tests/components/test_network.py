from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import IPv4Network

import pytest

from components.iam import Account
from components.network import Network, NetworkArgs
from components.tags import COST_KEYS, CostTags
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.sizing import addresses

Record = Callable[[Callable[[], object]], Plan]

CIDR = IPv4Network("10.40.0.0/16")
ZONES = ("use1-az1", "use1-az4", "use1-az6")
TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="network", contact="ml@example.com")


def args(nat_zones: Sequence[str] = ZONES, zones: Sequence[str] = ZONES) -> NetworkArgs:
    return NetworkArgs(
        cidr=CIDR,
        addresses=addresses.plan(CIDR, zones),
        nat_zones=nat_zones,
        discovery="gpuplatform-test",
        account=Account(id="111122223333", region="us-east-1"),
        tags=TAGS,
    )


def private_routes(plan: Plan) -> dict[str, str]:
    """Logical name of a private route table → that of the NAT gateway its default route leads to."""
    names = {r.outputs["id"]: r.name for r in plan.resources if "id" in r.outputs}
    return {
        names[r.inputs["routeTableId"]]: names[r.inputs["natGatewayId"]]
        for r in plan.all("aws:ec2/route:Route")
        if "natGatewayId" in r.inputs
    }


def waits_for(plan: Plan, resource: PlannedResource) -> set[str]:
    """URNs of everything that must exist before, at any distance."""
    before: set[str] = set()
    waiting = list(resource.dependencies)
    while waiting:
        urn = waiting.pop()
        if urn not in before:
            before.add(urn)
            waiting.extend(plan.by_urn[urn].dependencies)
    return before


def test_each_zone_has_the_subnets_of_the_address_plan(record_plan: Record) -> None:
    plan = record_plan(lambda: Network("network", args()))

    planned = addresses.plan(CIDR, ZONES)
    sent = {r.name: (r.inputs["availabilityZoneId"], r.inputs["cidrBlock"]) for r in plan.all("aws:ec2/subnet:Subnet")}
    assert sent == {
        f"network-{kind}-{zone}": (zone, str(cidr))
        for kind, subnets in (("private", planned.private), ("public", planned.public))
        for zone, cidr in subnets.items()
    }
    assert not any("availabilityZone" in r.inputs for r in plan.all("aws:ec2/subnet:Subnet")), "names differ by account"


def test_controllers_find_the_subnets_by_their_tags(record_plan: Record) -> None:
    plan = record_plan(lambda: Network("network", args()))

    for subnet in plan.all("aws:ec2/subnet:Subnet"):
        roles = {k: v for k, v in subnet.inputs["tags"].items() if "/" in k}
        assert roles == (
            {"kubernetes.io/role/elb": "1"}
            if "public" in subnet.name
            else {"kubernetes.io/role/internal-elb": "1", "karpenter.sh/discovery": "gpuplatform-test"}
        )


def test_nat_gateway_of_each_zone_serves_its_own_zone(record_plan: Record) -> None:
    plan = record_plan(lambda: Network("network", args()))

    assert private_routes(plan) == {f"network-private-{z}-routes": f"network-nat-{z}" for z in ZONES}
    assert len(plan.all("aws:ec2/eip:Eip")) == 3


def test_single_nat_gateway_serves_all_zones(record_plan: Record) -> None:
    plan = record_plan(lambda: Network("network", args(nat_zones=ZONES[:1])))

    assert private_routes(plan) == {f"network-private-{z}-routes": "network-nat-use1-az1" for z in ZONES}
    assert len(plan.all("aws:ec2/eip:Eip")) == 1


def test_without_nat_gateways_private_subnets_have_no_way_out(record_plan: Record) -> None:
    plan = record_plan(lambda: Network("network", args(nat_zones=())))

    assert [r.name for r in plan.all("aws:ec2/route:Route")] == ["network-public-internet"]
    assert not plan.all("aws:ec2/natGateway:NatGateway")
    assert not plan.all("aws:ec2/eip:Eip")


def test_more_nat_gateways_change_routes_and_nothing_else(record_plan: Record) -> None:
    one, three = (record_plan(lambda n=n: Network("network", args(nat_zones=n))) for n in (ZONES[:1], ZONES))

    added = {r.type for r in three.resources if r.urn not in one.by_urn}
    changed = {r.type for r in three.resources if r.urn in one.by_urn and r.inputs != one.by_urn[r.urn].inputs}
    assert set(one.by_urn) <= set(three.by_urn)
    assert added == {"aws:ec2/natGateway:NatGateway", "aws:ec2/eip:Eip"}
    assert changed == {"aws:ec2/route:Route"}


def test_a_zone_appended_moves_no_subnet(record_plan: Record) -> None:
    two, three = (record_plan(lambda z=z: Network("network", args(nat_zones=(), zones=z))) for z in (ZONES[:2], ZONES))

    for subnet in two.all("aws:ec2/subnet:Subnet"):
        assert three.by_urn[subnet.urn].inputs == subnet.inputs


def test_default_security_group_is_closed(record_plan: Record) -> None:
    plan = record_plan(lambda: Network("network", args()))

    group = plan.one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
    assert group.inputs["ingress"] == []
    assert group.inputs["egress"] == []
    assert group.inputs["vpcId"] == plan.one("aws:ec2/vpc:Vpc").outputs["id"]


def test_s3_is_reached_from_every_route_table(record_plan: Record) -> None:
    plan = record_plan(lambda: Network("network", args()))

    endpoint = plan.one("aws:ec2/vpcEndpoint:VpcEndpoint")
    assert endpoint.inputs["vpcEndpointType"] == "Gateway"
    assert endpoint.inputs["serviceName"] == "com.amazonaws.us-east-1.s3"
    tables = {r.outputs["id"] for r in plan.all("aws:ec2/routeTable:RouteTable")}
    assert set(endpoint.inputs["routeTableIds"]) == tables
    assert len(tables) == 4


def test_every_subnet_has_one_route_table_and_only_public_ones_reach_the_internet_directly(record_plan: Record) -> None:
    plan = record_plan(lambda: Network("network", args()))

    names = {r.outputs["id"]: r.name for r in plan.resources if "id" in r.outputs}
    tables = {
        names[a.inputs["subnetId"]]: names[a.inputs["routeTableId"]]
        for a in plan.all("aws:ec2/routeTableAssociation:RouteTableAssociation")
    }
    assert tables == {f"network-public-{z}": "network-public-routes" for z in ZONES} | {
        f"network-private-{z}": f"network-private-{z}-routes" for z in ZONES
    }
    direct = [r for r in plan.all("aws:ec2/route:Route") if "gatewayId" in r.inputs]
    assert [names[r.inputs["routeTableId"]] for r in direct] == ["network-public-routes"]


def test_nodes_and_endpoints_can_use_names(record_plan: Record) -> None:
    plan = record_plan(lambda: Network("network", args()))

    vpc = plan.one("aws:ec2/vpc:Vpc").inputs
    assert vpc["enableDnsSupport"] is True
    assert vpc["enableDnsHostnames"] is True


def test_only_private_routes_wait_for_nat_gateways(record_plan: Record) -> None:
    plan = record_plan(lambda: Network("network", args()))

    nats = {r.urn for r in plan.all("aws:ec2/natGateway:NatGateway")}
    waiting = {r.name for r in plan.resources if waits_for(plan, r) & nats}
    assert waiting == {f"network-private-{z}-internet" for z in ZONES}


def test_nat_gateway_waits_for_the_internet_gateway(record_plan: Record) -> None:
    plan = record_plan(lambda: Network("network", args()))

    gateway = plan.one("aws:ec2/internetGateway:InternetGateway")
    for nat in plan.all("aws:ec2/natGateway:NatGateway"):
        assert gateway.urn in nat.dependencies, "AWS refuses it before: no output carries the dependency"


def test_everything_taggable_carries_the_cost_tags(record_plan: Record) -> None:
    plan = record_plan(lambda: Network("network", args()))

    untaggable = {"aws:ec2/route:Route", "aws:ec2/routeTableAssociation:RouteTableAssociation"}
    for resource in plan.resources:
        if resource.custom and resource.type not in untaggable and resource.type.startswith("aws:"):
            assert set(COST_KEYS) <= set(resource.inputs["tags"]), resource.name


def test_nat_gateway_needs_a_zone_with_a_public_subnet() -> None:
    with pytest.raises(ValueError, match="nat_zones: use1-az2 has no public subnet; zones with one are use1-az1"):
        args(nat_zones=("use1-az2",))
