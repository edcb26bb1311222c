from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.preview.checking.check import Finding
from gpuplatform.preview.checks import capacity_fit
from gpuplatform.preview.judgement.run import run_checks
from tests.preview.sound import a_plan, a_resource, kubernetes, with_input, without

JUDGES = ("pod-too-large", "job-too-large", "spot-interrupts")
POOL = "gpuplatform.io/pool"
TOLD = "k8s.io/cluster-autoscaler/node-template/resources/"


def group(name: str, instance: str, **changed: Any) -> PlannedResource:
    inputs = {
        "instanceTypes": [instance],
        "capacityType": "ON_DEMAND",
        "labels": {POOL: name},
        "subnetIds": ["subnet-1"],
        "scalingConfig": {"minSize": 0, "maxSize": 4},
    }
    made = {"resources": [{"autoscalingGroups": [{"name": f"eks-{name}"}]}]}
    return a_resource("aws:eks/nodeGroup:NodeGroup", name, inputs | changed, outputs=made)


def told(name: str, resource: str, amount: str) -> PlannedResource:
    tag = {"key": f"{TOLD}{resource}", "value": amount, "propagateAtLaunch": False}
    return a_resource(
        "aws:autoscaling/tag:Tag", f"{name}-{resource}", {"autoscalingGroupName": f"eks-{name}", "tag": tag}
    )


def karpenter(name: str, *instances: str) -> PlannedResource:
    requirements = [
        {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": list(instances)},
        {"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["spot", "on-demand"]},
    ]
    template = {"metadata": {"labels": {POOL: name}}, "spec": {"requirements": requirements}}
    return kubernetes("kubernetes:karpenter.sh/v1:NodePool", name, {"kind": "NodePool", "spec": {"template": template}})


def pod(pool: str, **requests: str) -> dict[str, Any]:
    return {
        "metadata": {"labels": {"app": pool}, "annotations": {}},
        "spec": {"nodeSelector": {POOL: pool}, "containers": [{"name": "x", "resources": {"requests": requests}}]},
    }


def cluster() -> Plan:
    """Everything fits to the last GPU."""
    whole = {
        "cpu": "190",
        "memory": "1800Gi",
        capacity_fit.GPU: "8",
        capacity_fit.EFA: "32",
        capacity_fit.HUGEPAGES: "5120Mi",
    }
    job = {"parallelism": 4, "completions": 4, "template": pod("h100", **whole)}
    jobs = [{"name": "workers", "replicas": 1, "template": {"spec": job}}]
    shared = {"parallelism": 8, "template": pod("l4", **{"cpu": "800m", capacity_fit.GPU: "1"})}
    return a_plan(
        group("h100", "p5.48xlarge"),
        told("h100", capacity_fit.GPU, "8"),
        told("h100", capacity_fit.EFA, "32"),
        told("h100", capacity_fit.HUGEPAGES, "10256Mi"),
        group("l4", "g6.xlarge", capacityType="SPOT", scalingConfig={"minSize": 0, "maxSize": 2}),
        told("l4", capacity_fit.GPU, "4"),
        karpenter("small", "g6.xlarge", "g6.12xlarge"),
        kubernetes(
            "kubernetes:jobset.x-k8s.io/v1alpha2:JobSet", "train", {"kind": "JobSet", "spec": {"replicatedJobs": jobs}}
        ),
        kubernetes("kubernetes:batch/v1:Job", "tune", {"kind": "Job", "spec": shared}),
        kubernetes(
            "kubernetes:apps/v1:Deployment",
            "model",
            {"kind": "Deployment", "spec": {"replicas": 9, "template": pod("small", **{capacity_fit.GPU: "4"})}},
        ),
        kubernetes(
            "kubernetes:policy/v1:PodDisruptionBudget",
            "budget",
            {"kind": "PodDisruptionBudget", "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "l4"}}}},
        ),
    )


def found(plan: Plan) -> list[Finding]:
    judges = (capacity_fit.pod_too_large, capacity_fit.job_too_large, capacity_fit.spot_interrupts)
    return run_checks(plan, judges)


TRAIN = "spec|replicatedJobs|0|template|spec"
ASKED = f"{TRAIN}|template|spec|containers|0|resources|requests"

FAULTS: list[tuple[str, str, Callable[[Plan], Plan]]] = [
    (
        "pod-too-large",
        "16 nvidia.com/gpu, but 8",
        lambda p: with_input(p, "train", f"{ASKED}|{capacity_fit.GPU}", "16"),
    ),
    (
        "pod-too-large",
        "33 vpc.amazonaws.com/efa, but 32",
        lambda p: with_input(p, "train", f"{ASKED}|{capacity_fit.EFA}", "33"),
    ),
    (
        "pod-too-large",
        "GiB of hugepages-2Mi",
        lambda p: with_input(p, "train", f"{ASKED}|{capacity_fit.HUGEPAGES}", "12Gi"),
    ),
    ("pod-too-large", "192 cpu, but 191", lambda p: with_input(p, "train", f"{ASKED}|cpu", "192")),
    ("pod-too-large", "2,000 GiB of memory, but 1,", lambda p: with_input(p, "train", f"{ASKED}|memory", "2000Gi")),
    # Of Karpenter's types one must do.
    ("pod-too-large", "of g6.xlarge in pool small", lambda p: replace_small(p, "g6.xlarge")),
    # Without the autoscaler's tag the GPUs of the pool are not shared: 8 pods, 2 nodes.
    ("job-too-large", "8 pods need 8 nodes", lambda p: without(p, f"l4-{capacity_fit.GPU}")),
    # Four pods to a node: a ninth needs a third node, of which the group has two.
    ("job-too-large", "9 pods need 3 nodes at once", lambda p: with_input(p, "tune", "spec|parallelism", 9)),
    ("job-too-large", "5 pods need 5 nodes at once", lambda p: with_input(p, "train", f"{TRAIN}|parallelism", 5)),
    ("job-too-large", "the 2 zones of h100", lambda p: with_input(p, "h100", "subnetIds", ["subnet-1", "subnet-2"])),
    (
        "spot-interrupts",
        "is not to be disrupted, but pool l4",
        lambda p: with_input(p, "tune", "spec|template|metadata|annotations|karpenter.sh/do-not-disrupt", "true"),
    ),
    ("spot-interrupts", "budget of no disruption", lambda p: with_input(p, "budget", "spec|maxUnavailable", 0)),
]


def replace_small(plan: Plan, *instances: str) -> Plan:
    changed = karpenter("small", *instances)
    return replace(plan, resources=tuple(changed if r.name == "small" else r for r in plan.resources))


def test_what_fits_to_the_last_gpu_is_no_finding() -> None:
    assert found(cluster()) == []


@pytest.mark.parametrize(("rule", "words", "broken"), FAULTS, ids=[f"{rule}: {words}" for rule, words, _ in FAULTS])
def test_a_planted_fault_is_found_and_nothing_else(rule: str, words: str, broken: Callable[[Plan], Plan]) -> None:
    seen = found(broken(cluster()))

    assert rule in JUDGES
    assert {f.rule for f in seen} == {rule}, [f.message for f in seen]
    assert any(words in f.message for f in seen), [f.message for f in seen]


def test_on_demand_beside_spot_may_run_what_must_not_be_interrupted() -> None:
    kept = with_input(cluster(), "budget", "spec|maxUnavailable", 0)

    assert found(with_input(kept, "l4", "capacityType", "ON_DEMAND")) == []
