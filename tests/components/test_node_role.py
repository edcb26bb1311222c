from __future__ import annotations

import json

from moto.iam.aws_managed_policies import aws_managed_policies_data

from components.iam import Account
from components.node_role import POLICIES, NodeRole, NodeRoleArgs
from components.tags import CostTags
from tests.conftest import ACCOUNT, Record

TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="cluster", contact="ml@example.com")
ATTACHED = [
    "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
    "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
    "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy",
    "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
]
ENTRY = "aws:eks/accessEntry:AccessEntry"


def args(admitted_to: str | None = None) -> NodeRoleArgs:
    account = Account(id=ACCOUNT, region="us-east-1")
    return NodeRoleArgs(account=account, tags=TAGS, admitted_to=admitted_to)


def test_instances_may_join_pull_images_and_give_pods_addresses(record_plan: Record) -> None:
    plan = record_plan(lambda: NodeRole("nodes", args()))

    attached = plan.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert sorted(a.inputs["policyArn"] for a in attached) == ATTACHED
    (statement,) = json.loads(plan.one("aws:iam/role:Role").inputs["assumeRolePolicy"])["Statement"]
    assert statement["Principal"] == {"Service": "ec2.amazonaws.com"}


def test_policies_exist_under_these_names() -> None:
    known = json.loads(aws_managed_policies_data)
    for name in (*POLICIES, "AmazonEBSCSIDriverPolicyV2"):
        assert known[name]["Path"] == "/"


def test_nodes_outside_managed_groups_are_admitted_by_an_entry(record_plan: Record) -> None:
    plan = record_plan(lambda: NodeRole("nodes", args(admitted_to="main")))

    entry = plan.one(ENTRY).inputs
    assert (entry["type"], entry["clusterName"]) == ("EC2_LINUX", "main")
    assert entry["principalArn"] == plan.one("aws:iam/role:Role").outputs["arn"]


def test_managed_groups_bring_their_own_entry(record_plan: Record) -> None:
    assert not record_plan(lambda: NodeRole("nodes", args())).all(ENTRY)
