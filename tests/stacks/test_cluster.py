from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest
import yaml

from components.iam import Account
from components.tags import CostTags
from gpuplatform.plan.model import Plan
from gpuplatform.preview.record.cloud import Cloud
from gpuplatform.preview.record.configuration import Environment
from gpuplatform.preview.record.recorder import record
from k8s.gpu_nodes import DAEMON_TOLERATIONS
from stacks import cluster
from stacks.settings.cluster import ClusterSettings
from stacks.settings.context import Context
from tests.conftest import ACCOUNT, ROOT
from tests.stacks import upstream

ZONES = ("use1-az1", "use1-az4", "use1-az6")
NODES = "aws:eks/nodeGroup:NodeGroup"


def build(environment: str, known: bool = True, **changed: Any) -> Plan:
    """The cluster layer of an environment's own settings, on a network of literals."""
    written = yaml.safe_load((ROOT / f"Pulumi.{environment}.yaml").read_text())["config"]["gpuplatform:cluster"]
    settings = ClusterSettings.model_validate(written | changed)

    def program() -> None:
        network = upstream.network(ZONES)
        tags = CostTags(
            team="ml", project="gpuplatform", environment=environment, component="x", contact="ml@example.com"
        )
        account = Account(id=ACCOUNT, region="us-east-1")
        context = Context(account=account, tags=tags, discovery="d", protect=settings.protect)
        layer = cluster.build(settings, context, network)
        pulumi.export(
            "rungs", {name: [group.args.rung_label for group in groups] for name, groups in layer.pools.items()}
        )

    cloud = Cloud(ACCOUNT, "us-east-1") if known else None
    config = {"aws:region": "us-east-1"}
    return record(Environment(project="gpuplatform", name=environment, root=ROOT, config=config), program, cloud)


@pytest.fixture(scope="module")
def prod() -> Plan:
    return build("prod")


@pytest.fixture(scope="module")
def dev() -> Plan:
    return build("dev")


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_first_preview_works_with_every_output_unknown(environment: str) -> None:
    unknown = build(environment, known=False)

    assert {r.urn for r in unknown.resources} == {r.urn for r in build(environment).resources}
    assert not unknown.invokes


def test_rungs_stand_in_the_order_of_the_settings(prod: Plan) -> None:
    assert prod.outputs["rungs"] == {"h100": ["capacity-block-0", "on-demand-1"], "a100": ["on-demand-0", "spot-1"]}


def test_efa_pool_stands_in_its_zone_with_the_three_groups(prod: Plan) -> None:
    template = prod.one("aws:ec2/launchTemplate:LaunchTemplate", "h100-capacity-block-0-template").inputs
    plane = prod.one("eks:index:Cluster").outputs["clusterSecurityGroupId"]

    assert len(template["networkInterfaces"]) == 33
    assert template["networkInterfaces"][32]["securityGroups"] == [plane, "sg-nodes", "sg-efa"]
    assert prod.one(NODES, "h100-capacity-block-0-nodes").inputs["subnetIds"] == ["subnet-use1-az6"]


def test_pool_without_a_zone_spreads_over_the_zones_that_offer_its_type() -> None:
    everywhere = {"l4": {"instance": "g6.xlarge", "buy": [{"how": "spot", "max": 1}]}}
    somewhere = {"a100": {"instance": "p4de.24xlarge", "efa": False, "buy": [{"how": "spot", "max": 1}]}}

    assert build("dev", pools=everywhere).one(NODES, "l4-spot-0-nodes").inputs["subnetIds"] == [
        f"subnet-{zone}" for zone in ZONES
    ]
    assert build("dev", pools=somewhere).one(NODES, "a100-spot-0-nodes").inputs["subnetIds"] == [
        "subnet-use1-az4",
        "subnet-use1-az6",
    ]


