"""Public reports of pods that no pool holds, nodes that are bought twice and devices that nobody counts, planted on the recorded plans."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from gpuplatform.kinds.cluster.copies import copies
from gpuplatform.kinds.tokens import DEPLOYMENT, NODE_GROUP, NODE_POOL, RELEASE
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.preview.billing.bill import bill
from gpuplatform.preview.checks import devices, efa_jobs, pool_sums
from gpuplatform.preview.judgement.run import run_checks
from tests.preview.edits import Break, both, each_of, setting
from tests.preview.planted import told
from tests.preview.sound import a_plan, a_resource, and_also, kubernetes, with_input

POOL = "gpuplatform.io/pool"
ACCELERATOR = "labels|k8s.amazonaws.com/accelerator"
JOB = "spec|replicatedJobs|0|template|spec|template|spec|containers|0"
EFA = "vpc.amazonaws.com/efa"
LABELLED = {
    "nodeAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [{"matchExpressions": [{"key": "2i2c/has-gpu", "operator": "Exists"}]}]
        }
    }
}
"""What no node has, and nothing gives it."""


def deployment(name: str, replicas: int | None, gpus: int, **spec: Any) -> PlannedResource:
    """A copy of nothing of ours: a server of somebody's on our pool."""
    container = {"name": "x", "image": "example.com/x:1", "resources": {"limits": {"nvidia.com/gpu": str(gpus)}}}
    pod = {
        "nodeSelector": {POOL: "l40s"},
        "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
        "containers": [container],
    }
    body = {
        "selector": {"matchLabels": {"app": name}},
        "template": {"metadata": {"labels": {"app": name}}, "spec": pod},
    }
    body |= {"replicas": replicas} if replicas is not None else {}
    metadata = {"name": name, "namespace": "serving"}
    return kubernetes(DEPLOYMENT, name, {"metadata": metadata, "spec": {**body, **spec}})


def with_deployment(*args: Any, **spec: Any) -> Break:
    return lambda plan: and_also(plan, deployment(*args, **spec))


def _alone_on(plan: Plan, *limits: str) -> Plan:
    return each_of(NODE_POOL, _limited(*limits), "l40s")(plan)


def _limited(gpus: str) -> Any:
    def change(pool: PlannedResource) -> PlannedResource:
        spec = {**pool.inputs["spec"], "limits": {"nvidia.com/gpu": gpus}}
        return replace(pool, inputs={**pool.inputs, "spec": spec})

    return change


FAULTS: list[tuple[str, str, str, Break]] = [
    ("18", "pool-too-small", "8 × 4", with_deployment("big", 8, 4)),
    (
        "18",
        "pool-too-small",
        "and l40s-pool has 20 at most",
        both(with_deployment("one", 2, 4), with_deployment("two", 3, 4)),
    ),
    # Twenty GPUs are five nodes of four: no pod of three finds a second place on one.
    ("18", "pool-too-small", "big 6 × 3", with_deployment("big", 6, 3)),
    ("18", "scaler-above-pool", "up to 9 copies", setting("llama-70b-scaler", "spec|maxReplicaCount", 9)),
    ("18", "limit-below-node", "limits.nvidia.com/gpu: 2", lambda p: _alone_on(p, "2")),
    ("18", "limit-below-node", "GiB of memory", setting("l40s-pool", "spec|limits|memory", "100Gi")),
    ("19", "accelerator-label", "is missing; until its GPUs", setting("h100-on-demand-1-nodes", ACCELERATOR, None)),
    (
        "20",
        "nobody-counts-devices",
        "asks for nodes with 2i2c/has-gpu Exists",
        setting(
            "nvidia-release",
            "values|affinity",
            LABELLED,
        ),
    ),
    (
        "20",
        "nobody-counts-devices",
        "k8s.amazonaws.com/gpu=true",
        setting("nvidia-release", "values|nodeSelector", {"k8s.amazonaws.com/gpu": "true"}),
    ),
    (
        "20",
        "nobody-counts-devices",
        "EFA devices",
        setting("efa-release", "values|supportedInstanceLabels|values", ["h100"]),
    ),
    (
        "21",
        "plugin-without-device",
        "would run on small-pool, whose nodes",
        setting("efa-release", "values|supportedInstanceLabels|values", ["h100", "a100", "small"]),
    ),
    (
        "22",
        "no-room-for-surge",
        "4 copies of 4 GPUs fill l40s-pool",
        lambda p: _alone_on(p, "16"),
    ),
    (
        "22",
        "no-room-for-surge",
        "5 copies of 4 GPUs fill l40s-pool",
        setting("llama-70b-scaler", "spec|maxReplicaCount", 5),
    ),
    (
        "20",
        "release-without-node",
        "values.nodeSelector: no pool has pool=gpu",
        setting("keda-release", "values|nodeSelector", {"pool": "gpu"}),
    ),
    (
        "20",
        "pod-without-pool",
        "asks for nodes with 2i2c/has-gpu Exists",
        setting("qwen-7b-deployment", "spec|template|spec|affinity", LABELLED),
    ),
    (
        "23",
        "job-without-efa",
        "ask for no EFA device, and those of",
        both(
            setting("pretrain-jobset", f"{JOB}|resources|requests|{EFA}", None),
            setting("pretrain-jobset", f"{JOB}|resources|limits|{EFA}", None),
        ),
    ),
    (
        "23",
        "job-without-efa",
        "ask for 1 of 32 EFA devices",
        both(
            setting("pretrain-jobset", f"{JOB}|resources|requests|{EFA}", "1"),
            setting("pretrain-jobset", f"{JOB}|resources|limits|{EFA}", "1"),
        ),
    ),
    (
        "23",
        "image-without-efa",
        "has no aws-ofi-nccl",
        setting("pretrain-jobset", f"{JOB}|image", "pytorch/pytorch:2.9.0-cuda13.0-cudnn9-runtime"),
    ),
]

