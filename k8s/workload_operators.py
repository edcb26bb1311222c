"""Operators that know a kind of workload: JobSet, Kubeflow Trainer, LeaderWorkerSet, KEDA. Values of their charts."""

from __future__ import annotations

from typing import Any

from k8s.requests import container

JOBSET_NAMESPACE = "jobset-system"
TRAINER_NAMESPACE = "trainer-system"
LEADER_WORKER_SET_NAMESPACE = "lws-system"
KEDA_NAMESPACE = "keda"


def jobset_values(replicas: int) -> dict[str, Any]:
    return {"controller": {"replicas": replicas, "resources": container(cpu_m=20, memory_mib=64, limit_mib=512)}}


def trainer_values(replicas: int) -> dict[str, Any]:
    """JobSet is a release of its own, and so are runtimes: the chart would apply its own from a job that downloads kubectl as it runs."""
    return {
        "jobset": {"install": False},
        "manager": {"replicas": replicas, "resources": container(cpu_m=20, memory_mib=64, limit_mib=512)},
    }


def leader_worker_set_values(replicas: int) -> dict[str, Any]:
    return {"replicaCount": replicas, "resources": container(cpu_m=20, memory_mib=64, limit_mib=512)}


def keda_values(replicas: int) -> dict[str, Any]:
    """One metrics server whatever the replicas: Kubernetes asks a single one, and a second would only wait."""
    return {
        "operator": {"replicaCount": replicas},
        "webhooks": {"replicaCount": replicas},
        "resources": {
            "operator": container(cpu_m=50, memory_mib=96, limit_mib=512),
            "metricServer": container(cpu_m=50, memory_mib=96, limit_mib=512),
            "webhooks": container(cpu_m=20, memory_mib=48, limit_mib=256),
        },
        "prometheus": {"operator": {"enabled": True, "serviceMonitor": {"enabled": True}}},
    }
