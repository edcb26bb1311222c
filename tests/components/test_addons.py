from __future__ import annotations

import json

import pytest

from components.addons import Addon, Addons, AddonsArgs, Identity
from components.iam import Account
from components.tags import CostTags
from tests.conftest import ACCOUNT, Record

TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="cluster", contact="ml@example.com")
DRIVER = Addon(
    name="aws-ebs-csi-driver",
    configuration={"controller": {"replicaCount": 1}},
    identity=Identity(service_account="ebs-csi-controller-sa", policy="AmazonEBSCSIDriverPolicyV2"),
)


def args(*addons: Addon) -> AddonsArgs:
    return AddonsArgs(addons=addons, account=Account(id=ACCOUNT, region="us-east-1"), tags=TAGS, cluster_name="main")


def test_addon_takes_its_rights_from_a_role_of_its_own(record_plan: Record) -> None:
    plan = record_plan(lambda: Addons("addons", args(DRIVER)))
    addon, role = plan.one("aws:eks/addon:Addon").inputs, plan.one("aws:iam/role:Role")

    assert addon["podIdentityAssociations"] == [
        {"serviceAccount": "ebs-csi-controller-sa", "roleArn": role.outputs["arn"]}
    ]
    (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert statement["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    attached = plan.one("aws:iam/rolePolicyAttachment:RolePolicyAttachment").inputs["policyArn"]
    assert attached == "arn:aws:iam::aws:policy/AmazonEBSCSIDriverPolicyV2"


def test_addon_without_rights_makes_no_role(record_plan: Record) -> None:
    plan = record_plan(lambda: Addons("addons", args(Addon(name="coredns"))))

    assert not plan.all("aws:iam/role:Role")
    assert "podIdentityAssociations" not in plan.one("aws:eks/addon:Addon").inputs


def test_what_is_written_here_wins_over_the_cluster(record_plan: Record) -> None:
    addon = record_plan(lambda: Addons("addons", args(DRIVER))).one("aws:eks/addon:Addon").inputs

    assert addon["resolveConflictsOnCreate"] == addon["resolveConflictsOnUpdate"] == "OVERWRITE"
    assert json.loads(addon["configurationValues"]) == {"controller": {"replicaCount": 1}}
    assert addon["tags"]["component"] == "cluster"


def test_addon_named_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="coredns is named twice"):
        args(Addon(name="coredns"), Addon(name="coredns"))