BESIDE = {
    "pool-too-small": {"no-room-for-surge"},
    "limit-below-node": {"pool-too-small", "no-room-for-surge", "scaler-above-pool"},
}
"""What else follows from the same fault."""
OF_OUR_HOUSE = {"pod-labels", "explicit-provider", "destroy-order", "same-resources", "over-budget"}
"""What a workload from elsewhere breaks as well."""


@pytest.mark.parametrize(("row", "rule", "words", "broken"), FAULTS, ids=[f"{r}: {w}" for r, _, w, _ in FAULTS])
def test_a_planted_fault_is_found_and_nothing_else(
    plans: dict[str, Plan], row: str, rule: str, words: str, broken: Break
) -> None:
    before = {(f.rule, f.message) for f in run_checks(plans["prod"])}
    found = [f for f in run_checks(broken(plans["prod"])) if (f.rule, f.message) not in before]

    assert rule in {f.rule for f in found}, (row, told(found))
    assert {f.rule for f in found} - BESIDE.get(rule, set()) - OF_OUR_HOUSE == {rule}, told(found)
    assert any(words in f.message for f in found if f.rule == rule), told(found)


def test_the_shipped_environments_leave_room(plans: dict[str, Plan]) -> None:
    judges = (
        *(
            pool_sums.pool_too_small,
            pool_sums.scaler_above_pool,
            pool_sums.no_room_for_surge,
            pool_sums.limit_below_node,
        ),
        *(devices.nobody_counts_devices, devices.plugin_without_device, efa_jobs.job_without_efa),
    )
    for plan in plans.values():
        assert told(run_checks(plan, judges)) == []


def _pool(name: str, limits: dict[str, Any], *types: str) -> PlannedResource:
    rows = [{"key": "node.kubernetes.io/instance-type", "operator": "In", "values": list(types)}]
    body = {"template": {"metadata": {"labels": {"team": name}}, "spec": {"requirements": rows}}}
    return kubernetes(NODE_POOL, name, {"spec": {"limits": limits, **body}})


def _elsewhere(limits: dict[str, Any], replicas: int, **spec: Any) -> Plan:
    """Another's program: no label of ours."""
    plan = a_plan(_pool("gpus", limits, "g6.12xlarge"), deployment("server", replicas, 4, **spec))
    return with_input(plan, "server", "spec|template|spec|nodeSelector", {"team": "gpus"})


@pytest.mark.parametrize(
    ("limits", "replicas", "rules"),
    [
        ({"nvidia.com/gpu": 16}, 3, []),
        ({"nvidia.com/gpu": 8}, 3, ["pool-too-small"]),
        # Two nodes of 48 cores fit into 100.
        ({"cpu": 100}, 3, ["pool-too-small"]),
        ({"cpu": "200"}, 3, []),
        ({"nodes": 2}, 3, ["pool-too-small"]),
        ({}, 300, []),
    ],
)
def test_any_limit_of_any_pool_counts(limits: dict[str, Any], replicas: int, rules: list[str]) -> None:
    plan = _elsewhere(limits, replicas)

    assert [f.rule for f in run_checks(plan, (pool_sums.pool_too_small,))] == rules


