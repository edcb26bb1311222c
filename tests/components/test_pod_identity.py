from __future__ import annotations

import json
from typing import Any

import pytest

from components import iam
from components.pod_identity import PodIdentity, PodIdentityArgs
from tests.conftest import Record

TAGS = {"team": "ml"}
QUEUE = "arn:aws:sqs:us-east-1:111122223333:interruptions"


def args(**changed: Any) -> PodIdentityArgs:
    shape: dict[str, Any] = {
        "cluster_name": "main",
        "namespace": "kube-system",
        "service_account": "karpenter",
        "statements": [iam.allow("sqs:ReceiveMessage", on=QUEUE)],
        "tags": TAGS,
    }
    return PodIdentityArgs(**(shape | changed))


def test_association_joins_the_service_account_to_its_role(record_plan: Record) -> None:
    plan = record_plan(lambda: PodIdentity("karpenter", args()))

    association = plan.one("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    role = plan.one("aws:iam/role:Role")
    assert association.inputs == {
        "clusterName": "main",
        "namespace": "kube-system",
        "serviceAccount": "karpenter",
        "roleArn": role.outputs["arn"],
        "tags": TAGS,
    }
    assert {r.parent for r in plan.resources if r.custom} == {plan.one("gpuplatform:aws:PodIdentity").urn}


def test_only_the_pod_identity_service_assumes_the_role(record_plan: Record) -> None:
    plan = record_plan(lambda: PodIdentity("karpenter", args()))

    (statement,) = json.loads(plan.one("aws:iam/role:Role").inputs["assumeRolePolicy"])["Statement"]
    assert statement["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert set(statement["Action"]) == {"sts:AssumeRole", "sts:TagSession"}


def test_rights_are_the_statements(record_plan: Record) -> None:
    plan = record_plan(lambda: PodIdentity("csi", args()))

    assert json.loads(plan.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"] == [
        {"Effect": "Allow", "Action": ["sqs:ReceiveMessage"], "Resource": QUEUE}
    ]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"statements": []}, "pods that need no rights need no role"),
        ({"namespace": "Kube_System"}, "'Kube_System' is no Kubernetes namespace"),
        ({"service_account": ""}, "name the account"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        args(**changed)
