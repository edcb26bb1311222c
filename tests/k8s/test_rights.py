"""What the operators' pods may do in AWS."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components.iam import Account, Statement, role, trusted_by_pods
from gpuplatform.plan.model import Plan
from k8s import cluster_autoscaler, karpenter, load_balancer_controller
from tests.conftest import Record

ACCOUNT = Account(id="111122223333", region="us-east-1")
LONGEST_INLINE_POLICY = 10_240
"""Characters without white space, of all inline policies of a role together (IAM quotas)."""

OPERATORS: dict[str, Callable[[], list[Statement]]] = {
    "karpenter": lambda: karpenter.statements(
        cluster_name="main-1a2b3c4",
        account=ACCOUNT,
        node_role_arn="arn:aws:iam::111122223333:role/karpenter-nodes",
        queue_arn="arn:aws:sqs:us-east-1:111122223333:interruptions",
        subnet_ids=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        security_group_ids=["sg-0123456789abcdef0"],
        volume_key_arn="arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555",
    ),
    "autoscaler": lambda: cluster_autoscaler.statements(cluster_name="main-1a2b3c4", account=ACCOUNT),
    "load-balancers": lambda: load_balancer_controller.statements(
        cluster_name="main-1a2b3c4", vpc_id="vpc-0123456789abcdef0", account=ACCOUNT
    ),
}
READS = ("Describe", "Get", "List")


def document(record_plan: Record, operator: str) -> dict[str, dict[str, Any]]:
    """The policy as sent: sid → statement."""

    def program() -> None:
        role(
            operator,
            trust=trusted_by_pods(),
            tags={},
            statements=OPERATORS[operator](),
            opts=pulumi.ResourceOptions(),
        )

    plan: Plan = record_plan(program)
    statements = json.loads(plan.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]
    return {s["Sid"]: s for s in statements}


def resources(statement: dict[str, Any]) -> list[str]:
    written = statement["Resource"]
    return [written] if isinstance(written, str) else written


@pytest.mark.parametrize("operator", OPERATORS)
def test_whatever_changes_something_is_closed_to_a_resource_or_a_condition(record_plan: Record, operator: str) -> None:
    for statement in document(record_plan, operator).values():
        changing = [a for a in statement["Action"] if not a.split(":")[1].startswith(READS)]
        assert not [a for a in statement["Action"] if "*" in a]
        assert not changing or statement["Resource"] != "*", f"{statement['Sid']}: {changing} on everything"


@pytest.mark.parametrize("operator", OPERATORS)
def test_the_policy_fits_into_a_role(record_plan: Record, operator: str) -> None:
    written = json.dumps(list(document(record_plan, operator).values()), separators=(",", ":"))
    assert len(written) < LONGEST_INLINE_POLICY


@pytest.mark.parametrize("operator", OPERATORS)
def test_rights_end_at_the_account_and_the_region(record_plan: Record, operator: str) -> None:
    for statement in document(record_plan, operator).values():
        for arn in resources(statement):
            if arn == "*":
                continue
            _, _, service, region, account, what = arn.split(":", 5)
            assert region == ("" if service == "iam" else "us-east-1")
            # Images and their snapshots are AWS's own, and so are its public parameters.
            assert account == "111122223333" or what.startswith(("image/", "snapshot/", "parameter/aws/service/"))


def test_karpenter_ends_only_what_it_made_for_this_cluster(record_plan: Record) -> None:
    delete = document(record_plan, "karpenter")["DeleteOwn"]

    assert delete["Action"] == ["ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"]
    assert delete["Condition"] == {
        "StringEquals": {"aws:ResourceTag/eks:eks-cluster-name": "main-1a2b3c4"},
        "StringLike": {"aws:ResourceTag/karpenter.sh/nodepool": "*"},
    }


def test_karpenter_passes_one_role_to_one_service(record_plan: Record) -> None:
    passing = document(record_plan, "karpenter")["PassNodeRole"]

    assert passing["Resource"] == "arn:aws:iam::111122223333:role/karpenter-nodes"
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}


def test_karpenter_launches_into_our_subnets_and_groups_alone(record_plan: Record) -> None:
    launch = document(record_plan, "karpenter")["LaunchFrom"]["Resource"]

    assert [r.rsplit(":", 1)[1] for r in launch if ":subnet/" in r] == [
        "subnet/subnet-0123456789abcdef0",
        "subnet/subnet-0123456789abcdef1",
    ]
    assert [r.rsplit(":", 1)[1] for r in launch if "security-group" in r] == ["security-group/sg-0123456789abcdef0"]


def test_karpenter_tags_at_creation_only(record_plan: Record) -> None:
    condition = document(record_plan, "karpenter")["TagAtCreation"]["Condition"]

    assert condition["StringEquals"] == {
        "aws:RequestTag/eks:eks-cluster-name": "main-1a2b3c4",
        "ec2:CreateAction": ["RunInstances", "CreateFleet", "CreateLaunchTemplate"],
    }


def test_the_autoscaler_scales_the_groups_of_this_cluster_alone(record_plan: Record) -> None:
    scale = document(record_plan, "autoscaler")["Scale"]

    assert scale["Action"] == ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
    assert scale["Condition"] == {"StringEquals": {"aws:ResourceTag/eks:cluster-name": "main-1a2b3c4"}}


def test_load_balancers_of_another_cluster_are_out_of_reach(record_plan: Record) -> None:
    statements = document(record_plan, "load-balancers")

    for sid in ("DeleteGroups", "Change", "Tag", "TagGroups"):
        equals = statements[sid]["Condition"]["StringEquals"]
        assert equals["aws:ResourceTag/elbv2.k8s.aws/cluster"] == "main-1a2b3c4"
    for sid in ("Make", "TagAtCreation", "TagGroupsAtCreation"):
        equals = statements[sid]["Condition"]["StringEquals"]
        assert equals["aws:RequestTag/elbv2.k8s.aws/cluster"] == "main-1a2b3c4"


def test_the_load_balancer_controller_opens_security_groups_of_our_network_alone(record_plan: Record) -> None:
    condition = document(record_plan, "load-balancers")["OpenGroups"]["Condition"]

    assert condition == {"ArnEquals": {"ec2:Vpc": "arn:aws:ec2:us-east-1:111122223333:vpc/vpc-0123456789abcdef0"}}
