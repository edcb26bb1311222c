from __future__ import annotations

from typing import Any

import pytest

from components.nodes import JoinedCluster, NodeNetwork
from components.system_node_group import SystemNodeGroup, SystemNodeGroupArgs
from components.tags import CostTags
from gpuplatform.catalog.instances import instance
from tests.conftest import Record

TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="cluster", contact="ml@example.com")
NODES = "aws:eks/nodeGroup:NodeGroup"
STASH = "pulumi:index:Stash"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"


def args(**changed: Any) -> SystemNodeGroupArgs:
    shape: dict[str, Any] = {
        "instance": instance("t4g.medium"),
        "nodes": (2, 4),
        "volume_gib": 30,
        "revision": 1,
        "tags": TAGS,
        "cluster": JoinedCluster(name="main", node_role_arn="arn:aws:iam::111122223333:role/nodes"),
        "network": NodeNetwork(subnet_ids=["subnet-a", "subnet-b"], security_group_ids=["sg-cluster", "sg-nodes"]),
    }
    return SystemNodeGroupArgs(**(shape | changed))


def test_the_sleep_schedule_may_change_minimum_and_desired_size(record_plan: Record) -> None:
    nodes = record_plan(lambda: SystemNodeGroup("system", args())).one(NODES)

    assert nodes.inputs["scalingConfig"] == {"minSize": 2, "desiredSize": 2, "maxSize": 4}
    assert set(nodes.ignore_changes) == {"scalingConfig.desiredSize", "scalingConfig.minSize"}


@pytest.mark.parametrize(
    ("name", "ami_type"), [("t4g.medium", "AL2023_ARM_64_STANDARD"), ("m7i.large", "AL2023_x86_64_STANDARD")]
)
def test_image_fits_the_processor(record_plan: Record, name: str, ami_type: str) -> None:
    plan = record_plan(lambda: SystemNodeGroup("system", args(instance=instance(name))))

    assert plan.one(NODES).inputs["amiType"] == ami_type


def test_nodes_move_to_another_template_when_the_revision_is_raised(record_plan: Record) -> None:
    plan = record_plan(lambda: SystemNodeGroup("system", args(revision=2)))
    runs, template = plan.one(STASH), plan.one(TEMPLATE)

    assert runs.replacement_trigger == {
        "template": template.outputs["id"],
        "security_groups": template.inputs["vpcSecurityGroupIds"],
        "volume_key": "",
        "placement": "",
        "revision": 2,
    }
    assert runs.urn in plan.one(NODES).property_dependencies["launchTemplate"]


def test_operators_need_no_toleration(record_plan: Record) -> None:
    nodes = record_plan(lambda: SystemNodeGroup("system", args())).one(NODES).inputs

    assert "taints" not in nodes
    assert nodes["labels"] == {"gpuplatform.io/pool": "system"}


def test_template_is_closed_encrypted_and_tagged(record_plan: Record) -> None:
    template = record_plan(lambda: SystemNodeGroup("system", args())).one(TEMPLATE).inputs

    assert template["metadataOptions"] == {
        "httpEndpoint": "enabled",
        "httpTokens": "required",
        "httpPutResponseHopLimit": 1,
    }
    (volume,) = template["blockDeviceMappings"]
    assert (volume["ebs"]["encrypted"], volume["ebs"]["volumeSize"]) == ("true", 30)
    assert template["vpcSecurityGroupIds"] == ["sg-cluster", "sg-nodes"]
    assert {s["resourceType"]: s["tags"]["team"] for s in template["tagSpecifications"]} == {
        "instance": "ml",
        "volume": "ml",
        "network-interface": "ml",
    }


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"nodes": (0, 4)}, "nodes: 0 to 4"),
        ({"nodes": (5, 4)}, "nodes: 5 to 4"),
        ({"instance": instance("g6.xlarge")}, "g6.xlarge has GPUs"),
        ({"volume_gib": 10}, "the image alone takes 20"),
    ],
)
def test_what_cannot_work_is_refused_in_a_sentence(changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        args(**changed)
