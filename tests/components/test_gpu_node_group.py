from __future__ import annotations

import base64
import dataclasses
import datetime
from typing import Any

import pytest

from components.gpu_labels import ACCELERATOR_LABEL
from components.gpu_node_group import GpuNodeGroup, GpuNodeGroupArgs
from components.nodes import JoinedCluster, NodeNetwork
from components.tags import CostTags
from gpuplatform.catalog.instances import instance
from gpuplatform.plan.model import Plan
from gpuplatform.plan.values import get_path
from gpuplatform.pools import health
from gpuplatform.pools.devices import Devices
from gpuplatform.pools.managed import ManagedPool
from gpuplatform.pools.purchase import PurchaseOption, PurchaseType
from gpuplatform.pools.sharing import Sharing
from gpuplatform.pools.upkeep import BROKEN_MEMORY, OperatingSystem, Repair, Upkeep
from tests.conftest import Record

TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="training", contact="ml@example.com")
BLOCK = "cr-0123456789abcdef0"
CLUSTER = JoinedCluster(name="main", node_role_arn="arn:aws:iam::111122223333:role/nodes")
STASH = "pulumi:index:Stash"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
NODES = "aws:eks/nodeGroup:NodeGroup"
PLACEMENT = "aws:ec2/placementGroup:PlacementGroup"

END = datetime.date(2026, 12, 20)


def rung(how: PurchaseType, nodes: int = 4) -> PurchaseOption:
    match how:
        case PurchaseType.CAPACITY_BLOCK:
            return PurchaseOption(how=how, max=nodes, reservation=BLOCK, until=END)
        case PurchaseType.RESERVATION:
            return PurchaseOption(how=how, max=nodes, reservation=BLOCK)
        case _:
            return PurchaseOption(how=how, max=nodes)


def pool(name: str, *, efa: bool = True, **changed: Any) -> ManagedPool:
    sold = "on-demand" in instance(name).usage_classes
    shape: dict[str, Any] = {
        "instance": name,
        "efa": efa,
        "zone": "use1-az6" if efa or not sold else None,
        "buy": (rung(PurchaseType.ON_DEMAND if sold else PurchaseType.CAPACITY_BLOCK),),
        "health_check": None,
    }
    return ManagedPool(**(shape | changed))


def network(subnets: list[str]) -> NodeNetwork:
    return NodeNetwork(subnet_ids=subnets, security_group_ids=["sg-cluster", "sg-nodes", "sg-efa"])


def args(shape: ManagedPool, bought: PurchaseOption, **changed: Any) -> GpuNodeGroupArgs:
    wiring: dict[str, Any] = {
        "pool_name": "gpu",
        "pool": shape if bought in shape.buy else dataclasses.replace(shape, buy=(bought,)),
        "rung": bought,
        "index": 0,
        "tags": TAGS,
        "cluster": CLUSTER,
        "network": network(["subnet-a"] if shape.zone else ["subnet-a", "subnet-b"]),
    }
    return GpuNodeGroupArgs(**(wiring | changed))


def plan_of(record_plan: Record, shape: ManagedPool, bought: PurchaseOption) -> Plan:
    return record_plan(lambda: GpuNodeGroup("gpu-0", args(shape, bought)))


# AWS's documented layouts (EC2 user guide, "Maximize network bandwidth … with multiple network cards"): interfaces in all,
# and the cards that carry an efa-only one.
@pytest.mark.parametrize(
    ("name", "total", "efa_cards"),
    [
        ("p4d.24xlarge", 5, range(4)),
        ("p5.48xlarge", 33, range(32)),
        ("p5en.48xlarge", 17, range(16)),
        ("p6-b200.48xlarge", 9, range(8)),
        ("p6-b300.48xlarge", 17, range(1, 17)),
        ("g6e.48xlarge", 5, range(4)),
    ],
)
def test_template_has_the_interfaces_that_aws_documents(
    record_plan: Record, name: str, total: int, efa_cards: range
) -> None:
    interfaces = (
        plan_of(record_plan, pool(name), rung(PurchaseType.ON_DEMAND)).one(TEMPLATE).inputs["networkInterfaces"]
    )

    assert len(interfaces) == total
    first, *others = interfaces
    assert (first["networkCardIndex"], first["deviceIndex"], first["interfaceType"]) == (0, 0, "interface")
    assert [i["networkCardIndex"] for i in others] == list(efa_cards)
    assert {i["interfaceType"] for i in others} == {"efa-only"}
    assert all(i["deviceIndex"] == (1 if i["networkCardIndex"] == 0 else 0) for i in others)


