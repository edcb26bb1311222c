"""Names, selectors, ports, volumes and places on the cluster: each fault is found, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gpuplatform.preview.check import run_checks
from gpuplatform.preview.plan import SECRET, UNKNOWN, Plan
from tests.preview.sound import and_also, with_field, with_input
from tests.preview.sound_cluster import BIG, TOLERATION, a_object, sound_cluster

Break = Callable[[Plan], Plan]

POD = "spec|template|spec"
CONTAINER = f"{POD}|containers|0"
KEY = {"name": "K", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "k"}}}
TWO_TERMS = {"nodeSelectorTerms": [{"matchExpressions": [{"key": "x.io/y", "operator": "In", "values": ["z"]}]}] * 2}
OTHER_TAINT = {"key": "nvidia.com/gpu", "operator": "Equal", "value": "absent", "effect": "NoSchedule"}
DISK = {"metadata": {"name": "disk"}, "spec": {"storageClassName": "slow"}}


def _set(name: str, path: str, value: Any) -> Break:
    return lambda plan: with_input(plan, name, path, value)


def _asks(values: list[str], operator: str = "In") -> dict[str, Any]:
    expression = {"key": "gpuplatform.io/pool", "operator": operator, "values": values}
    required = {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}


FAULTS: list[tuple[str, str, Break]] = [
    (
        "missing-reference",
        "no Namespace wrk; did you mean work?",
        lambda p: and_also(p, a_object("v1:ConfigMap", "lost", {}, namespace="wrk")),
    ),
    (
        "missing-reference",
        "no ServiceAccount runer in namespace work; did",
        _set("api", f"{POD}|serviceAccountName", "runer"),
    ),
    ("missing-reference", "no PriorityClass high", _set("api", f"{POD}|priorityClassName", "high")),
    ("missing-reference", "no ConfigMap sets", _set("api", f"{POD}|volumes|0|configMap|name", "sets")),
    (
        "missing-reference",
        "no ConfigMap sets",
        _set("api", f"{CONTAINER}|env|0|valueFrom|configMapKeyRef|name", "sets"),
    ),
    ("missing-reference", "no Secret keys", _set("api", f"{CONTAINER}|env", [KEY])),
    ("missing-reference", "no Secret there-or-not", _set("api", f"{CONTAINER}|envFrom|0|secretRef|optional", False)),
    ("missing-reference", "no Secret pull", _set("api", f"{POD}|imagePullSecrets", [{"name": "pull"}])),
    (
        "missing-reference",
        "no PersistentVolumeClaim file-claim",
        _set("api", f"{POD}|volumes|1|persistentVolumeClaim|claimName", "file-claim"),
    ),
    ("missing-reference", "no PersistentVolume fils", _set("files-claim", "spec|volumeName", "fils")),
    ("missing-reference", "no StorageClass fsat", _set("files-claim", "spec|storageClassName", "fsat")),
    ("missing-reference", "no Deployment modl in namespace work", lambda p: _scaled(p, "modl")),
    ("missing-reference", "no LocalQueue lin", _set("train", "metadata|labels|kueue.x-k8s.io/queue-name", "lin")),
    (
        "missing-reference",
        "no WorkloadPriorityClass later",
        _set("train", "metadata|labels|kueue.x-k8s.io/priority-class", "later"),
    ),
    ("missing-reference", "no ClusterQueue queues", _set("line", "spec|clusterQueue", "queues")),
    (
        "missing-reference",
        "no ResourceFlavor big-flavour; did you mean big-flavor?",
        _set("queue", "spec|resourceGroups|0|flavors|0|name", "big-flavour"),
    ),
    (
        "missing-reference",
        "no AdmissionCheck room",
        _set("queue", "spec|admissionChecksStrategy", {"admissionChecks": [{"name": "room"}]}),
    ),
    ("missing-reference", "no Topology racks", _set("big-flavor", "spec|topologyName", "racks")),
    ("pod-identity-account", "no service account runer", _set("runner-identity", "serviceAccount", "runer")),
    ("pod-identity-account", "no service account promeths", _set("prometheus-identity", "serviceAccount", "promeths")),
    (
        "unmounted-volume",
        "mounts file; the pod has files, settings",
        _set("api", f"{CONTAINER}|volumeMounts|1|name", "file"),
    ),
    (
        "claim-without-volume",
        "2Ti are asked and it has 1Ti",
        _set("files-claim", "spec|resources|requests|storage", "2Ti"),
    ),
    ("claim-without-volume", "lack ReadWriteOnce", _set("files-claim", "spec|accessModes", ["ReadWriteOnce"])),
    ("claim-without-volume", "class is fast", _set("files", "spec|storageClassName", "fast")),
    (
        "dead-selector",
        "does not match the labels of its own pods",
        _set("model", "spec|selector|matchLabels|app", "modl"),
    ),
    ("dead-selector", "its pods have app=api, app=train", _set("api-service", "spec|selector|app", "ap")),
    ("dead-selector", "matches no pod", _set("api-budget", "spec|selector|matchLabels|app", "ap")),
    ("dead-selector", "matches no pod", _set("api-monitor", "spec|selector|matchLabels|app", "ap")),
    (
        "dead-selector",
        "spec.podSelector matches no pod",
        _set("api-policy", "spec|podSelector|matchLabels", {"app": "ap"}),
    ),
    (
        "dead-selector",
        "spec.ingress[0].from[0].podSelector matches no pod",
        _set(
            "api-policy",
            "spec|ingress|0|from|0|podSelector",
            {"matchExpressions": [{"key": "tier", "operator": "Exists"}]},
        ),
    ),
    (
        "dead-selector",
        "spec.ingress[0].from[1].namespaceSelector matches no namespace",
        _set("api-policy", "spec|ingress|0|from|1|namespaceSelector|matchLabels", {"name": "monitoring"}),
    ),
    (
        "dead-selector",
        "spec.namespaceSelector matches no namespace",
        _set("queue", "spec|namespaceSelector|matchLabels", {"kubernetes.io/metadata.name": "training"}),
    ),
    ("unknown-port", "no port is called htp; there is http", _set("api-service", "spec|ports|0|targetPort", "htp")),
    ("unknown-port", "no port is called metrics", _set("api-monitor", "spec|podMetricsEndpoints|0|port", "metrics")),
    ("unknown-port", "readinessProbe.httpGet.port", _set("api", f"{CONTAINER}|readinessProbe|httpGet|port", "htp")),
    (
        "pod-without-pool",
        "no pool has gpuplatform.io/pool=bigger; there is",
        _set("train", f"{POD}|nodeSelector|gpuplatform.io/pool", "bigger"),
    ),
    ("pod-without-pool", "no pool has gpuplatform.io/pool=a or b", _set("api", f"{POD}|affinity", _asks(["a", "b"]))),
    (
        "pod-without-pool",
        "big is tainted nvidia.com/gpu=present:NoSchedule",
        lambda p: with_input(
            with_field(p, "api", dependencies=(BIG,)), "api", f"{POD}|nodeSelector", {"gpuplatform.io/pool": "big"}
        ),
    ),
    (
        "pod-without-pool",
        "spec.nodeLabels: no pool has",
        _set("big-flavor", "spec|nodeLabels|gpuplatform.io/pool", "bg"),
    ),
    ("dead-toleration", "tolerations[0]: no pool has a taint", _set("train", f"{POD}|tolerations", [OTHER_TAINT])),
    ("dead-toleration", "spec.tolerations[1]", _set("big-flavor", "spec|tolerations", [TOLERATION, OTHER_TAINT])),
    (
        "dead-toleration",
        "values.nodes[0].tolerations[0]",
        _set("monitoring", "values|nodes|0|tolerations|0|key", "nvidia.com/gpus"),
    ),
]


def _scaled(plan: Plan, target: str) -> Plan:
    """KEDA's target, in a namespace that no chart fills."""
    moved = with_input(
        with_input(plan, "model-scaler", "metadata|namespace", "work"), "model", "metadata|namespace", "work"
    )
    return with_input(moved, "model-scaler", "spec|scaleTargetRef|name", target)


