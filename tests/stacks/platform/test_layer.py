from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

import pytest
import yaml

from components.gpu_node_group import GpuNodeGroup
from gpuplatform.catalog.instances import instance
from gpuplatform.catalog.nodes import POOL_LABEL
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.sizing.pods import KARPENTER_HIDDEN_MEMORY, allocatable
from k8s import cluster_autoscaler
from k8s.gpu_nodes import UNCHECKED
from k8s.monitoring import NODE_EXPORTER
from stacks import cluster, network
from tests.conftest import Record
from tests.requested import NONE, Requests, requested
from tests.stacks.platform.built import build, loaded

RELEASE = "kubernetes:helm.sh/v3:Release"
ENVIRONMENTS = ("dev", "prod")

ADD_ONS = Requests(cpu_m=520, memory_mib=1020)
"""EKS's own Deployments, two replicas each: coredns 100m and 70 Mi, EBS CSI controller 60m and 240 Mi, metrics-server
100m and 200 Mi. As their public manifests have it; what EKS installs was not measured."""
ADD_ON_DAEMONS = Requests(cpu_m=190, memory_mib=150)
"""EKS's own DaemonSets on every node: vpc-cni 50m, kube-proxy 100m, EBS CSI node 30m and 120 Mi, monitoring agent 10m and
30 Mi. As above."""


@pytest.fixture(scope="module")
def plans(record_plan: Record) -> dict[str, Plan]:
    def recorded(environment: str) -> Plan:
        env = loaded(environment)
        return record_plan(lambda: build(env))

    return {environment: recorded(environment) for environment in ENVIRONMENTS}


@pytest.fixture(params=ENVIRONMENTS)
def plan(request: pytest.FixtureRequest, plans: dict[str, Plan]) -> Plan:
    return plans[request.param]


def platform_resources(plan: Plan) -> Iterator[PlannedResource]:
    return (r for r in plan.resources if r.layer == "platform")


def releases(plan: Plan) -> dict[str, PlannedResource]:
    return {r.inputs["name"]: r for r in plan.all(RELEASE)}


def names(plan: Plan, resource: PlannedResource) -> set[str]:
    return {plan.by_urn[urn].name for urn in resource.dependencies}


def test_operators_of_the_platform(plans: dict[str, Plan]) -> None:
    both = {
        "aws-load-balancer-controller",
        "cluster-autoscaler",
        "dcgm-exporter",
        "jobset",
        "karpenter",
        "karpenter-crd",
        "keda",
        "kube-prometheus-stack",
        "kubeflow-trainer",
        "kueue",
        "lws",
        "nvidia-device-plugin",
        "prometheus-operator-crds",
    }
    assert set(releases(plans["dev"])) == both, "dev has neither EFA nor a file system"
    assert set(releases(plans["prod"])) == both | {"aws-efa-k8s-device-plugin", "aws-fsx-csi-driver"}


def test_everything_on_the_cluster_goes_through_the_clusters_provider(plan: Plan) -> None:
    provider = plan.one("pulumi:providers:kubernetes")
    strays = [
        r.name
        for r in platform_resources(plan)
        if r.custom and r.type.startswith("kubernetes:") and not r.provider.startswith(f"{provider.urn}::")
    ]
    assert not strays


def test_every_release_waits_for_nodes_that_resolve_names(plan: Plan) -> None:
    (names_resolve,) = (a.urn for a in plan.all("aws:eks/addon:Addon") if a.inputs["addonName"] == "coredns")

    assert all(names_resolve in release.dependencies for release in releases(plan).values())


def has_monitor(values: Mapping[str, Any]) -> bool:
    """Whether a chart's values ask for a ServiceMonitor."""
    inner = [cast("Mapping[str, Any]", value) for value in values.values() if isinstance(value, Mapping)]
    return (
        values.get("enablePrometheus") is True
        or values.get("serviceMonitor", {}).get("enabled") is True
        or any(map(has_monitor, inner))
    )


