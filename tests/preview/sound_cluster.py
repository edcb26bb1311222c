"""A cluster by hand in which everything that is named is there, added to the sound plan."""

from __future__ import annotations

from typing import Any

from gpuplatform.plan.model import Plan, PlannedResource
from tests.preview.sound import LABELS, NODE_CLASS, TAGS, a_resource, and_also, kubernetes, sound, urn

RELEASE = "kubernetes:helm.sh/v3:Release"
KUEUE = urn(RELEASE, "kueue")
MONITORING = urn(RELEASE, "monitoring")
BIG = urn("kubernetes:karpenter.sh/v1:NodePool", "big")
TAINT = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
TOLERATION = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}


def sound_cluster() -> Plan:
    group = urn("aws:eks/nodeGroup:NodeGroup", "system")
    return and_also(
        sound(),
        kubernetes(RELEASE, "kueue", {"chart": "kueue", "namespace": "kueue-system"}, group),
        kubernetes(
            RELEASE,
            "monitoring",
            {
                "chart": "prometheus-operator-crds",
                "namespace": "monitoring",
                "values": {"serviceAccount": {"name": "prometheus"}, "nodes": [{"tolerations": [TOLERATION]}]},
            },
            group,
        ),
        a_object("v1:Namespace", "work", {}, namespace=""),
        a_object("v1:ServiceAccount", "runner", {}),
        a_object("v1:ConfigMap", "settings", {"data": {"a": "b"}}),
        a_object("scheduling.k8s.io/v1:PriorityClass", "urgent", {"value": 10}, namespace=""),
        a_object("v1:PersistentVolume", "files", {"spec": _volume()}, namespace=""),
        a_object("v1:PersistentVolumeClaim", "files-claim", {"spec": _claim()}),
        a_object("storage.k8s.io/v1:StorageClass", "fast", {"provisioner": "example.com/disks"}, namespace=""),
        *_serving(),
        *_queues(),
        a_object("batch/v1:Job", "train", {"spec": {"template": _pod("train", _trainer())}}, BIG, labels=_queued()),
        *(
            a_resource(
                "aws:eks/podIdentityAssociation:PodIdentityAssociation",
                f"{account}-identity",
                {"clusterName": "c", "namespace": namespace, "serviceAccount": account, "roleArn": "arn", "tags": TAGS},
            )
            for namespace, account in (("work", "runner"), ("monitoring", "prometheus"))
        ),
    )


def a_object(
    kind: str,
    name: str,
    body: dict[str, Any],
    *after: str,
    namespace: str = "work",
    labels: dict[str, str] | None = None,
) -> PlannedResource:
    """An object in the namespace `work`, or in none."""
    version, _, short = kind.rpartition(":")
    token = f"kubernetes:core/v1:{short}" if version == "v1" else f"kubernetes:{kind}"
    metadata: dict[str, Any] = {"name": name, **({"namespace": namespace} if namespace else {})}
    metadata |= {"labels": labels} if labels else {}
    return kubernetes(token, name, {**body, "metadata": metadata}, *after)


def _serving() -> tuple[PlannedResource, ...]:
    selector = {"matchLabels": {"app": "api"}}
    peers = [
        {"podSelector": selector},
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}},
    ]
    return (
        a_object("apps/v1:Deployment", "api", {"spec": {"selector": selector, "template": _pod("api", _server())}}),
        a_object(
            "v1:Service",
            "api-service",
            {"spec": {"selector": {"app": "api"}, "ports": [{"port": 80, "targetPort": "http"}]}},
        ),
        a_object("policy/v1:PodDisruptionBudget", "api-budget", {"spec": {"selector": selector, "maxUnavailable": 1}}),
        a_object(
            "networking.k8s.io/v1:NetworkPolicy",
            "api-policy",
            {"spec": {"podSelector": selector, "ingress": [{"from": peers}], "policyTypes": ["Ingress"]}},
        ),
        a_object(
            "monitoring.coreos.com/v1:PodMonitor",
            "api-monitor",
            {"spec": {"selector": selector, "podMetricsEndpoints": [{"port": "http"}]}},
            MONITORING,
        ),
    )


