from __future__ import annotations

from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.tags import CostTags
from gpuplatform.catalog.instances import instance, names
from gpuplatform.catalog.nodes import POOL_LABEL
from gpuplatform.plan.model import Plan
from gpuplatform.pools import health
from gpuplatform.pools.elastic import ElasticPool
from k8s.karpenter_pool import KarpenterPool, KarpenterPoolArgs
from tests.conftest import Record

TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="serving", contact="ml@example.com")
CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"
KEY = "arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555"


def args(controller: pulumi.Resource | None = None, **changed: Any) -> KarpenterPoolArgs:
    shape: dict[str, Any] = {
        "instances": ("g6.xlarge", "g5.xlarge"),
        "max_gpus": 4,
        "health_check": None,
    }
    wiring: dict[str, Any] = {
        "discovery": "gpuplatform-test",
        "tags": TAGS,
        "node_role_name": "karpenter-nodes",
        "security_group_ids": ["sg-0123456789abcdef0"],
        "volume_key_arn": KEY,
        "controller": controller,
    }
    return KarpenterPoolArgs(pool=ElasticPool(**(shape | changed)), **wiring)


def recorded(record_plan: Record, **changed: Any) -> Plan:
    return record_plan(lambda: KarpenterPool("small", args(aws.sqs.Queue("controller"), **changed)))


def requirements(plan: Plan) -> dict[str, list[str]]:
    wanted = plan.one(NODE_POOL).inputs["spec"]["template"]["spec"]["requirements"]
    assert {r["operator"] for r in wanted} == {"In"}
    return {r["key"]: r["values"] for r in wanted}


def test_a_pool_launches_its_types_on_its_markets_and_nothing_else(record_plan: Record) -> None:
    assert requirements(recorded(record_plan)) == {
        "node.kubernetes.io/instance-type": ["g6.xlarge", "g5.xlarge"],
        "karpenter.sh/capacity-type": ["spot", "on-demand"],
        "kubernetes.io/arch": ["amd64"],
    }


def test_a_pool_never_grows_beyond_its_gpus(record_plan: Record) -> None:
    assert recorded(record_plan, max_gpus=16).one(NODE_POOL).inputs["spec"]["limits"] == {"nvidia.com/gpu": "16"}


def test_nodes_carry_the_label_and_the_taint_of_gpu_nodes(record_plan: Record) -> None:
    template = recorded(record_plan).one(NODE_POOL).inputs["spec"]["template"]

    assert template["metadata"]["labels"] == {POOL_LABEL: "small"}
    assert template["spec"]["taints"] == [{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}]


def test_only_checked_nodes_start_with_a_taint_that_goes(record_plan: Record) -> None:
    checked, unchecked = (
        recorded(record_plan, health_check=c).one(NODE_POOL).inputs["spec"]["template"]["spec"] for c in (1, None)
    )

    assert checked["startupTaints"] == [{"key": health.UNCHECKED, "value": "true", "effect": "NoSchedule"}]
    assert checked["taints"] == unchecked["taints"], "what stands there is never expected to go"
    assert "startupTaints" not in unchecked


def test_running_inference_is_left_alone(record_plan: Record) -> None:
    spec = recorded(record_plan).one(NODE_POOL).inputs["spec"]

    assert spec["disruption"]["consolidationPolicy"] == "WhenEmpty"
    assert spec["template"]["spec"]["expireAfter"] == "Never", "expiry asks neither budgets nor do-not-disrupt"
    budgets = {reason: b["nodes"] for b in spec["disruption"]["budgets"] for reason in b["reasons"]}
    assert budgets == {"Empty": "100%", "Drifted": "0"}


def test_the_image_is_pinned(record_plan: Record) -> None:
    (term,) = recorded(record_plan).one(CLASS).inputs["spec"]["amiSelectorTerms"]

    assert term["alias"].startswith("al2023@v20")