def test_every_interface_has_the_security_groups_and_none_a_subnet(record_plan: Record) -> None:
    template = plan_of(record_plan, pool("p5.48xlarge"), rung(PurchaseType.ON_DEMAND)).one(TEMPLATE).inputs

    for interface in template["networkInterfaces"]:
        assert interface["securityGroups"] == ["sg-cluster", "sg-nodes", "sg-efa"]
        assert "subnetId" not in interface
    # EC2 refuses a template that names groups in both places.
    assert "vpcSecurityGroupIds" not in template


def test_capacity_block_is_bought_as_eks_asks_for_it(record_plan: Record) -> None:
    plan = plan_of(record_plan, pool("p5.48xlarge"), rung(PurchaseType.CAPACITY_BLOCK))
    template, nodes = plan.one(TEMPLATE).inputs, plan.one(NODES).inputs

    assert template["instanceType"] == "p5.48xlarge"
    assert template["instanceMarketOptions"] == {"marketType": "capacity-block"}
    assert template["capacityReservationSpecification"] == {
        "capacityReservationTarget": {"capacityReservationId": BLOCK}
    }
    assert nodes["capacityType"] == "CAPACITY_BLOCK"
    assert "instanceTypes" not in nodes
    assert not plan.all(PLACEMENT)
    assert "placement" not in template


def test_reservation_is_targeted_on_demand_capacity_without_a_placement_group(record_plan: Record) -> None:
    plan = plan_of(record_plan, pool("p5.48xlarge"), rung(PurchaseType.RESERVATION))
    template, nodes = plan.one(TEMPLATE).inputs, plan.one(NODES).inputs

    assert template["capacityReservationSpecification"] == {
        "capacityReservationTarget": {"capacityReservationId": BLOCK}
    }
    assert "instanceMarketOptions" not in template
    assert (nodes["capacityType"], nodes["instanceTypes"]) == ("ON_DEMAND", ["p5.48xlarge"])
    assert not plan.all(PLACEMENT)


def test_what_the_program_bought_is_targeted_like_what_stood_before(record_plan: Record) -> None:
    waiting = PurchaseOption(how=PurchaseType.RESERVATION, max=4, until=END)
    bought = args(pool("p5.48xlarge"), waiting, bought_id="cr-new")
    template = record_plan(lambda: GpuNodeGroup("gpu-0", bought)).one(TEMPLATE).inputs

    assert template["capacityReservationSpecification"] == {
        "capacityReservationTarget": {"capacityReservationId": "cr-new"}
    }


@pytest.mark.parametrize(("how", "capacity_type"), [(PurchaseType.ON_DEMAND, "ON_DEMAND"), (PurchaseType.SPOT, "SPOT")])
def test_unreserved_efa_nodes_stand_close_together(record_plan: Record, how: PurchaseType, capacity_type: str) -> None:
    plan = plan_of(record_plan, pool("p4d.24xlarge"), rung(how))
    group = plan.one(PLACEMENT)

    assert group.inputs["strategy"] == "cluster"
    assert plan.one(TEMPLATE).inputs["placement"] == {"groupName": group.outputs["name"]}
    assert "instanceMarketOptions" not in plan.one(TEMPLATE).inputs
    assert plan.one(NODES).inputs["capacityType"] == capacity_type


def test_group_starts_empty_and_leaves_its_size_to_the_autoscaler(record_plan: Record) -> None:
    nodes = plan_of(record_plan, pool("g6.xlarge", efa=False), rung(PurchaseType.SPOT, nodes=2)).one(NODES)

    assert nodes.inputs["scalingConfig"] == {"minSize": 0, "desiredSize": 0, "maxSize": 2}
    assert nodes.ignore_changes == ("scalingConfig.desiredSize",)


def test_group_that_failed_to_be_created_is_replaced(record_plan: Record) -> None:
    nodes = plan_of(record_plan, pool("g6.xlarge", efa=False), rung(PurchaseType.SPOT)).one(NODES)

    # The engine's own key, exactly: translated to a property's name it would mean nothing.
    assert "#initerror" in nodes.replace_on_changes
    assert nodes.delete_before_replace


