from __future__ import annotations

from typing import Any

import pytest

from components.access import Access, AccessArgs
from components.iam import Account
from components.tags import CostTags
from tests.conftest import ACCOUNT, Record

TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="cluster", contact="ml@example.com")
ADMIN = "arn:aws:iam::111122223333:role/admin"
READER = "arn:aws:iam::111122223333:role/reader"


def args(**changed: Any) -> AccessArgs:
    shape: dict[str, Any] = {
        "admins": {"platform": ADMIN},
        "viewers": {"research": READER},
        "account": Account(id=ACCOUNT, region="us-east-1"),
        "tags": TAGS,
        "cluster_name": "main",
    }
    return AccessArgs(**(shape | changed))


def test_admins_administer_and_viewers_look(record_plan: Record) -> None:
    plan = record_plan(lambda: Access("access", args()))

    assert {
        a.inputs["principalArn"]: a.inputs["policyArn"].rsplit("/", 1)[-1]
        for a in plan.all("aws:eks/accessPolicyAssociation:AccessPolicyAssociation")
    } == {ADMIN: "AmazonEKSClusterAdminPolicy", READER: "AmazonEKSViewPolicy"}
    assert {e.inputs["principalArn"] for e in plan.all("aws:eks/accessEntry:AccessEntry")} == {ADMIN, READER}


def test_policy_waits_for_its_entry(record_plan: Record) -> None:
    plan = record_plan(lambda: Access("access", args(viewers={})))
    association = plan.one("aws:eks/accessPolicyAssociation:AccessPolicyAssociation")

    assert plan.one("aws:eks/accessEntry:AccessEntry").urn in association.dependencies


@pytest.mark.parametrize("viewers", [{"research": ADMIN}, {"platform": READER}])
def test_one_principal_has_one_entry(viewers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="an admin too"):
        args(viewers=viewers)