def test_what_brings_a_monitor_waits_for_the_kinds_of_monitors(plan: Plan) -> None:
    monitored = {name for name, release in releases(plan).items() if has_monitor(release.inputs["values"])}

    assert monitored == {
        "karpenter",
        "cluster-autoscaler",
        "kueue",
        "keda",
        "aws-load-balancer-controller",
        "dcgm-exporter",
    }
    for name in monitored | {"kube-prometheus-stack"}:
        assert "monitoring-crds-release" in names(plan, releases(plan)[name])


def test_kueue_finds_the_kind_that_asks_for_capacity(plan: Plan) -> None:
    kind = plan.one("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition")

    assert kind.inputs["metadata"]["name"] == "provisioningrequests.autoscaling.x-k8s.io"
    for operator in ("kueue", "cluster-autoscaler"):
        assert kind.name in names(plan, releases(plan)[operator])


def test_pools_go_before_karpenter_and_karpenter_before_its_kinds(plan: Plan) -> None:
    for pool in plan.all("kubernetes:karpenter.sh/v1:NodePool"):
        assert "karpenter-release" in names(plan, pool)
    karpenter = releases(plan)["karpenter"]
    assert "karpenter-crds-release" in names(plan, karpenter)
    assert karpenter.inputs["skipCrds"] is True, "two owners of one kind refuse each other"


def test_karpenter_reads_the_queue_that_ec2_writes_to(plan: Plan) -> None:
    queue = plan.one("aws:sqs/queue:Queue", "interruptions-queue")

    assert releases(plan)["karpenter"].inputs["values"]["settings"]["interruptionQueue"] == queue.outputs["name"]


@pytest.mark.parametrize(
    ("operator", "account"),
    [
        ("karpenter", "karpenter"),
        ("cluster-autoscaler", "cluster-autoscaler"),
        ("aws-load-balancer-controller", "aws-load-balancer-controller"),
    ],
)
def test_rights_are_for_the_account_that_the_chart_makes(plan: Plan, operator: str, account: str) -> None:
    values = releases(plan)[operator].inputs["values"]
    made = values.get("serviceAccount") or values["rbac"]["serviceAccount"]
    associations = [
        a
        for a in plan.all("aws:eks/podIdentityAssociation:PodIdentityAssociation")
        if a.inputs["serviceAccount"] == account
    ]

    assert made["name"] == account
    assert [a.inputs["namespace"] for a in associations] == [releases(plan)[operator].inputs["namespace"]]


def test_priorities_find_the_groups_that_eks_makes(record_plan: Record) -> None:
    """The autoscaler's patterns against the names of Auto Scaling groups, in the order of the settings."""
    env = loaded("prod")
    made: dict[str, tuple[GpuNodeGroup, ...]] = {}

    def program() -> None:
        net = network.build(env.network, env.context)
        made.update(cluster.build(env.cluster, env.context, net).pools)

    groups = {
        node_group.name: node_group.outputs["resources"][0]["autoscalingGroups"][0]["name"]
        for node_group in record_plan(program).all("aws:eks/nodeGroup:NodeGroup")
    }
    labels = {pool: [group.args.rung_label for group in rungs] for pool, rungs in made.items()}
    patterns = cluster_autoscaler.priorities(labels)
    for pool, rungs in labels.items():
        found = [
            max(
                int(p)
                for p, given in patterns.items()
                if any(re.search(g, groups[f"{pool}-{rung}-nodes"]) for g in given)
            )
            for rung in rungs
        ]
        assert found == [100 - 10 * place for place in range(len(rungs))]
    assert [int(p) for p, given in patterns.items() if any(re.search(g, groups["system-nodes"]) for g in given)] == [1]


def test_kueue_leaves_every_operators_namespace_alone(plan: Plan) -> None:
    config = yaml.safe_load(releases(plan)["kueue"].inputs["values"]["managerConfig"]["controllerManagerConfigYaml"])
    (selector,) = config["managedJobsNamespaceSelector"]["matchExpressions"]

    assert {r.inputs["namespace"] for r in releases(plan).values()} == set(selector["values"])