def _queues() -> tuple[PlannedResource, ...]:
    quota = {"name": "nvidia.com/gpu", "nominalQuota": "8"}
    groups = [{"coveredResources": ["nvidia.com/gpu"], "flavors": [{"name": "big-flavor", "resources": [quota]}]}]
    node_class = urn("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass", "small-class")
    wanted = {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["g6.48xlarge"]}
    template = {
        "metadata": {"labels": {"gpuplatform.io/pool": "big"}},
        "spec": {"nodeClassRef": NODE_CLASS, "requirements": [wanted], "taints": [TAINT]},
    }
    kueue = "kueue.x-k8s.io/v1beta2"
    pool_labels = {"nodeLabels": {"gpuplatform.io/pool": "big"}, "tolerations": [TOLERATION]}
    within = {"matchLabels": {"kubernetes.io/metadata.name": "work"}}
    return (
        a_object(
            "karpenter.sh/v1:NodePool",
            "big",
            {"spec": {"limits": {"nvidia.com/gpu": 8}, "template": template}},
            node_class,
            namespace="",
        ),
        a_object(f"{kueue}:ResourceFlavor", "big-flavor", {"spec": pool_labels}, KUEUE, BIG, namespace=""),
        a_object(
            f"{kueue}:ClusterQueue",
            "queue",
            {"spec": {"resourceGroups": groups, "namespaceSelector": within}},
            KUEUE,
            namespace="",
        ),
        a_object(f"{kueue}:LocalQueue", "line", {"spec": {"clusterQueue": "queue"}}, KUEUE),
        a_object(f"{kueue}:WorkloadPriorityClass", "soon", {"value": 5}, KUEUE, namespace=""),
    )


def _queued() -> dict[str, str]:
    return {"kueue.x-k8s.io/queue-name": "line", "kueue.x-k8s.io/priority-class": "soon"}


def _pod(app: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"metadata": {"labels": {"app": app, **LABELS}}, "spec": spec}


def _server() -> dict[str, Any]:
    mounts = [{"name": "settings", "mountPath": "/etc/settings"}, {"name": "files", "mountPath": "/files"}]
    container = {
        "name": "server",
        "image": "example.com/server:1",
        "ports": [{"name": "http", "containerPort": 8000}],
        "readinessProbe": {"httpGet": {"path": "/", "port": "http"}},
        "volumeMounts": mounts,
        "env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "a"}}}],
        "envFrom": [{"secretRef": {"name": "there-or-not", "optional": True}}],
    }
    volumes = [
        {"name": "settings", "configMap": {"name": "settings"}},
        {"name": "files", "persistentVolumeClaim": {"claimName": "files-claim"}},
    ]
    return {
        "serviceAccountName": "runner",
        "priorityClassName": "urgent",
        "containers": [container],
        "volumes": volumes,
    }


def _trainer() -> dict[str, Any]:
    """Its toleration comes from the flavour."""
    return {
        "nodeSelector": {"gpuplatform.io/pool": "big", "topology.kubernetes.io/zone": "us-east-1a"},
        "restartPolicy": "Never",
        "containers": [{"name": "trainer", "image": "example.com/trainer:1"}],
    }


def _volume() -> dict[str, Any]:
    return {
        "accessModes": ["ReadWriteMany"],
        "capacity": {"storage": "1Ti"},
        "storageClassName": "",
        "csi": {"driver": "fsx.csi.aws.com", "volumeHandle": "fs-1"},
    }


def _claim() -> dict[str, Any]:
    return {
        "accessModes": ["ReadWriteMany"],
        "resources": {"requests": {"storage": "1024Gi"}},
        "storageClassName": "",
        "volumeName": "files",
    }