@pytest.mark.parametrize(
    ("strategy", "found"),
    [
        ({"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}, True),
        # A quarter of two copies is none that may go, and one that comes.
        ({}, True),
        ({"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}, False),
        ({"rollingUpdate": {"maxSurge": "50%", "maxUnavailable": "50%"}}, False),
        ({"type": "Recreate"}, False),
    ],
)
def test_a_surge_is_counted_as_kubernetes_rounds_it(strategy: dict[str, Any], found: bool) -> None:
    plan = _elsewhere({"nvidia.com/gpu": 8}, 2, strategy=strategy)

    assert bool(run_checks(plan, (pool_sums.no_room_for_surge,))) is found


def test_nvidias_chart_finds_no_node_by_itself_where_nothing_labels_them() -> None:
    """Its own affinity is for labels of feature discovery, which it brings only when told to."""

    def plan(version: str, values: dict[str, Any]) -> Plan:
        release = a_resource(RELEASE, "plugin", {"chart": "nvidia-device-plugin", "version": version, "values": values})
        group = {"instanceTypes": ["g6.xlarge"], "amiType": "AL2023_x86_64_NVIDIA", "scalingConfig": {"maxSize": 1}}
        return a_plan(a_resource(NODE_GROUP, "gpus", group), release)

    def found(version: str, values: dict[str, Any]) -> list[str]:
        return [f.rule for f in run_checks(plan(version, values), (devices.nobody_counts_devices,))]

    assert found("0.17.1", {}) == ["nobody-counts-devices"]
    assert found("0.17.1", {"gfd": {"enabled": True}}) == []
    assert found("0.12.0", {}) == []


def test_an_efa_plugin_by_hand_is_judged_by_its_nodes() -> None:
    body = {
        "metadata": {"name": "efa", "namespace": "kube-system"},
        "spec": {
            "template": {
                "spec": {
                    "containers": [
                        {
                            "name": "p",
                            "image": "602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/aws-efa-k8s-device-plugin:v0.5.6",
                        }
                    ]
                }
            }
        },
    }
    group = {"instanceTypes": ["g6.xlarge"], "scalingConfig": {"maxSize": 1}}
    plan = a_plan(a_resource(NODE_GROUP, "gpus", group), kubernetes("kubernetes:apps/v1:DaemonSet", "efa", body))

    assert [f.rule for f in run_checks(plan, (devices.plugin_without_device,))] == ["plugin-without-device"]
    chosen = with_input(
        plan, "efa", "spec|template|spec|nodeSelector", {"node.kubernetes.io/instance-type": "p5.48xlarge"}
    )
    assert run_checks(chosen, (devices.plugin_without_device,)) == []


def test_idle_nodes_are_priced_up_to_the_limit_of_their_pool(plans: dict[str, Plan]) -> None:
    """Nine nodes for pods beyond the limit would never be there: five are, of twenty GPUs."""

    def idle(plan: Plan) -> list[Any]:
        lines = bill(plan, date(2026, 12, 1)).lines
        return [line.idle_monthly for line in lines if line.urn.endswith("::l40s-pool") and "to 20 GPUs" in line.what]

    full = with_deployment("big", 3, 4)(plans["prod"])
    beyond = with_deployment("big", 8, 4)(plans["prod"])
    assert idle(full) == idle(beyond) != idle(plans["prod"])


def test_leaders_and_workers_of_one_group_are_counted_once() -> None:
    worker = {
        "metadata": {"labels": {"a": "b"}},
        "spec": {"containers": [{"name": "x", "resources": {"limits": {"nvidia.com/gpu": "4"}}}]},
    }
    leader = {"metadata": {}, "spec": {**worker["spec"], "restartPolicy": "Always"}}

    def least(group: dict[str, Any]) -> int:
        token = "kubernetes:leaderworkerset.x-k8s.io/v1:LeaderWorkerSet"
        body = {"spec": {"replicas": 2, "leaderWorkerTemplate": group}}
        return sum(one.least for one in copies(a_plan(kubernetes(token, "lws", body))))

    assert least({"size": 3, "workerTemplate": worker}) == 6
    assert least({"size": 3, "leaderTemplate": leader, "workerTemplate": worker}) == 6


@pytest.mark.parametrize(("limit", "found"), [("8", True), ("16", False)])
def test_cores_of_pods_without_gpus_are_summed_too(limit: str, found: bool) -> None:
    server = with_input(
        a_plan(deployment("server", 4, 1)),
        "server",
        "spec|template|spec|containers|0|resources",
        {"requests": {"cpu": "3"}},
    )
    chosen = with_input(server, "server", "spec|template|spec|nodeSelector", {"team": "cpus"})
    plan = and_also(chosen, _pool("cpus", {"cpu": limit}, "c7g.xlarge"))

    assert bool(run_checks(plan, (pool_sums.pool_too_small,))) is found