def test_the_smallest_environment_holds_its_operators(plans: dict[str, Plan]) -> None:
    env = loaded("dev")
    assert env.platform.replicas == 1, "each request is counted once"
    total = NONE
    for release in releases(plans["dev"]).values():
        total += requested(release.inputs["values"])

    cpu_m, memory_mib = allocatable(instance(env.cluster.system.instance), KARPENTER_HIDDEN_MEMORY)
    daemons = ADD_ON_DAEMONS + requested({"node-exporter": NODE_EXPORTER})
    # A quarter stays free: the inference gateway, what a rollout starts beside the old pod, what does not divide evenly.
    room = Requests(
        cpu_m=env.cluster.system.min * (cpu_m - daemons.cpu_m) - ADD_ONS.cpu_m,
        memory_mib=env.cluster.system.min * (memory_mib - daemons.memory_mib) - ADD_ONS.memory_mib,
    )
    assert total.cpu_m < 0.75 * room.cpu_m
    assert total.memory_mib < 0.75 * room.memory_mib


def test_every_operator_says_what_it_needs(plan: Plan) -> None:
    """Without requests the scheduler packs as if they were nothing, and the node kills them first."""
    silent = {name for name, r in releases(plan).items() if requested(r.inputs["values"]) == NONE}
    assert silent == {"karpenter-crd", "prometheus-operator-crds"}, "which run nothing"


def test_default_volumes_are_encrypted_and_made_where_the_pod_is(plan: Plan) -> None:
    volumes = plan.one("kubernetes:storage.k8s.io/v1:StorageClass").inputs

    assert volumes["parameters"] == {"type": "gp3", "encrypted": "true"}
    assert volumes["volumeBindingMode"] == "WaitForFirstConsumer"
    assert volumes["metadata"]["annotations"] == {"storageclass.kubernetes.io/is-default-class": "true"}


def test_where_devices_are_claimed_drivers_take_the_place_of_the_plugins(record_plan: Record) -> None:
    pools = {
        "counted": {"instance": "p5.48xlarge", "zone": "use1-az6", "buy": [{"how": "on-demand", "max": 2}]},
        "claimed": {
            "instance": "p5.48xlarge",
            "zone": "use1-az6",
            "devices": "dra",
            "buy": [{"how": "on-demand", "max": 2, "min": 1}],
        },
    }
    env = loaded("prod", cluster={"pools": pools}, training={"teams": {}, "jobs": {}})
    plan = record_plan(lambda: build(env))
    values = {name: r.inputs["values"] for name, r in releases(plan).items()}

    def nodes(chart: dict[str, Any]) -> list[dict[str, Any]]:
        (term,) = chart["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"][
            "nodeSelectorTerms"
        ]
        return term["matchExpressions"]

    assert nodes(values["nvidia-device-plugin"])[1]["values"] == ["system", "claimed"]
    assert nodes(values["dra-driver-nvidia-gpu"]["kubeletPlugin"])[0]["values"] == ["claimed"]
    assert values["aws-efa-k8s-device-plugin"]["supportedInstanceLabels"]["values"] == ["counted"]
    assert values["aws-dranet"]["supportedInstanceLabels"]["values"] == ["claimed"]
    assert values["cluster-autoscaler"]["extraArgs"]["enable-dynamic-resource-allocation"] is True
    assert "deviceClassMappings" in values["kueue"]["managerConfig"]["controllerManagerConfigYaml"]


def test_as_shipped_devices_are_counted(plans: dict[str, Plan]) -> None:
    for plan in plans.values():
        assert not {"dra-driver-nvidia-gpu", "aws-dranet"} & set(releases(plan))


def daemons(plan: Plan) -> dict[str, list[str]]:
    """The health check's: DaemonSet → pools."""

    def pools(pod: Mapping[str, Any]) -> list[str]:
        required = pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        return required["nodeSelectorTerms"][0]["matchExpressions"][0]["values"]

    found = plan.all("kubernetes:apps/v1:DaemonSet")
    return {r.inputs["metadata"]["name"]: pools(r.inputs["spec"]["template"]["spec"]) for r in found}