def test_nodes_stand_in_the_subnets_and_groups_found_by_tag_and_in_the_clusters_own_group(record_plan: Record) -> None:
    spec = recorded(record_plan).one(CLASS).inputs["spec"]
    ours = {"tags": {"karpenter.sh/discovery": "gpuplatform-test"}}

    assert spec["subnetSelectorTerms"] == [ours]
    assert spec["securityGroupSelectorTerms"] == [{"id": "sg-0123456789abcdef0"}, ours]
    assert spec["role"] == "karpenter-nodes"


def test_disks_are_encrypted_and_the_metadata_is_closed_to_pods(record_plan: Record) -> None:
    spec = recorded(record_plan).one(CLASS).inputs["spec"]

    assert [(d["ebs"]["encrypted"], d["ebs"]["kmsKeyID"]) for d in spec["blockDeviceMappings"]] == [(True, KEY)]
    assert spec["metadataOptions"]["httpTokens"] == "required"
    assert spec["metadataOptions"]["httpPutResponseHopLimit"] == 1


def test_images_go_to_the_disks_of_the_instance_which_every_gpu_type_has(record_plan: Record) -> None:
    assert recorded(record_plan).one(CLASS).inputs["spec"]["instanceStorePolicy"] == "RAID0"
    without = [name for name in names() if instance(name).gpu and not instance(name).nvme_disks]
    assert not without, "their images would fill the root volume"


def test_what_it_launches_is_on_the_bill_of_serving(record_plan: Record) -> None:
    tags = recorded(record_plan).one(CLASS).inputs["spec"]["tags"]

    assert tags == TAGS.aws(Name="serving-small")
    assert not [key for key in tags if key.startswith(("kubernetes.io/", "karpenter.sh/", "eks:"))], "Karpenter's own"


def test_the_pool_goes_before_its_class_and_both_before_karpenter(record_plan: Record) -> None:
    plan = recorded(record_plan)
    node_class, pool = plan.one(CLASS), plan.one(NODE_POOL)
    controller = plan.one("aws:sqs/queue:Queue", "controller").urn

    assert {node_class.urn, controller} <= set(pool.dependencies)
    assert controller in node_class.dependencies
    assert pool.timeouts["delete"] == "45m", "nodes end their pods first"


def test_efa_interfaces_are_those_of_a_managed_group_in_one_zone(record_plan: Record) -> None:
    plan = recorded(
        record_plan,
        instances=("g6e.48xlarge",),
        max_gpus=16,
        spot=False,
        efa=True,
        zone="use1-az6",
    )
    spec = plan.one(CLASS).inputs["spec"]

    assert [(i["networkCardIndex"], i["deviceIndex"], i["interfaceType"]) for i in spec["networkInterfaces"]] == [
        (0, 0, "interface"),
        (0, 1, "efa-only"),
        (1, 0, "efa-only"),
        (2, 0, "efa-only"),
        (3, 0, "efa-only"),
    ]
    assert "vm.nr_hugepages" in spec["userData"]
    assert requirements(plan)["topology.k8s.aws/zone-id"] == ["use1-az6"]


def test_images_are_pulled_in_parallel_where_every_type_has_the_processors(record_plan: Record) -> None:
    small, large = "g6.xlarge", "g6.2xlarge"

    assert "FastImagePull: true" in recorded(record_plan, instances=(large,)).one(CLASS).inputs["spec"]["userData"]
    assert "userData" not in recorded(record_plan, instances=(small, large)).one(CLASS).inputs["spec"]


@pytest.mark.parametrize("at_once", [0, 2])
def test_nodes_that_run_something_stay_as_they_are_until_the_pool_says_otherwise(
    record_plan: Record, at_once: int
) -> None:
    plan = recorded(record_plan, drifted_at_once=at_once)
    budgets = plan.one(NODE_POOL).inputs["spec"]["disruption"]["budgets"]

    drifted = {reason: b["nodes"] for b in budgets for reason in b["reasons"]}
    assert drifted == {"Empty": "100%", "Drifted": str(at_once)}
