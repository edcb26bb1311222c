from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

import pytest

from components.control_plane import ControlPlane, ControlPlaneArgs
from components.tags import CostTags
from tests.conftest import Record

TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="cluster", contact="ml@example.com")
CLUSTER = "eks:index:Cluster"


def args(**changed: Any) -> ControlPlaneArgs:
    shape: dict[str, Any] = {
        "version": "1.35",
        "service_cidr": IPv4Network("172.20.0.0/16"),
        "public_access": [IPv4Network("203.0.113.0/24")],
        "log_types": ["audit"],
        "protect": False,
        "tags": TAGS,
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-a", "subnet-b"],
    }
    return ControlPlaneArgs(**(shape | changed))


def test_api_server_is_open_to_the_named_ranges_alone(record_plan: Record) -> None:
    cluster = record_plan(lambda: ControlPlane("cluster", args())).one(CLUSTER).inputs

    assert cluster["endpointPrivateAccess"] is True
    assert cluster["endpointPublicAccess"] is True
    assert cluster["publicAccessCidrs"] == ["203.0.113.0/24"]


def test_without_ranges_it_is_closed_to_the_internet(record_plan: Record) -> None:
    cluster = record_plan(lambda: ControlPlane("cluster", args(public_access=[]))).one(CLUSTER).inputs

    assert cluster["endpointPublicAccess"] is False
    # pulumi-eks throws where ranges are given to a closed endpoint.
    assert "publicAccessCidrs" not in cluster


def test_nothing_is_made_that_this_program_makes_itself(record_plan: Record) -> None:
    cluster = record_plan(lambda: ControlPlane("cluster", args())).one(CLUSTER).inputs

    assert cluster["skipDefaultNodeGroup"] is True
    assert cluster["skipDefaultSecurityGroups"] is True
    assert cluster["createOidcProvider"] is False
    assert cluster["bootstrapSelfManagedAddons"] is False
    assert cluster["useDefaultVpcCni"] is True
    assert cluster["kubeProxyAddonOptions"] == cluster["corednsAddonOptions"] == {"enabled": False}
    assert cluster["authenticationMode"] == "API"


def test_cluster_has_a_generated_name(record_plan: Record) -> None:
    assert "name" not in record_plan(lambda: ControlPlane("cluster", args())).one(CLUSTER).inputs


def test_version_is_never_left_to_extended_support(record_plan: Record) -> None:
    cluster = record_plan(lambda: ControlPlane("cluster", args())).one(CLUSTER).inputs

    assert cluster["upgradePolicy"] == {"supportType": "STANDARD"}


def test_protected_cluster_has_a_key_of_its_own_and_cannot_be_deleted(record_plan: Record) -> None:
    plan = record_plan(lambda: ControlPlane("cluster", args(protect=True)))
    cluster, key = plan.one(CLUSTER), plan.one("aws:kms/key:Key")

    assert cluster.protect
    assert key.protect
    assert cluster.inputs["deletionProtection"] is True
    assert cluster.inputs["encryptionConfigKeyArn"] == key.outputs["arn"]
    assert key.inputs["enableKeyRotation"] is True


def test_unprotected_cluster_pays_for_no_key(record_plan: Record) -> None:
    plan = record_plan(lambda: ControlPlane("cluster", args()))

    assert not plan.all("aws:kms/key:Key")
    assert not plan.one(CLUSTER).protect
    assert plan.one(CLUSTER).inputs["deletionProtection"] is False


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"subnet_ids": ["subnet-a"]}, "1 given; EKS needs subnets in at least two zones"),
        ({"log_types": ["audits"]}, "log_types: audits is no control-plane log; accepted: api, audit"),
        ({"public_access": [IPv4Network("0.0.0.0/0")]}, "opens the API server to everybody"),
        ({"service_cidr": IPv4Network("172.20.0.0/28")}, "not a private range between /12 and /24"),
        ({"service_cidr": IPv4Network("52.0.0.0/16")}, "not a private range"),
    ],
)
def test_what_eks_refuses_is_refused_here(changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        args(**changed)
