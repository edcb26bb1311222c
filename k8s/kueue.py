"""Kueue, which admits every training job or none of it. Values of its chart; flavours and queues are in `k8s/queues.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from gpuplatform.pools import devices, shortage
from k8s.requests import container

NAMESPACE = "kueue-system"

FRAMEWORKS = (
    "batch/job",
    "jobset.x-k8s.io/jobset",
    "trainer.kubeflow.org/trainjob",
    "leaderworkerset.x-k8s.io/leaderworkerset",
    "ray.io/rayjob",
)
"""Kinds of jobs that queue. Kueue waits for kinds that are installed after it."""


CONCURRENCY = {
    "Job.batch": 5,
    "Pod": 5,
    "Workload.kueue.x-k8s.io": 10,
    "LocalQueue.kueue.x-k8s.io": 5,
    "ClusterQueue.kueue.x-k8s.io": 5,
    "ResourceFlavor.kueue.x-k8s.io": 1,
}
"""So many objects of a kind at a time, as the chart has it (kueue v0.19.2, charts/kueue/values.yaml): our configuration takes the place of
the chart's whole, and without this each kind has one."""


def configuration(excluded_namespaces: Sequence[str], *, claims: bool = False) -> dict[str, Any]:
    """The manager's configuration.

    Kueue's webhooks do not see the excluded namespaces: while Kueue itself starts, they would refuse the jobs that other operators run
    to install themselves. With `claims` Kueue charges devices that are claimed to the quotas of those that are counted; a job whose
    claims it cannot map is never admitted (KueueDRAIntegration, beta and on since 0.18).
    """
    return {
        "apiVersion": "config.kueue.x-k8s.io/v1beta2",
        "kind": "Configuration",
        "health": {"healthProbeBindAddress": ":8081"},
        # Usage and quotas of queues; off by default, and what team dashboards are made of.
        "metrics": {"bindAddress": ":8443", "enableClusterQueueResources": True},
        "webhook": {"port": 9443},
        "controller": {"groupKindConcurrency": CONCURRENCY},
        "leaderElection": {"leaderElect": True, "resourceName": "c1f6bfd2.kueue.x-k8s.io"},
        "clientConnection": {"qps": 50, "burst": 100},
        "waitForPodsReady": {
            "timeout": f"{shortage.READY_MINUTES}m",
            "recoveryTimeout": f"{shortage.RECOVERY_MINUTES}m",
            # Without a limit: capacity that is not there tonight is there tomorrow, and a job that is given up is lost.
            "requeuingStrategy": {
                "timestamp": "Eviction",
                "backoffBaseSeconds": shortage.REQUEUE_SECONDS,
                "backoffMaxSeconds": shortage.LONGEST_REQUEUE_SECONDS,
            },
        },
        # Only what names a queue waits in one; other jobs run as on any cluster.
        "manageJobsWithoutQueueName": False,
        "managedJobsNamespaceSelector": {
            "matchExpressions": [
                {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": list(excluded_namespaces)}
            ]
        },
        "integrations": {"frameworks": list(FRAMEWORKS)},
        **({"resources": {"deviceClassMappings": devices.mappings()}} if claims else {}),
    }


def values(*, replicas: int, excluded_namespaces: Sequence[str], claims: bool = False) -> dict[str, Any]:
    return {
        "controllerManager": {
            "replicas": replicas,
            "manager": {"resources": container(cpu_m=100, memory_mib=192, limit_mib=1024)},
        },
        "enablePrometheus": True,
        "managerConfig": {
            "controllerManagerConfigYaml": yaml.safe_dump(
                configuration(excluded_namespaces, claims=claims), sort_keys=False
            ),
        },
    }