def test_group_does_not_follow_the_control_plane(record_plan: Record) -> None:
    nodes = plan_of(record_plan, pool("p5.48xlarge"), rung(PurchaseType.ON_DEMAND)).one(NODES)

    assert not {"version", "releaseVersion"} & set(nodes.inputs)
    assert nodes.inputs["updateConfig"] == {"maxUnavailable": 1, "updateStrategy": "MINIMAL"}


@pytest.mark.parametrize(
    ("how", "moved_by"),
    [
        (PurchaseType.ON_DEMAND, {"reservation": "", "revision": 3, "release": "1.35.2-20261105"}),
        (PurchaseType.RESERVATION, {"reservation": BLOCK, "revision": 3, "release": "1.35.2-20261105"}),
        (PurchaseType.CAPACITY_BLOCK, {"reservation": BLOCK}),
    ],
)
def test_nodes_keep_their_template_and_image_until_they_are_moved(
    record_plan: Record, how: PurchaseType, moved_by: dict[str, object]
) -> None:
    kept = Upkeep(release="1.35.2-20261105", revision=3)
    plan = plan_of(record_plan, pool("p5.48xlarge", upkeep=kept), rung(how))
    runs, template, nodes = plan.one(STASH), plan.one(TEMPLATE), plan.one(NODES)

    names = {key: runs.replacement_trigger.pop(key) for key in ("security_groups", "volume_key", "placement")}
    assert names == {
        "security_groups": template.inputs["networkInterfaces"][0]["securityGroups"],
        "volume_key": "",
        "placement": get_path(template.inputs, "placement", "groupName") or "",
    }, "a version that names what an update takes away starts no node"
    assert runs.replacement_trigger == {"template": template.outputs["id"]} | moved_by, (
        "a block's nodes stay as they are"
    )
    newest = str(template.outputs["latestVersion"])
    version = {"template": newest, "release": "1.35.2-20261105", "kubernetes": "1.35"}
    assert runs.inputs["input"].items() >= version.items()
    for key in ("launchTemplate", "releaseVersion", "version"):
        assert runs.urn in nodes.property_dependencies[key], "the template's newest version is not followed"


def test_pinned_release_names_its_kubernetes_and_the_update_its_pace(record_plan: Record) -> None:
    kept = Upkeep(release="1.35.2-20261105", at_once=2)
    nodes = plan_of(record_plan, pool("p5.48xlarge", upkeep=kept), rung(PurchaseType.ON_DEMAND)).one(NODES).inputs
    rocket = pool("p5.48xlarge", os=OperatingSystem.BOTTLEROCKET, upkeep=Upkeep(release="1.54.0-5043decc"))

    assert (nodes["version"], nodes["releaseVersion"]) == ("1.35", "1.35.2-20261105")
    assert nodes["updateConfig"]["maxUnavailable"] == 2
    assert "version" not in plan_of(record_plan, rocket, rung(PurchaseType.ON_DEMAND)).one(NODES).inputs


@pytest.mark.parametrize(
    ("how", "warm"),
    [
        (PurchaseType.ON_DEMAND, {"poolState": "STOPPED", "minSize": 2, "maxGroupPreparedCapacity": 2}),
        (PurchaseType.SPOT, None),
        (PurchaseType.RESERVATION, None),
        (PurchaseType.CAPACITY_BLOCK, None),
    ],
)
def test_stopped_nodes_are_kept_for_on_demand_alone(
    record_plan: Record, how: PurchaseType, warm: dict[str, Any] | None
) -> None:
    warmed = pool(
        "p5.48xlarge",
        warm_nodes=2,
        buy=tuple({how: rung(how), PurchaseType.ON_DEMAND: rung(PurchaseType.ON_DEMAND)}.values()),
    )
    nodes = record_plan(lambda: GpuNodeGroup("gpu-0", args(warmed, rung(how)))).one(NODES).inputs

    assert nodes.get("warmPoolConfig") == warm


