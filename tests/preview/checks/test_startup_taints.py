"""A pool whose nodes start with a taint: something must take it off, and pods need not tolerate it."""

from __future__ import annotations

import pytest

from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.preview.judgement.run import run_checks
from tests.preview.planted import found_alone
from tests.preview.sound import LABELS, and_also, kubernetes, urn, with_input
from tests.preview.sound_cluster import BIG, TOLERATION, a_object, sound_cluster

KEY = "example.com/unchecked"
TAINT = {"key": KEY, "value": "true", "effect": "NoSchedule"}
SMALL = urn("kubernetes:karpenter.sh/v1:NodePool", "small")
BORNE = {"key": KEY, "operator": "Exists"}


def daemon(pool: str, *tolerations: dict[str, str], key: str = KEY, kind: str = "DaemonSet") -> PlannedResource:
    container = {"name": "check", "image": "example.com/check:1", "env": [{"name": "TAINT", "value": key}]}
    pod = {
        "nodeSelector": {"gpuplatform.io/pool": pool},
        "tolerations": list(tolerations),
        "containers": [container],
    }
    spec = {
        "selector": {"matchLabels": {"app": "check"}},
        "template": {"metadata": {"labels": {"app": "check", **LABELS}}, "spec": pod},
    }
    return a_object(f"apps/v1:{kind}", "check", {"spec": spec}, SMALL, BIG)


def starting(*more: PlannedResource, pool: str = "big") -> Plan:
    return and_also(with_input(sound_cluster(), pool, "spec|template|spec|startupTaints", [TAINT]), *more)


def held(plan: Plan, *taints: dict[str, str]) -> Plan:
    """Its node group, which EKS manages, with these taints; it stands for a pool of GPUs here."""
    plan = with_input(plan, "system", "taints", [{**taint, "effect": "NO_SCHEDULE"} for taint in taints])
    return with_input(plan, "system", "labels", {"gpuplatform.io/pool": "held"})


def managed(*more: PlannedResource, told: str = KEY) -> Plan:
    """Cluster Autoscaler, which grows the group, is told of a startup taint."""
    values = {"extraArgs": {"startup-taint": told, "status-taint": "example.com/sick"}}
    group = urn("aws:eks/nodeGroup:NodeGroup", "system")
    autoscaler = kubernetes(
        "kubernetes:helm.sh/v3:Release",
        "autoscaler",
        {"chart": "cluster-autoscaler", "namespace": "kube-system", "values": values},
        group,
    )
    return and_also(held(sound_cluster(), TAINT), autoscaler, *more)


FAULTS: list[tuple[str, Plan]] = [
    ("no DaemonSet names it", starting()),
    ("no DaemonSet names it", managed()),
    ("no DaemonSet names it", starting(daemon("big", TOLERATION, BORNE, key=f"{KEY}s"))),
    ("no DaemonSet names it", starting(daemon("big", TOLERATION, BORNE, kind="Deployment"))),
    ("check asks for another gpuplatform.io/pool", starting(daemon("small", TOLERATION, BORNE))),
    (f"check does not tolerate {KEY}", managed(daemon("held"))),
    (f"check does not tolerate {KEY}", starting(daemon("big", TOLERATION))),
]


@pytest.mark.parametrize(("words", "plan"), FAULTS, ids=[f"{i}: {words}" for i, (words, _) in enumerate(FAULTS)])
def test_a_taint_that_would_stay_is_found_and_nothing_else(words: str, plan: Plan) -> None:
    found_alone(plan, "startup-taint-removed", words)


@pytest.mark.parametrize(
    "plan",
    [
        starting(daemon("big", TOLERATION, BORNE)),
        managed(daemon("held", BORNE)),
        managed(daemon("held", BORNE, {"key": "example.com/sick", "operator": "Exists"})),
    ],
    ids=["Karpenter's", "a managed group's", "and a taint that nodes may get"],
)
def test_a_taint_that_is_taken_off_keeps_no_pod_away(plan: Plan) -> None:
    """The job in the plan tolerates the GPU taint alone."""
    assert [f.message for f in run_checks(plan)] == []


def test_a_taint_that_stays_is_no_startup_taint_whatever_its_key() -> None:
    """Karpenter has two lists: what stands in the wrong one is never expected to go."""
    pool = "spec|template|spec|taints"
    kept = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
    found = run_checks(with_input(sound_cluster(), "big", pool, [kept, TAINT]))

    assert {f.rule for f in found} == {"pod-without-pool"}


def test_the_autoscaler_must_be_told_which_taint_goes() -> None:
    """Otherwise it never grows the group for pods that do not tolerate it."""
    asked = {"gpuplatform.io/pool": "held"}
    plan = with_input(
        managed(daemon("held", BORNE), told="example.com/other"), "train", "spec|template|spec|nodeSelector", asked
    )
    found = run_checks(plan)

    assert {f.rule for f in found} == {"pod-without-pool"}
    assert any(f"tainted {KEY}=true:NoSchedule" in f.message for f in found)


RESERVED = [
    "kubernetes.io/arch",
    "node.kubernetes.io/fast",
    "startup-taint.cluster-autoscaler.kubernetes.io/check",
    "k8s.io/fast",
    "eks.amazonaws.com/fast",
]


@pytest.mark.parametrize("key", RESERVED)
def test_keys_that_eks_keeps_to_itself_are_found_and_nothing_else(key: str) -> None:
    tainted = held(sound_cluster(), {**TAINT, "key": key})
    labelled = with_input(sound_cluster(), "system", "labels", {key: "x"})

    for plan, place in ((tainted, "taints"), (labelled, "labels")):
        found = run_checks(plan)
        assert {f.rule for f in found} == {"reserved-node-key"}
        assert f"system: {place}: EKS refuses {key}" in found[0].message


def test_keys_of_others_are_not_judged() -> None:
    labels = {
        "k8s.amazonaws.com/accelerator": "nvidia-l4",
        "example.com/a": "b",
        "mykubernetes.io/a": "b",
        "plain": "x",
    }

    assert run_checks(with_input(sound_cluster(), "system", "labels", labels)) == []
