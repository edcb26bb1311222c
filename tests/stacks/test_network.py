from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from components.iam import Account
from components.tags import CostTags
from gpuplatform.plan.model import Plan
from stacks import network
from stacks.settings.context import Context
from stacks.settings.network import Nat, NetworkSettings

Record = Callable[[Callable[[], object]], Plan]

ZONES = ("use1-az4", "use1-az6")
CONTEXT = Context(
    account=Account(id="111122223333", region="us-east-1"),
    tags=CostTags(team="ml", project="gpuplatform", environment="test", component="platform", contact="ml@example.com"),
    discovery="gpuplatform-test",
    protect=True,
)


def settings(**changed: Any) -> NetworkSettings:
    return NetworkSettings.model_validate({"cidr": "10.40.0.0/16", "zones": ZONES} | changed)


def gateways(plan: Plan) -> list[str]:
    return [r.name for r in plan.all("aws:ec2/natGateway:NatGateway")]


@pytest.mark.parametrize(
    ("nat", "expected"),
    [
        (Nat.NONE, []),
        (Nat.SINGLE, ["network-nat-use1-az4"]),
        (Nat.PER_ZONE, ["network-nat-use1-az4", "network-nat-use1-az6"]),
    ],
)
def test_nat_setting_says_how_many_gateways(record_plan: Record, nat: Nat, expected: list[str]) -> None:
    plan = record_plan(lambda: network.build(settings(nat=nat), CONTEXT))

    assert gateways(plan) == expected


def test_nothing_but_nat_gateways_and_addresses_costs_while_nobody_uses_it(record_plan: Record) -> None:
    plan = record_plan(lambda: network.build(settings(nat=Nat.SINGLE), CONTEXT))

    # What AWS bills by the hour or the month in a VPC: gateways, addresses, interface endpoints, keys.
    billed = {"aws:ec2/natGateway:NatGateway", "aws:ec2/eip:Eip", "aws:kms/key:Key"}
    assert sorted(
        r.type for r in plan.resources if r.type in billed or r.inputs.get("vpcEndpointType") == "Interface"
    ) == [
        "aws:ec2/eip:Eip",
        "aws:ec2/natGateway:NatGateway",
    ]


def test_interface_endpoints_stand_where_settings_name_them(record_plan: Record) -> None:
    without = record_plan(lambda: network.build(settings(), CONTEXT))
    with_two = record_plan(lambda: network.build(settings(interface_endpoints=("ecr.api", "sts")), CONTEXT))

    assert not without.all("gpuplatform:aws:InterfaceEndpoints")
    private = {r.outputs["id"] for r in with_two.all("aws:ec2/subnet:Subnet") if "private" in r.name}
    found = [r for r in with_two.all("aws:ec2/vpcEndpoint:VpcEndpoint") if r.inputs["vpcEndpointType"] == "Interface"]
    assert len(found) == 2
    assert all(set(r.inputs["subnetIds"]) == private for r in found)


def test_other_layers_get_subnets_by_zone_and_the_groups(record_plan: Record) -> None:
    built: list[network.NetworkLayer] = []
    resolved: dict[str, Any] = {}

    def program() -> None:
        layer = network.build(settings(), CONTEXT)
        built.append(layer)
        for name, output in (
            ("nodes", layer.node_security_group_id),
            ("efa", layer.efa_security_group_id),
            *layer.private_subnet_ids.items(),
        ):
            output.apply(lambda value, name=name: resolved.update({name: value}))

    plan = record_plan(program)

    assert tuple(built[0].private_subnet_ids) == ZONES
    assert resolved == {
        "nodes": plan.one("aws:ec2/securityGroup:SecurityGroup", "security-nodes").outputs["id"],
        "efa": plan.one("aws:ec2/securityGroup:SecurityGroup", "security-efa").outputs["id"],
    } | {z: plan.one("aws:ec2/subnet:Subnet", f"network-private-{z}").outputs["id"] for z in ZONES}


def test_flow_logs_are_kept_as_long_as_settings_say(record_plan: Record) -> None:
    plan = record_plan(lambda: network.build(settings(flow_logs_days=90), CONTEXT))

    assert plan.one("aws:cloudwatch/logGroup:LogGroup").inputs["retentionInDays"] == 90
    assert plan.one("aws:ec2/flowLog:FlowLog").inputs["vpcId"] == plan.one("aws:ec2/vpc:Vpc").outputs["id"]


def test_costs_are_the_networks(record_plan: Record) -> None:
    plan = record_plan(lambda: network.build(settings(), CONTEXT))

    assert {r.inputs["tags"]["component"] for r in plan.resources if "tags" in r.inputs} == {"network"}