def test_only_pods_that_ask_for_gpus_come_here(record_plan: Record) -> None:
    nodes = plan_of(record_plan, pool("p5.48xlarge"), rung(PurchaseType.ON_DEMAND)).one(NODES).inputs

    assert nodes["taints"] == [{"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}]
    assert nodes["labels"] == {
        "gpuplatform.io/pool": "gpu",
        "gpuplatform.io/rung": "on-demand-0",
        "k8s.amazonaws.com/accelerator": "nvidia-h100",
    }


def test_nodes_start_with_the_taint_of_the_diagnostic_that_they_are_to_pass(record_plan: Record) -> None:
    shape = pool("p5.48xlarge", health_check=2)
    plan = plan_of(record_plan, shape, rung(PurchaseType.ON_DEMAND))

    first, second = plan.one(NODES).inputs["taints"]
    assert first["key"] == "nvidia.com/gpu"
    assert second == {"key": health.UNCHECKED, "value": "true", "effect": "NO_SCHEDULE"}


def test_node_with_unrepairable_memory_is_replaced(record_plan: Record) -> None:
    repair = (
        plan_of(record_plan, pool("p5.48xlarge"), rung(PurchaseType.ON_DEMAND)).one(NODES).inputs["nodeRepairConfig"]
    )

    assert repair["enabled"] is True
    assert [(o["nodeUnhealthyReason"], o["repairAction"]) for o in repair["nodeRepairConfigOverrides"]] == [
        ("NvidiaXID64Error", "Replace")
    ]


def test_faults_are_repaired_as_the_settings_say(record_plan: Record) -> None:
    upkeep = Upkeep(repaired_at_once=2, repairs=(BROKEN_MEMORY, Repair(reason="NvidiaXID79Error", action="NoAction")))
    repair = plan_of(record_plan, pool("p5.48xlarge", upkeep=upkeep), rung(PurchaseType.ON_DEMAND)).one(NODES).inputs

    assert repair["nodeRepairConfig"]["maxParallelNodesRepairedCount"] == 2
    assert repair["nodeRepairConfig"]["nodeRepairConfigOverrides"][1] == {
        "nodeMonitoringCondition": "AcceleratedHardwareReady",
        "nodeUnhealthyReason": "NvidiaXID79Error",
        "minRepairWaitTimeMins": 10,
        "repairAction": "NoAction",
    }


def test_instances_volumes_and_interfaces_carry_the_cost_tags(record_plan: Record) -> None:
    specifications = (
        plan_of(record_plan, pool("p5.48xlarge"), rung(PurchaseType.ON_DEMAND))
        .one(TEMPLATE)
        .inputs["tagSpecifications"]
    )

    assert [s["resourceType"] for s in specifications] == ["instance", "volume", "network-interface"]
    assert all(s["tags"]["team"] == "ml" and s["tags"]["component"] == "training" for s in specifications)


def test_metadata_answers_the_host_alone_and_volumes_are_encrypted(record_plan: Record) -> None:
    template = plan_of(record_plan, pool("p5.48xlarge"), rung(PurchaseType.ON_DEMAND)).one(TEMPLATE).inputs

    assert template["metadataOptions"]["httpTokens"] == "required"
    assert template["metadataOptions"]["httpPutResponseHopLimit"] == 1
    assert template["blockDeviceMappings"] == [
        {
            "deviceName": "/dev/xvda",
            "ebs": {"volumeSize": 200, "volumeType": "gp3", "encrypted": "true", "deleteOnTermination": "true"},
        }
    ]


# EBS user guide, "General Purpose SSD volumes": 0.25 MiB/s for each IOPS, 3,000 IOPS and 125 MiB/s included.
@pytest.mark.parametrize(
    ("throughput", "sent"),
    [
        (125, (None, None)),
        (500, (500, 3000)),
        (750, (750, 3000)),
        (1000, (1000, 4000)),
        (2000, (2000, 8000)),
    ],
)
def test_throughput_brings_the_iops_that_it_needs(
    record_plan: Record, throughput: int, sent: tuple[int | None, int | None]
) -> None:
    plan = plan_of(record_plan, pool("g5.xlarge", efa=False, volume_throughput=throughput), rung(PurchaseType.SPOT))
    (disk,) = plan.one(TEMPLATE).inputs["blockDeviceMappings"]

    assert (disk["ebs"].get("throughput"), disk["ebs"].get("iops")) == sent


@pytest.mark.parametrize("os", OperatingSystem)
def test_a_key_of_our_own_encrypts_every_volume(record_plan: Record, os: OperatingSystem) -> None:
    key = "arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555"
    own = dataclasses.replace(CLUSTER, volume_key_arn=key)
    plan = record_plan(
        lambda: GpuNodeGroup("gpu-0", args(pool("p5.48xlarge", os=os), rung(PurchaseType.ON_DEMAND), cluster=own))
    )

    assert {d["ebs"]["kmsKeyId"] for d in plan.one(TEMPLATE).inputs["blockDeviceMappings"]} == {key}


def test_bottlerocket_keeps_images_on_a_second_volume(record_plan: Record) -> None:
    plan = plan_of(record_plan, pool("p5.48xlarge", os=OperatingSystem.BOTTLEROCKET), rung(PurchaseType.ON_DEMAND))
    system, data = plan.one(TEMPLATE).inputs["blockDeviceMappings"]

    assert plan.one(NODES).inputs["amiType"] == "BOTTLEROCKET_x86_64_NVIDIA"
    assert (system["deviceName"], "volumeSize" in system["ebs"]) == ("/dev/xvda", False)
    assert (data["deviceName"], data["ebs"]["volumeSize"]) == ("/dev/xvdb", 200)
    assert system["ebs"]["encrypted"] == data["ebs"]["encrypted"] == "true"
    assert base64.b64decode(plan.one(TEMPLATE).inputs["userData"]).startswith(b"[settings.")


def test_autoscaler_is_told_what_it_cannot_know(record_plan: Record) -> None:
    plan = plan_of(record_plan, pool("p5.48xlarge"), rung(PurchaseType.ON_DEMAND))
    group = plan.one(NODES).outputs["resources"][0]["autoscalingGroups"][0]["name"]
    tags = [r.inputs for r in plan.all("aws:autoscaling/tag:Tag")]

    assert {t["autoscalingGroupName"] for t in tags} == {group}
    assert {t["tag"]["key"].rsplit("/", 1)[-1]: t["tag"]["value"] for t in tags} == {
        "gpu": "8",
        "efa": "32",
        "hugepages-2Mi": "10256Mi",
        "ephemeral-storage": "24064Gi",
        "zone-id": "use1-az6",
    }
    # On the instance the slash in the key would be noise, and on metadata an error.
    assert not any(t["tag"]["propagateAtLaunch"] for t in tags)


def test_autoscaler_expects_nodes_of_the_version_that_the_group_runs(record_plan: Record) -> None:
    """With a larger disk in the newest version alone, it would start node after node for a pod that fits none."""
    plan = plan_of(record_plan, pool("p5.48xlarge"), rung(PurchaseType.ON_DEMAND))
    runs = plan.one(STASH)
    kept = {
        r.inputs["tag"]["key"]: r.inputs["tag"]["value"]
        for r in plan.all("aws:autoscaling/tag:Tag")
        if runs.urn in r.property_dependencies.get("tag", ())
    }

    assert {key.rsplit("/", 1)[-1] for key in kept} == {"ephemeral-storage", "efa", "hugepages-2Mi"}
    assert runs.inputs["input"].items() >= kept.items()


def test_nodes_of_a_block_are_kept_unused_and_no_others(record_plan: Record) -> None:
    def kept(bought: PurchaseOption) -> list[str]:
        tags = plan_of(record_plan, pool("p5.48xlarge"), bought).all("aws:autoscaling/tag:Tag")
        return [t.inputs["tag"]["value"] for t in tags if t.inputs["tag"]["key"].endswith("/scaledownunneededtime")]

    assert kept(rung(PurchaseType.CAPACITY_BLOCK)) == ["4368h"]
    assert kept(rung(PurchaseType.ON_DEMAND)) == []


def advertised(plan: Plan) -> list[str]:
    """GPUs of a node, as the autoscaler is told."""
    tags = [r.inputs["tag"] for r in plan.all("aws:autoscaling/tag:Tag")]
    return [tag["value"] for tag in tags if tag["key"].endswith("/resources/nvidia.com/gpu")]


def test_time_slices_are_chosen_by_label_and_counted(record_plan: Record) -> None:
    shared = pool("g6.12xlarge", efa=False, sharing=Sharing(time_slices=4))
    plan = plan_of(record_plan, shared, rung(PurchaseType.SPOT))

    assert plan.one(NODES).inputs["labels"]["nvidia.com/device-plugin.config"] == "slices-4"
    assert advertised(plan) == ["16"]


CLAIMED = PurchaseOption(how=PurchaseType.ON_DEMAND, max=4, min=1)


def test_nodes_whose_devices_are_claimed_advertise_none_to_be_counted(record_plan: Record) -> None:
    plan = plan_of(record_plan, pool("p5.48xlarge", devices=Devices.DRA, buy=(CLAIMED,)), CLAIMED)

    tags = {r.inputs["tag"]["key"].rpartition("/resources/")[2] for r in plan.all("aws:autoscaling/tag:Tag")}
    assert {"ephemeral-storage", "hugepages-2Mi"} <= tags
    assert not {"nvidia.com/gpu", "vpc.amazonaws.com/efa"} & tags
    labels = plan.one(NODES).inputs["labels"]
    assert labels["gpuplatform.io/devices"] == "dra"
    assert ACCELERATOR_LABEL not in labels, "the autoscaler would wait for ever for GPUs to be counted"


def test_where_devices_are_claimed_a_first_node_stands(record_plan: Record) -> None:
    nodes = plan_of(record_plan, pool("p5.48xlarge", devices=Devices.DRA, buy=(CLAIMED,)), CLAIMED).one(NODES)

    assert nodes.inputs["scalingConfig"] == {"minSize": 1, "desiredSize": 1, "maxSize": 4}


@pytest.mark.parametrize("devices", Devices)
def test_nodes_do_not_change_hands_between_plugin_and_driver(record_plan: Record, devices: Devices) -> None:
    bought = CLAIMED if devices is Devices.DRA else rung(PurchaseType.ON_DEMAND)
    nodes = plan_of(record_plan, pool("p5.48xlarge", devices=devices, buy=(bought,)), bought).one(NODES)

    assert 'labels["gpuplatform.io/devices"]' in nodes.replace_on_changes


def test_al2023_cuts_gpus_at_boot_and_its_plugin_counts_the_parts(record_plan: Record) -> None:
    shape = pool("p5.48xlarge", efa=False, zone="use1-az6", sharing=Sharing(mig="1g.10gb"))
    plan = plan_of(record_plan, shape, rung(PurchaseType.ON_DEMAND))

    assert plan.one(NODES).inputs["labels"]["nvidia.com/device-plugin.config"] == "parts"
    assert b"systemctl enable cut-gpus.service" in base64.b64decode(plan.one(TEMPLATE).inputs["userData"])
    assert advertised(plan) == ["56"]


def test_bottlerocket_cuts_gpus_itself(record_plan: Record) -> None:
    shape = pool(
        "p5.48xlarge", efa=False, zone="use1-az6", os=OperatingSystem.BOTTLEROCKET, sharing=Sharing(mig="1g.10gb")
    )
    plan = plan_of(record_plan, shape, rung(PurchaseType.ON_DEMAND))

    assert "nvidia.com/device-plugin.config" not in plan.one(NODES).inputs["labels"]
    assert b'"h100.80gb" = "1g.10gb"' in base64.b64decode(plan.one(TEMPLATE).inputs["userData"])
    assert advertised(plan) == ["56"]


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (
            lambda: args(pool("p5.48xlarge"), rung(PurchaseType.SPOT), rung=rung(PurchaseType.ON_DEMAND)),
            "rung: pool gpu is not bought so",
        ),
        (
            lambda: args(pool("p5.48xlarge"), PurchaseOption(how=PurchaseType.RESERVATION, max=1, until=END)),
            "bought_id: missing, and reservation of pool gpu names no reservation that stands",
        ),
        (
            lambda: args(pool("p5.48xlarge"), rung(PurchaseType.SPOT), bought_id="cr-new"),
            "bought_id: spot uses no reservation",
        ),
        (
            lambda: args(pool("p5.48xlarge"), rung(PurchaseType.ON_DEMAND), network=network(["a", "b"])),
            "subnet_ids: 2 given; pool gpu is in use1-az6 only",
        ),
        (
            lambda: args(pool("g6.xlarge", efa=False), rung(PurchaseType.SPOT), network=network([])),
            "subnet_ids: none given",
        ),
    ],
)
def test_what_cannot_work_is_refused_in_a_sentence(build: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        build()


def test_name_too_long_for_eks_is_refused(record_plan: Record) -> None:
    shape = args(pool("g6.xlarge", efa=False), rung(PurchaseType.SPOT))
    with pytest.raises(Exception, match="shorten the pool's"):
        record_plan(lambda: GpuNodeGroup("x" * 50, shape))
