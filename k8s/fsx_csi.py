"""The driver that mounts FSx for Lustre on GPU nodes.

File systems are the program's, so nothing on the cluster may make one: the chart's controller, which would need the right to,
runs no replica. Mounting needs no rights in AWS.
"""

from __future__ import annotations

from typing import Any

from k8s.device_plugins import ON_GPU_NODES
from k8s.requests import container

NAMESPACE = "kube-system"


def values() -> dict[str, Any]:
    # The chart's `nodeComponentOnly` leaves the controller in (1.17.0, templates/controller-deployment.yaml).
    return {
        "controller": {"replicaCount": 0, "podDisruptionBudget": {"enabled": False}},
        "node": {
            "affinity": ON_GPU_NODES,
            "tolerateAllTaints": True,
            "resources": container(cpu_m=10, memory_mib=40, limit_mib=256),
        },
    }
