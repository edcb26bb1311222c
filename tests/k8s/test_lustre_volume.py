from __future__ import annotations

from collections.abc import Callable
from typing import Any

import kubernetes_validate
import pytest

from components.tags import CostTags
from gpuplatform.plan.model import Plan
from k8s.lustre_volume import LustreVolume, LustreVolumeArgs

Record = Callable[[Callable[[], object]], Plan]

VOLUME = "kubernetes:core/v1:PersistentVolume"
CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"


def volume() -> LustreVolume:
    return LustreVolume(
        "lustre-research",
        LustreVolumeArgs(
            zone="use1-az6",
            tags=CostTags(team="ml", project="gpuplatform", environment="test", component="data", contact="ml@x.org"),
            namespace="training",
            file_system_id="fs-0123456789abcdef0",
            dns_name="fs-0123456789abcdef0.fsx.us-east-1.amazonaws.com",
            mount_name="abcdefgh",
        ),
    )


def test_volume_is_the_file_system(record_plan: Record) -> None:
    spec = record_plan(volume).one(VOLUME).inputs["spec"]

    assert spec["csi"] == {
        "driver": "fsx.csi.aws.com",
        "volumeHandle": "fs-0123456789abcdef0",
        "volumeAttributes": {
            "dnsname": "fs-0123456789abcdef0.fsx.us-east-1.amazonaws.com",
            "mountname": "abcdefgh",
        },
    }
    assert spec["accessModes"] == ["ReadWriteMany"]


def test_a_larger_file_system_changes_no_claim_that_jobs_use(record_plan: Record) -> None:
    plan = record_plan(volume)

    assert plan.one(VOLUME).inputs["spec"]["capacity"] == plan.one(CLAIM).inputs["spec"]["resources"]["requests"]


def test_deleting_the_claim_deletes_no_data(record_plan: Record) -> None:
    assert record_plan(volume).one(VOLUME).inputs["spec"]["persistentVolumeReclaimPolicy"] == "Retain"


def test_pods_run_in_the_zone_of_the_file_system(record_plan: Record) -> None:
    (term,) = record_plan(volume).one(VOLUME).inputs["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"]

    assert term["matchExpressions"] == [{"key": "topology.k8s.aws/zone-id", "operator": "In", "values": ["use1-az6"]}]


def test_claim_binds_this_volume_and_no_provisioner_makes_another(record_plan: Record) -> None:
    plan = record_plan(volume)

    spec = plan.one(CLAIM).inputs["spec"]
    assert spec["volumeName"] == plan.one(VOLUME).outputs["metadata"]["name"]
    assert spec["storageClassName"] == ""
    assert plan.one(VOLUME).inputs["spec"]["storageClassName"] == ""
    assert spec["accessModes"] == ["ReadWriteMany"]


def test_people_write_the_claims_name_in_their_jobs(record_plan: Record) -> None:
    plan = record_plan(volume)

    metadata = plan.one(CLAIM).inputs["metadata"]
    assert (metadata["namespace"], metadata["name"]) == ("training", "lustre")
    assert plan.one("gpuplatform:k8s:LustreVolume").registered_outputs == {"claim_name": "lustre"}


@pytest.mark.parametrize("kind", [VOLUME, CLAIM])
def test_kubernetes_knows_every_field(record_plan: Record, kind: str) -> None:
    manifest: dict[str, Any] = dict(record_plan(volume).one(kind).inputs)

    kubernetes_validate.validate(manifest, "1.35", strict=True)