def startup_taints(plan: Plan) -> set[str]:
    """Pools whose nodes start with one."""
    groups = [r.inputs for r in plan.all("aws:eks/nodeGroup:NodeGroup")]
    tainted = {g["labels"][POOL_LABEL] for g in groups if UNCHECKED["key"] in [t["key"] for t in g.get("taints") or ()]}
    karpenters = [r.inputs for r in plan.all("kubernetes:karpenter.sh/v1:NodePool")]
    return tainted | {p["metadata"]["name"] for p in karpenters if "startupTaints" in p["spec"]["template"]["spec"]}


def test_gpu_nodes_are_checked_before_work_unless_a_pool_says_otherwise(plans: dict[str, Plan]) -> None:
    assert daemons(plans["prod"]) == {"level-1": ["l40s", "small"], "level-2": ["h100", "a100"]}
    assert daemons(plans["dev"]) == {"level-1": ["small"], "level-2": ["l4"]}
    assert startup_taints(plans["prod"]) == {"l40s", "small", "h100", "a100"}


def test_where_nothing_is_checked_nothing_starts_tainted_and_nothing_may_change_nodes(record_plan: Record) -> None:
    mig = {"instance": "p5.48xlarge", "os": "bottlerocket", "efa": False, "sharing": {"mig": "1g.10gb"}}
    env = loaded(
        "dev",
        cluster={
            "pools": {
                "plain": {"instance": "g6.xlarge", "health_check": None, "buy": [{"how": "on-demand", "max": 1}]},
                "cut": mig | {"buy": [{"how": "on-demand", "max": 1}]},
            }
        },
        training={"teams": {}, "jobs": {}},
        serving={"pools": {"small": {"instances": ["g6.xlarge"], "max_gpus": 1, "health_check": None}}, "models": {}},
    )
    plan = record_plan(lambda: build(env))

    assert daemons(plan) == {}
    assert startup_taints(plan) == set()
    assert not plan.all("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding")


def test_what_pools_ask_for_reaches_the_plugins_and_karpenter(record_plan: Record) -> None:
    on_demand = [{"how": "on-demand", "max": 2}]
    pools = {
        "shared": {"instance": "g6.xlarge", "sharing": {"time_slices": 4}, "buy": on_demand},
        "cut": {"instance": "g6.xlarge", "os": "bottlerocket", "sharing": {"time_slices": 8}, "buy": on_demand},
        "parts": {
            "instance": "p4d.24xlarge",
            "zone": "use1-az6",
            "efa": False,
            "sharing": {"mig": "1g.5gb"},
            "buy": on_demand,
        },
    }
    wide = {"instances": ["g6e.48xlarge"], "spot": False, "efa": True, "zone": "use1-az4", "max_gpus": 8}
    env = loaded(
        "dev",
        cluster={"pools": pools},
        training={"teams": {"research": {"gpus": {"shared": 8}}}, "jobs": {}},
        serving={"pools": {"wide": wide}, "models": {}},
    )
    plan = record_plan(lambda: build(env))
    plugin = releases(plan)["nvidia-device-plugin"].inputs["values"]
    (term,) = plugin["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]

    assert set(plugin["config"]["map"]) == {"whole", "slices-4", "parts"}, (
        "Bottlerocket's nodes have a plugin of their own"
    )
    assert term["matchExpressions"][1]["values"] == ["system", "cut"]
    assert releases(plan)["aws-efa-k8s-device-plugin"].inputs["values"]["supportedInstanceLabels"]["values"] == ["wide"]
    efa_group = plan.one("aws:ec2/securityGroup:SecurityGroup", "security-efa").outputs["id"]
    assert {"id": efa_group} in plan.one("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass").inputs["spec"][
        "securityGroupSelectorTerms"
    ]
    [rights] = [
        r
        for r in plan.all("aws:iam/rolePolicy:RolePolicy")
        if r.name.startswith("karpenter-") and "launch" in str(r.inputs).lower()
    ]
    assert efa_group in rights.inputs["policy"], "Karpenter may launch with EFA's group"