def test_nodes_wait_for_their_network_plugin_and_their_rights(prod: Plan) -> None:
    needed = {
        prod.one("aws:eks/addon:Addon", "node-addons-vpc-cni").urn,
        prod.one("aws:eks/addon:Addon", "node-addons-eks-pod-identity-agent").urn,
        prod.one("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "nodes-role-AmazonEKS_CNI_Policy").urn,
    }
    # A child waits for, and outlives, whatever its component depends on: the engine follows parents.
    for group in (*prod.all("gpuplatform:aws:GpuNodeGroup"), *prod.all("gpuplatform:aws:SystemNodeGroup")):
        assert needed <= set(group.dependencies)


def test_addons_that_need_nodes_wait_for_the_system_nodes(prod: Plan) -> None:
    coredns = prod.one("aws:eks/addon:Addon", "cluster-addons-coredns")

    assert prod.one(NODES, "system-nodes").urn in prod.by_urn[coredns.parent or ""].dependencies


def test_prefix_delegation_is_on(prod: Plan) -> None:
    configuration = json.loads(prod.one("aws:eks/addon:Addon", "node-addons-vpc-cni").inputs["configurationValues"])

    assert configuration["env"] == {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"}


def test_the_engine_that_watches_gpus_comes_to_nodes_that_are_not_checked_yet(prod: Plan) -> None:
    (agent,) = (a for a in prod.all("aws:eks/addon:Addon") if a.inputs["addonName"] == "eks-node-monitoring-agent")

    assert json.loads(agent.inputs["configurationValues"])["dcgmAgent"]["tolerations"] == DAEMON_TOLERATIONS


def test_volumes_that_pods_claim_carry_the_cost_tags(prod: Plan) -> None:
    configuration = json.loads(
        prod.one("aws:eks/addon:Addon", "cluster-addons-aws-ebs-csi-driver").inputs["configurationValues"]
    )

    assert configuration["controller"]["extraVolumeTags"]["team"] == "ml"


def test_one_key_encrypts_the_volumes_of_all_nodes_where_settings_ask_for_it(dev: Plan, prod: Plan) -> None:
    def keys(plan: Plan) -> set[str | None]:
        templates = plan.all("aws:ec2/launchTemplate:LaunchTemplate")
        return {disk["ebs"].get("kmsKeyId") for t in templates for disk in t.inputs["blockDeviceMappings"]}

    policy = prod.one("aws:kms/key:Key", "volume-key-key").inputs["policy"]

    assert keys(dev) == {None}
    assert len(keys(prod)) == 1
    assert None not in keys(prod)
    assert "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling" in policy


def test_kubernetes_provider_is_identified_by_the_endpoint(prod: Plan) -> None:
    endpoint = prod.one("eks:index:Cluster").outputs["eksCluster"]["state"]["endpoint"]

    assert prod.one("pulumi:providers:kubernetes").inputs["clusterIdentifier"] == endpoint


def test_karpenter_nodes_are_admitted_and_managed_ones_admit_themselves(prod: Plan) -> None:
    entries = [e.name for e in prod.all("aws:eks/accessEntry:AccessEntry") if e.inputs.get("type") == "EC2_LINUX"]

    assert entries == ["karpenter-nodes-entry"]


def test_control_plane_is_protected_in_prod_alone(dev: Plan, prod: Plan) -> None:
    assert prod.one("eks:index:Cluster").protect
    assert not [r.name for r in dev.resources if r.protect]


def test_everything_taggable_says_who_pays(prod: Plan) -> None:
    untaggable = {
        "aws:autoscaling/tag:Tag",
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:kms/alias:Alias",
        "aws:scheduler/schedule:Schedule",
    }
    for resource in prod.resources:
        if resource.type.startswith(("aws:", "eks:")) and resource.type not in untaggable:
            assert resource.inputs["tags"]["team"] == "ml", resource.urn


def test_the_volume_key_is_open_to_whoever_starts_nodes_spot_ones_too(prod: Plan) -> None:
    policy = json.loads(prod.one("aws:kms/key:Key", "volume-key-key").inputs["policy"])
    by_ec2 = [s for s in policy["Statement"] if "ArnLike" in s.get("Condition", {})]

    assert [s["Condition"]["ArnLike"]["aws:PrincipalArn"] for s in by_ec2] == [
        [
            f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/{role}"
            for role in (
                "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
                "spot.amazonaws.com/AWSServiceRoleForEC2Spot",
            )
        ]
    ] * 2


def test_control_plane_logs_are_kept_as_long_as_settings_say_under_the_generated_name(prod: Plan) -> None:
    sent = json.loads(prod.one("aws:scheduler/schedule:Schedule", "cluster-logs-daily").inputs["target"]["input"])
    name = prod.one("eks:index:Cluster").outputs["eksCluster"]["state"]["name"]

    assert sent == {"LogGroupName": f"/aws/eks/{name}/cluster", "RetentionInDays": 400}


OFFER = {
    "how": "capacity-block",
    "max": 4,
    "offering": "cb-0123456789abcdef0",
    "starts": "2026-12-01T11:30:00Z",
    "until": "2026-12-08T11:30:00Z",
}
CONSENT = {"by": "jo@example.com", "date": "2026-11-22", "buys": OFFER["offering"], "dollars": 21144}


def with_block(**changed: Any) -> Plan:
    buy = [OFFER | changed, {"how": "on-demand", "max": 4}]
    return build("prod", pools={"h100": {"instance": "p5.48xlarge", "zone": "use1-az6", "buy": buy}})


def test_capacity_without_consent_is_neither_bought_nor_built() -> None:
    plan = with_block()

    assert plan.outputs["rungs"] == {"h100": ["on-demand-1"]}
    assert not [r for r in plan.resources if "apacityBlock" in r.type]


def test_capacity_with_consent_is_bought_targeted_and_started_with_its_block() -> None:
    plan = with_block(consent=CONSENT)
    block = plan.one("aws:ec2/capacityBlockReservation:CapacityBlockReservation")
    template = plan.one("aws:ec2/launchTemplate:LaunchTemplate", "h100-capacity-block-0-template").inputs

    assert plan.outputs["rungs"] == {"h100": ["capacity-block-0", "on-demand-1"]}
    assert template["capacityReservationSpecification"] == {
        "capacityReservationTarget": {"capacityReservationId": block.outputs["id"]}
    }
    assert plan.one("aws:scheduler/schedule:Schedule", "capacity-blocks-h100-0")


def test_reservation_is_made_in_the_zone_by_the_name_that_this_account_gives_it() -> None:
    rung = {"how": "reservation", "max": 2, "until": "2026-12-20"}
    buy = [rung | {"consent": CONSENT | {"buys": "2 p5.48xlarge until 2026-12-20T11:30:00Z"}}]
    plan = build("prod", pools={"h100": {"instance": "p5.48xlarge", "zone": "use1-az6", "buy": buy}})

    assert plan.one("aws:ec2/capacityReservation:CapacityReservation").inputs["availabilityZone"] == "name-of-use1-az6"
