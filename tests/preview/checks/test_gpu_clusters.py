"""Whether what grows GPU pools, queues for them and runs on them agrees with them: each fault is found, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gpuplatform.plan.model import Plan, PlanFeature
from gpuplatform.preview.checks import subnets
from gpuplatform.preview.judgement.run import not_applicable, run_checks
from tests.preview.planted import Break, each, found_alone, setting, told
from tests.preview.sound import a_plan, a_resource, with_input, without
from tests.preview.sound_gpus import FAR, sound_gpus

VALUES = "values|expanderPriorities"
CONTAINER = "spec|template|spec|containers|0"
ARGS = f"{CONTAINER}|args"
REACH = {
    "required": {
        "nodeSelectorTerms": [
            {"matchExpressions": [{"key": "topology.k8s.aws/zone-id", "operator": "In", "values": ["use1-az5"]}]}
        ]
    }
}


def _without(*names: str) -> Break:
    def broken(plan: Plan) -> Plan:
        for name in names:
            plan = without(plan, name)
        return plan

    return broken


def _served_by(*args: str) -> Break:
    return setting("wide-model", ARGS, list(args))


QUOTA = "spec|resourceGroups|0|flavors|0|resources|0|nominalQuota"


def _far(plan: Plan) -> Plan:
    return with_input(plan, "lustre", "subnetIds", FAR)


FAULTS: list[tuple[str, str, Break]] = [
    ("subnet-too-small", "10.0.64.0/26 lacks", setting("gpus", "cidrBlock", "10.0.64.0/26")),
    (
        "subnet-too-small",
        "h100-block-nodes 4, h100-demand-nodes 4, wide 2",
        setting("gpus", "cidrBlock", "10.0.64.0/21"),
    ),
    (
        "autoscaler-tag-wrong",
        "says resources/vpc.amazonaws.com/efa 16, but 32",
        setting("h100-block-efa", "tag|value", "16"),
    ),
    ("autoscaler-tag-wrong", "says resources/nvidia.com/gpu 12, but 8", setting("h100-block-gpu", "tag|value", "12")),
    (
        "autoscaler-tag-wrong",
        "but 5128 pages of 2 MiB are set aside",
        setting("h100-block-hugepages-2Mi", "tag|value", "20512Mi"),
    ),
    ("autoscaler-tag-wrong", "but use1-az6 is the zone", setting("h100-block-zone-id", "tag|value", "use1-az4")),
    ("autoscaler-tag-wrong", "but the label is h100", setting("h100-block-pool", "tag|value", "h200")),
    (
        "autoscaler-tag-wrong",
        "but present:NoSchedule is that taint",
        lambda p: with_input(p, "h100-block-gpu", "tag", _taint("absent:NoSchedule")),
    ),
    ("autoscaler-tag-missing", "h100-demand-nodes: starts empty, and no tag", _without("h100-demand-efa")),
    (
        "expander-pattern",
        "expanderPriorities.100: ^eks-h100-blok- matches no group",
        setting("autoscaler", f"{VALUES}|100", ["^eks-h100-block-", "^eks-h100-blok-"]),
    ),
    (
        "expander-pattern",
        "h100-demand-nodes: no pattern of expanderPriorities matches eks-h100-demand-nodes-1",
        setting("autoscaler", VALUES, {"100": ["^eks-h100-block-"]}),
    ),
    (
        "nobody-provisions",
        "no Cluster Autoscaler has",
        setting("autoscaler", "values|extraArgs|enable-provisioning-requests", None),
    ),
    (
        "nobody-provisions",
        "nobody answers the class queued-provisioning.gke.io",
        setting("capacity-config", "spec|provisioningClassName", "queued-provisioning.gke.io"),
    ),
    (
        "quota-above-capacity",
        "given 72 GPUs of it, and its nodes have 64 at most",
        setting("team", QUOTA, "72"),
    ),
    (
        "queue-lacks-resource",
        "train: asks for vpc.amazonaws.com/efa, of which queue team has no quota",
        setting("team", "spec|resourceGroups|0|coveredResources", ["nvidia.com/gpu", "hugepages-2Mi", "memory"]),
    ),
    (
        "job-above-quota",
        "train: asks for 32 GPUs together, and queue team may use 24 of one flavour of h100 at most",
        setting("team", QUOTA, "24"),
    ),
    ("tensor-parallel", "size 8, but its container asks for 4", _served_by("--tensor-parallel-size=8")),
    ("tensor-parallel", "size 3 does not divide the GPUs of pool wide: 8 of p5.48xlarge", _served_by("-tp", "3")),
    ("file-system-zone", "mounts lustre in use1-az5 from pool h100 in use1-az6", _far),
    (
        "volume-out-of-reach",
        "for nodes in use1-az5, and pool h100 stands in use1-az6",
        setting("files", "spec|nodeAffinity", REACH),
    ),
    ("volume-out-of-reach", "would never start", lambda p: with_input(_far(p), "files", "spec|nodeAffinity", REACH)),
    ("nobody-counts-devices", "h100-block-nodes: nothing counts its EFA devices", _without("efa")),
    ("nobody-counts-devices", "wide: nothing counts its GPUs", _without("nvidia")),
    (
        "nobody-counts-devices",
        "nvidia: does not tolerate nvidia.com/gpu=present:NoSchedule",
        setting("nvidia", "values", {"tolerations": [{"key": "node.kubernetes.io/slow", "operator": "Exists"}]}),
    ),
]


def _taint(value: str) -> dict[str, Any]:
    key = "k8s.io/cluster-autoscaler/node-template/taint/nvidia.com/gpu"
    return {"key": key, "value": value, "propagateAtLaunch": False}


@each(FAULTS)
def test_a_planted_fault_is_found_and_nothing_else(rule: str, words: str, broken: Break) -> None:
    found = found_alone(broken(sound_gpus()), rule, words)

    assert all(f.file and f.line for f in found)


ACCEPTED: list[tuple[str, Break]] = [
    ("a share that may be borrowed", lambda p: _borrowing(with_input(p, "team", QUOTA, "24"))),
    ("another expander", setting("autoscaler", "values|extraArgs|expander", "least-waste")),
    ("a device plugin of one's own", lambda p: without(_named_plugin(p), "nvidia")),
    ("a size that is not known", _served_by("--tensor-parallel-size", "$(SIZE)")),
    ("prefixes switched off, where there is room", setting("vpc-cni", "configurationValues", "{}")),
    (
        "a file system in the same zone, and a volume that says so",
        lambda p: with_input(p, "files", "spec|nodeAffinity", _reach()),
    ),
]


def _borrowing(plan: Plan) -> Plan:
    shared = with_input(plan, "team", "spec|cohortName", "all")
    return with_input(shared, "team", "spec|resourceGroups|0|flavors|0|resources|0|borrowingLimit", "8")


def _named_plugin(plan: Plan) -> Plan:
    other = next(r for r in plan.resources if r.name == "wide-model")
    template = other.inputs["spec"]["template"]
    body = {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "nvidia-device-plugin", "namespace": "work"},
        "spec": {"selector": {"matchLabels": {"app": "wide"}}, "template": template},
    }
    name = "nvidia-device-plugin"
    made = replace(other, urn=other.urn + name, name=name, type="kubernetes:apps/v1:DaemonSet", inputs=body)
    return replace(plan, resources=(*plan.resources, made))


def _reach() -> dict[str, Any]:
    term = {"key": "topology.k8s.aws/zone-id", "operator": "In", "values": ["use1-az6"]}
    return {"required": {"nodeSelectorTerms": [{"matchExpressions": [term]}]}}


@pytest.mark.parametrize(("what", "changed"), ACCEPTED, ids=[what for what, _ in ACCEPTED])
def test_what_may_be_right_is_not_judged(what: str, changed: Break) -> None:
    assert told(run_checks(changed(sound_gpus()))) == [], what


def test_nodes_of_several_subnets_are_spread_over_them() -> None:
    """A /22 holds two p5 with prefixes, and the pool has four."""
    nodes = {
        "instanceTypes": ["p5.48xlarge"],
        "scalingConfig": {"maxSize": 4},
        "subnetIds": ["subnet-a", "subnet-b"],
    }
    small = [
        a_resource("aws:ec2/subnet:Subnet", name, {"cidrBlock": cidr}, outputs={"id": f"subnet-{name}"})
        for name, cidr in (("a", "10.0.0.0/22"), ("b", "10.0.4.0/22"))
    ]
    addon = next(r for r in sound_gpus().resources if r.name == "vpc-cni")

    def short(**changed: Any) -> list[str]:
        plan = a_plan(*small, addon, a_resource("aws:eks/nodeGroup:NodeGroup", "g", nodes | changed))
        return [f.message.partition(":")[0] for f in run_checks(plan, (subnets.subnet_too_small,))]

    assert short() == []
    assert short(subnetIds=["subnet-a"]) == ["a"]
    assert short(scalingConfig={"maxSize": 8}) == ["a", "b"]


def test_names_of_groups_are_not_judged_where_a_plan_does_not_know_them() -> None:
    before = replace(sound_gpus(), lacks=frozenset({PlanFeature.OUTPUTS, PlanFeature.VALUES}))

    assert {"expander-pattern"} <= {check.rule for check in not_applicable(before)}
