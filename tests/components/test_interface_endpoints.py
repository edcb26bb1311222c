from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import IPv4Network

import pytest

from components.iam import Account
from components.interface_endpoints import InterfaceEndpoints, InterfaceEndpointsArgs
from components.tags import CostTags
from gpuplatform.plan.model import Plan

Record = Callable[[Callable[[], object]], Plan]

TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="network", contact="ml@example.com")


def args(*services: str) -> InterfaceEndpointsArgs:
    return InterfaceEndpointsArgs(
        services=services,
        cidr=IPv4Network("10.40.0.0/16"),
        account=Account(id="111122223333", region="us-east-1"),
        tags=TAGS,
        vpc_id="vpc-0123456789abcdef0",
        subnet_ids={"use1-az4": "subnet-0a", "use1-az6": "subnet-0b"},
    )


def test_each_service_answers_in_every_zone_under_its_public_name(record_plan: Record) -> None:
    plan = record_plan(lambda: InterfaceEndpoints("endpoints", args("ecr.api", "sts")))

    endpoints = {r.name: r.inputs for r in plan.all("aws:ec2/vpcEndpoint:VpcEndpoint")}
    assert {name: e["serviceName"] for name, e in endpoints.items()} == {
        "endpoints-ecr-api": "com.amazonaws.us-east-1.ecr.api",
        "endpoints-sts": "com.amazonaws.us-east-1.sts",
    }
    group = plan.one("aws:ec2/securityGroup:SecurityGroup").outputs["id"]
    for endpoint in endpoints.values():
        assert endpoint["vpcEndpointType"] == "Interface"
        assert endpoint["privateDnsEnabled"] is True
        assert endpoint["subnetIds"] == ["subnet-0a", "subnet-0b"]
        assert endpoint["securityGroupIds"] == [group]


def test_endpoints_take_https_from_the_vpc_and_nothing_else(record_plan: Record) -> None:
    plan = record_plan(lambda: InterfaceEndpoints("endpoints", args("sts")))

    rule = plan.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs
    assert (rule["cidrIpv4"], rule["ipProtocol"], rule["fromPort"], rule["toPort"]) == ("10.40.0.0/16", "tcp", 443, 443)
    assert not plan.all("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")


@pytest.mark.parametrize(
    ("services", "sentence"),
    [
        (("com.amazonaws.us-east-1.sts",), "is not the end of an AWS service name, such as ecr.api"),
        (("ECR",), "'ECR' is not the end of an AWS service name"),
        (("sts", "sts"), "every service once"),
        (("s3",), "free gateway endpoint"),
    ],
)
def test_services_that_would_fail_are_refused(services: Sequence[str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        args(*services)
