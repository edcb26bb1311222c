"""What makes GPUs and EFA devices countable: NVIDIA's device plugin with its feature labels, and AWS's plugin for EFA.

They run on GPU nodes only, which their own defaults would not do: one looks for labels that nobody has set yet, the other
does not tolerate our taint.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from k8s import requests
from k8s.gpu_nodes import POOL, SYSTEM, TAINT

NAMESPACE = "kube-system"

ON_GPU_NODES = {
    "nodeAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [
                {
                    "matchExpressions": [
                        {"key": POOL, "operator": "Exists"},
                        {"key": POOL, "operator": "NotIn", "values": [SYSTEM[POOL]]},
                    ]
                }
            ]
        }
    }
}
"""Affinity of daemons: every pool but the operators' is one of GPUs."""


def nvidia_values() -> dict[str, Any]:
    """The plugin and GPU feature discovery, whose labels (`nvidia.com/gpu.product` and others) are for people and alerts: nothing of
    ours selects by them, as an empty group has none yet."""
    return {
        "affinity": ON_GPU_NODES,
        "tolerations": [TAINT],
        "resources": requests.DEVICE_PLUGIN,
        # On EFA nodes it would hand every pod all of /dev/infiniband beside what the EFA plugin counts (TensorRT-LLM#17208).
        "mofedEnabled": False,
        "gfd": {"enabled": True},
        "nfd": {
            "worker": {"affinity": ON_GPU_NODES, "tolerations": [TAINT], "resources": requests.FEATURE_WORKER},
            "master": {"resources": requests.FEATURE_MASTER},
            "gc": {"resources": requests.FEATURE_GARBAGE},
        },
    }


def efa_values(pools: Sequence[str]) -> dict[str, Any]:
    """For pools with EFA alone. The chart's list of instance types would also put it on nodes of such a type launched without EFA."""
    if not pools:
        raise ValueError("pools: none has EFA; then there is nothing for the EFA device plugin to do")
    return {
        "supportedInstanceLabels": {"keys": [POOL], "values": list(pools)},
        "tolerations": [TAINT],
        "resources": requests.EFA_PLUGIN,
    }
