from __future__ import annotations

from collections.abc import Callable

from components.security_groups import SecurityGroups, SecurityGroupsArgs
from components.tags import CostTags
from gpuplatform.plan.model import Plan

Record = Callable[[Callable[[], object]], Plan]

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="network", contact="ml@example.com")


def groups() -> SecurityGroups:
    return SecurityGroups(
        "security", SecurityGroupsArgs(vpc_id="vpc-0123456789abcdef0", discovery="gpuplatform-test", tags=TAGS)
    )


def rules(plan: Plan, kind: str, group: str) -> list[dict[str, object]]:
    """What the rules of one group say, without names and tags; `itself` where a rule names its own group."""
    own = plan.one("aws:ec2/securityGroup:SecurityGroup", group).outputs["id"]
    said = ("ipProtocol", "fromPort", "toPort", "cidrIpv4", "referencedSecurityGroupId")
    return [
        {k: "itself" if r.inputs[k] == own else r.inputs[k] for k in said if k in r.inputs}
        for r in plan.all(kind)
        if r.inputs["securityGroupId"] == own
    ]


def test_efa_traffic_goes_to_and_from_its_own_group_and_nowhere_else(record_plan: Record) -> None:
    plan = record_plan(groups)

    everything = [{"ipProtocol": "-1", "referencedSecurityGroupId": "itself"}]
    assert rules(plan, INGRESS, "security-efa") == everything
    assert rules(plan, EGRESS, "security-efa") == everything


def test_nodes_reach_anything_and_are_reached_by_nodes(record_plan: Record) -> None:
    plan = record_plan(groups)

    assert rules(plan, INGRESS, "security-nodes") == [{"ipProtocol": "-1", "referencedSecurityGroupId": "itself"}]
    assert rules(plan, EGRESS, "security-nodes") == [{"ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"}]


def test_nothing_comes_in_to_an_endpoint_and_it_gets_out_by_https_alone(record_plan: Record) -> None:
    plan = record_plan(groups)

    assert rules(plan, INGRESS, "security-endpoints") == []
    assert rules(plan, EGRESS, "security-endpoints") == [
        {"ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIpv4": "0.0.0.0/0"}
    ]


def test_karpenter_finds_the_nodes_group_alone(record_plan: Record) -> None:
    plan = record_plan(groups)

    found = [
        r.name
        for r in plan.all("aws:ec2/securityGroup:SecurityGroup")
        if r.inputs["tags"].get("karpenter.sh/discovery") == "gpuplatform-test"
    ]
    assert found == ["security-nodes"]
