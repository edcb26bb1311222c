"""Names, selectors, ports, volumes and places on the cluster: each fault is found, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from gpuplatform.plan.model import SECRET, UNKNOWN, Plan
from gpuplatform.preview.judgement.run import run_checks
from tests.preview.planted import Break, each, found_alone, setting
from tests.preview.sound import and_also, with_field, with_input
from tests.preview.sound_cluster import BIG, TOLERATION, a_object, sound_cluster

POD = "spec|template|spec"
CONTAINER = f"{POD}|containers|0"
KEY = {"name": "K", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "k"}}}
TWO_TERMS = {"nodeSelectorTerms": [{"matchExpressions": [{"key": "x.io/y", "operator": "In", "values": ["z"]}]}] * 2}
OTHER_TAINT = {"key": "nvidia.com/gpu", "operator": "Equal", "value": "absent", "effect": "NoSchedule"}
DISK = {"metadata": {"name": "disk"}, "spec": {"storageClassName": "slow"}}


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
        setting("api", f"{POD}|serviceAccountName", "runer"),
    ),
    ("missing-reference", "no PriorityClass high", setting("api", f"{POD}|priorityClassName", "high")),
    ("missing-reference", "no ConfigMap sets", setting("api", f"{POD}|volumes|0|configMap|name", "sets")),
    (
        "missing-reference",
        "no ConfigMap sets",
        setting("api", f"{CONTAINER}|env|0|valueFrom|configMapKeyRef|name", "sets"),
    ),
    ("missing-reference", "no Secret keys", setting("api", f"{CONTAINER}|env", [KEY])),
    ("missing-reference", "no Secret there-or-not", setting("api", f"{CONTAINER}|envFrom|0|secretRef|optional", False)),
    ("missing-reference", "no Secret pull", setting("api", f"{POD}|imagePullSecrets", [{"name": "pull"}])),
    (
        "missing-reference",
        "no PersistentVolumeClaim file-claim",
        setting("api", f"{POD}|volumes|1|persistentVolumeClaim|claimName", "file-claim"),
    ),
    ("missing-reference", "no PersistentVolume fils", setting("files-claim", "spec|volumeName", "fils")),
    ("missing-reference", "no StorageClass fsat", setting("files-claim", "spec|storageClassName", "fsat")),
    ("missing-reference", "no Deployment modl in namespace work", lambda p: _scaled(p, "modl")),
    ("missing-reference", "no LocalQueue lin", setting("train", "metadata|labels|kueue.x-k8s.io/queue-name", "lin")),
    (
        "missing-reference",
        "no WorkloadPriorityClass later",
        setting("train", "metadata|labels|kueue.x-k8s.io/priority-class", "later"),
    ),
    ("missing-reference", "no ClusterQueue queues", setting("line", "spec|clusterQueue", "queues")),
    (
        "missing-reference",
        "no ResourceFlavor big-flavour; did you mean big-flavor?",
        setting("queue", "spec|resourceGroups|0|flavors|0|name", "big-flavour"),
    ),
    (
        "missing-reference",
        "no AdmissionCheck room",
        setting("queue", "spec|admissionChecksStrategy", {"admissionChecks": [{"name": "room"}]}),
    ),
    ("missing-reference", "no Topology racks", setting("big-flavor", "spec|topologyName", "racks")),
    ("pod-identity-account", "no service account runer", setting("runner-identity", "serviceAccount", "runer")),
    (
        "pod-identity-account",
        "no service account promeths",
        setting("prometheus-identity", "serviceAccount", "promeths"),
    ),
    (
        "unmounted-volume",
        "mounts file; the pod has files, settings",
        setting("api", f"{CONTAINER}|volumeMounts|1|name", "file"),
    ),
    (
        "claim-without-volume",
        "2Ti are asked and it has 1Ti",
        setting("files-claim", "spec|resources|requests|storage", "2Ti"),
    ),
    ("claim-without-volume", "lack ReadWriteOnce", setting("files-claim", "spec|accessModes", ["ReadWriteOnce"])),
    ("claim-without-volume", "class is fast", setting("files", "spec|storageClassName", "fast")),
    (
        "dead-selector",
        "does not match the labels of its own pods",
        setting("model", "spec|selector|matchLabels|app", "modl"),
    ),
    ("dead-selector", "its pods have app=api, app=train", setting("api-service", "spec|selector|app", "ap")),
    ("dead-selector", "matches no pod", setting("api-budget", "spec|selector|matchLabels|app", "ap")),
    ("dead-selector", "matches no pod", setting("api-monitor", "spec|selector|matchLabels|app", "ap")),
    (
        "dead-selector",
        "spec.podSelector matches no pod",
        setting("api-policy", "spec|podSelector|matchLabels", {"app": "ap"}),
    ),
    (
        "dead-selector",
        "spec.ingress[0].from[0].podSelector matches no pod",
        setting(
            "api-policy",
            "spec|ingress|0|from|0|podSelector",
            {"matchExpressions": [{"key": "tier", "operator": "Exists"}]},
        ),
    ),
    (
        "dead-selector",
        "spec.ingress[0].from[1].namespaceSelector matches no namespace",
        setting("api-policy", "spec|ingress|0|from|1|namespaceSelector|matchLabels", {"name": "monitoring"}),
    ),
    (
        "dead-selector",
        "spec.namespaceSelector matches no namespace",
        setting("queue", "spec|namespaceSelector|matchLabels", {"kubernetes.io/metadata.name": "training"}),
    ),
    ("unknown-port", "no port is called htp; there is http", setting("api-service", "spec|ports|0|targetPort", "htp")),
    ("unknown-port", "no port is called metrics", setting("api-monitor", "spec|podMetricsEndpoints|0|port", "metrics")),
    ("unknown-port", "readinessProbe.httpGet.port", setting("api", f"{CONTAINER}|readinessProbe|httpGet|port", "htp")),
    (
        "pod-without-pool",
        "no pool has gpuplatform.io/pool=bigger; there is",
        setting("train", f"{POD}|nodeSelector|gpuplatform.io/pool", "bigger"),
    ),
    (
        "pod-without-pool",
        "no pool has gpuplatform.io/pool=a or b",
        setting("api", f"{POD}|affinity", _asks(["a", "b"])),
    ),
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
        setting("big-flavor", "spec|nodeLabels|gpuplatform.io/pool", "bg"),
    ),
    ("dead-toleration", "tolerations[0]: no pool has a taint", setting("train", f"{POD}|tolerations", [OTHER_TAINT])),
    ("dead-toleration", "spec.tolerations[1]", setting("big-flavor", "spec|tolerations", [TOLERATION, OTHER_TAINT])),
    (
        "dead-toleration",
        "values.nodes[0].tolerations[0]",
        setting("monitoring", "values|nodes|0|tolerations|0|key", "nvidia.com/gpus"),
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


@each(FAULTS)
def test_a_planted_fault_is_found_and_nothing_else(rule: str, words: str, broken: Break):
    found_alone(broken(sound_cluster()), rule, words)


ACCEPTED: list[tuple[str, Break]] = [
    ("a name that is not known yet", setting("api", f"{POD}|serviceAccountName", UNKNOWN)),
    ("a secret name", setting("api", f"{POD}|serviceAccountName", SECRET)),
    ("what every cluster has", setting("api", f"{POD}|priorityClassName", "system-cluster-critical")),
    ("a namespace that a chart fills", setting("api-service", "metadata|namespace", "monitoring")),
    ("labels that the kubelet sets", setting("api", f"{POD}|nodeSelector", {"kubernetes.io/os": "linux"})),
    (
        "several terms, of which one is enough",
        setting(
            "api", f"{POD}|affinity", {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": TWO_TERMS}}
        ),
    ),
    ("a pool left out by name", setting("api", f"{POD}|affinity", _asks(["a"], "NotIn"))),
    ("a toleration of everything", setting("train", f"{POD}|tolerations", [{"operator": "Exists"}])),
    (
        "a taint of Kubernetes's own",
        setting("train", f"{POD}|tolerations", [{"key": "node.kubernetes.io/not-ready", "operator": "Exists"}]),
    ),
    ("a port by number", setting("api-service", "spec|ports|0|targetPort", 8000)),
    ("a claim that names no volume", setting("files-claim", "spec|volumeName", None)),
]


@pytest.mark.parametrize(("what", "changed"), ACCEPTED, ids=[what for what, _ in ACCEPTED])
def test_what_may_be_right_is_not_judged(what: str, changed: Break):
    assert [f.message for f in run_checks(changed(sound_cluster()))] == [], what
