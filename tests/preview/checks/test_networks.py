"""Ranges, rules, zones and regions: each fault is found, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gpuplatform.preview.judgement.run import run_checks
from tests.preview.planted import Break, each, found_alone
from tests.preview.sound import TAGS, a_resource, and_also, sound, urn, with_field, with_input

SUBNET = "aws:ec2/subnet:Subnet"
AWS = "pulumi:providers:aws"


def _set(name: str, path: str, value: Any) -> Break:
    return lambda plan: with_input(plan, name, path, value)


def _subnet(cidr: str, **more: Any) -> Break:
    sent = {"vpcId": "vpc-1", "cidrBlock": cidr, "tags": TAGS, **more}
    return lambda plan: and_also(plan, a_resource(SUBNET, "more", sent))


def _rule(**rule: Any) -> Break:
    return _set(
        "nodes", "ingress", [{"protocol": "tcp", "fromPort": 1, "toPort": 2, "cidrBlocks": ["10.0.0.0/16"], **rule}]
    )


def _endpoint(service: str) -> Break:
    sent = {"vpcId": "vpc-1", "serviceName": service, "tags": TAGS}
    return lambda plan: and_also(plan, a_resource("aws:ec2/vpcEndpoint:VpcEndpoint", "s3", sent))


def _in_oregon(type_: str, name: str, inputs: dict[str, Any]) -> Break:
    provider = a_resource(AWS, "west", {"region": "us-west-2"})
    return lambda plan: and_also(plan, provider, a_resource(type_, name, inputs, provider=f"{urn(AWS, 'west')}::id"))


FAULTS: list[tuple[str, str, Break]] = [
    ("address-range", "10.0.0/16 is no range", _set("https", "cidrIpv4", "10.0.0/16")),
    ("address-range", "is an address within 10.0.0.0/16; write that", _set("https", "cidrIpv4", "10.0.1.2/16")),
    ("address-range", "AWS takes /16 to /28", _set("vpc", "cidrBlock", "10.0.0.0/8")),
    ("address-range", "AWS takes /16 to /28", _subnet("10.0.64.0/29")),
    ("address-range", "10.1.0.0/20 is not within 10.0.0.0/16 of vpc", _subnet("10.1.0.0/20")),
    ("address-range", "more: 10.0.8.0/24 overlaps 10.0.0.0/20 of private", _subnet("10.0.8.0/24")),
    ("address-range", "overlap 10.0.0.0/16", _set("cluster", "kubernetesServiceIpAddressRange", "10.0.128.0/20")),
    ("security-rule", "tpc is no protocol", _rule(protocol="tpc")),
    ("security-rule", "ports 443 to 80", _rule(fromPort=443, toPort=80)),
    ("security-rule", "ports 1 to 70000", _rule(toPort=70000)),
    ("security-rule", "description has ’", _rule(description="the nodes’ own")),
    ("security-rule", "description has é", _set("nodes", "description", "métriques")),
    ("security-rule", "https: tls is no protocol", _set("https", "ipProtocol", "tls")),
    ("zone-of-region", "us-west-2a is not of us-east-1", _set("disk", "availabilityZone", "us-west-2a")),
    ("zone-of-region", "usw2-az1; us-east-1 has use1-az1", _subnet("10.0.64.0/20", availabilityZoneId="usw2-az1")),
    ("zone-of-region", "is of us-west-2; write us-east-1", _endpoint("com.amazonaws.us-west-2.s3")),
    ("other-region", "is made in us-west-2", _set("interruptions", "region", "us-west-2")),
    (
        "other-region",
        "is made in us-west-2",
        _in_oregon("aws:sqs/queue:Queue", "far", {"sqsManagedSseEnabled": True, "tags": TAGS}),
    ),
    (
        "other-region",
        "its provider west is not in the plan",
        lambda p: with_field(p, "interruptions", provider=f"{urn(AWS, 'west')}::id"),
    ),
]

SOUND: list[Break] = [
    _subnet("10.0.64.0/20", availabilityZone="us-east-1a"),
    _rule(protocol="-1"),
    _rule(protocol="50", description="IPsec, [a-z] {x} $*"),
    _rule(protocol="icmp", fromPort=8, toPort=0),
    _endpoint("com.amazonaws.us-east-1.s3"),
    _endpoint("com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0"),
    _endpoint("aws.sagemaker.us-east-1.notebook"),
    _set("cluster", "kubernetesServiceIpAddressRange", "172.20.0.0/16"),
    _in_oregon("aws:budgets/budget:Budget", "all", {"budgetType": "COST", "timeUnit": "MONTHLY", "tags": TAGS}),
    lambda p: replace(p, region=""),
]


@each(FAULTS)
def test_a_planted_fault_is_found_and_nothing_else(rule: str, words: str, broken: Break):
    found_alone(broken(sound()), rule, words)


@pytest.mark.parametrize("changed", SOUND)
def test_a_network_that_fits_is_no_fault(changed: Break):
    found = [f for f in run_checks(changed(sound())) if f.rule not in ("offered-in-zone", "known-price", "over-budget")]

    assert [f"{f.rule}: {f.message}" for f in found] == []


def test_a_vpc_with_a_second_range_may_have_subnets_in_it():
    association = a_resource(
        "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
        "second",
        {"vpcId": "vpc-1", "cidrBlock": "10.1.0.0/16"},
    )

    assert run_checks(_subnet("10.1.0.0/20")(and_also(sound(), association))) == []