def test_nothing_is_wrong_with_the_sound_cluster():
    assert [f.message for f in run_checks(sound_cluster())] == []


@pytest.mark.parametrize(("rule", "words", "broken"), FAULTS, ids=[f"{rule}: {words}" for rule, words, _ in FAULTS])
def test_a_planted_fault_is_found_and_nothing_else(rule: str, words: str, broken: Break):
    found = run_checks(broken(sound_cluster()))

    assert {f.rule for f in found} == {rule}, [f"{f.rule}: {f.message}" for f in found]
    assert any(words in f.message for f in found), [f.message for f in found]


ACCEPTED: list[tuple[str, Break]] = [
    ("a name that is not known yet", _set("api", f"{POD}|serviceAccountName", UNKNOWN)),
    ("a secret name", _set("api", f"{POD}|serviceAccountName", SECRET)),
    ("what every cluster has", _set("api", f"{POD}|priorityClassName", "system-cluster-critical")),
    ("a namespace that a chart fills", _set("api-service", "metadata|namespace", "monitoring")),
    ("labels that the kubelet sets", _set("api", f"{POD}|nodeSelector", {"kubernetes.io/os": "linux"})),
    (
        "several terms, of which one is enough",
        _set("api", f"{POD}|affinity", {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": TWO_TERMS}}),
    ),
    ("a pool left out by name", _set("api", f"{POD}|affinity", _asks(["a"], "NotIn"))),
    ("a toleration of everything", _set("train", f"{POD}|tolerations", [{"operator": "Exists"}])),
    (
        "a taint of Kubernetes's own",
        _set("train", f"{POD}|tolerations", [{"key": "node.kubernetes.io/not-ready", "operator": "Exists"}]),
    ),
    ("a port by number", _set("api-service", "spec|ports|0|targetPort", 8000)),
    ("a claim that names no volume", _set("files-claim", "spec|volumeName", None)),
]


@pytest.mark.parametrize(("what", "changed"), ACCEPTED, ids=[what for what, _ in ACCEPTED])
def test_what_may_be_right_is_not_judged(what: str, changed: Break):
    assert [f.message for f in run_checks(changed(sound_cluster()))] == [], what
