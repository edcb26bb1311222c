"""What makes GPUs and EFA devices countable: NVIDIA's device plugin with its feature labels, and AWS's plugin for EFA.

They run on GPU nodes only, which their own defaults would not do: one looks for labels that nobody has set yet, the other
does not tolerate our taint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from k8s import requests
from k8s.gpu_nodes import POOL, SYSTEM, TAINT

NAMESPACE = "kube-system"

WHOLE = "whole"
"""The configuration of nodes that name none."""


def on_gpu_nodes(but: Sequence[str] = ()) -> dict[str, Any]:
    """Affinity of daemons: every pool but the operators' is one of GPUs."""
    there = [
        {"key": POOL, "operator": "Exists"},
        {"key": POOL, "operator": "NotIn", "values": [SYSTEM[POOL], *but]},
    ]
    return {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": there}]}
        }
    }


ON_GPU_NODES = on_gpu_nodes()


def nvidia_values(built_in: Sequence[str] = (), slices: Mapping[str, int] | None = None) -> dict[str, Any]:
    """The plugin and GPU feature discovery, whose labels (`nvidia.com/gpu.product` and others) are for people and alerts: nothing of
    ours selects by them, as an empty group has none yet.

    `built_in`: pools whose image has the plugin, Bottlerocket's: two on a node would both claim its GPUs
    (bottlerocket-os/bottlerocket, QUICKSTART-EKS, read 2026-11-22). `slices`: configuration that nodes name by label → pods that
    take turns on a GPU.
    """
    return {
        "affinity": on_gpu_nodes(built_in),
        "tolerations": [TAINT],
        "resources": requests.DEVICE_PLUGIN,
        # On EFA nodes it would hand every pod all of /dev/infiniband beside what the EFA plugin counts (TensorRT-LLM#17208).
        "mofedEnabled": False,
        **({"config": {"map": _configurations(slices), "default": WHOLE}} if slices else {}),
        "gfd": {"enabled": True},
        "nfd": {
            "worker": {"affinity": ON_GPU_NODES, "tolerations": [TAINT], "resources": requests.FEATURE_WORKER},
            "master": {"resources": requests.FEATURE_MASTER},
            "gc": {"resources": requests.FEATURE_GARBAGE},
        },
    }


def _configurations(slices: Mapping[str, int]) -> dict[str, str]:
    """Named configurations as YAML. Slices keep the resource's name: quotas and the autoscaler count it."""

    def sliced(replicas: int) -> dict[str, Any]:
        shared = [{"name": "nvidia.com/gpu", "replicas": replicas}]
        return {"timeSlicing": {"renameByDefault": False, "failRequestsGreaterThanOne": True, "resources": shared}}

    named: dict[str, Any] = {WHOLE: {"version": "v1"}}
    named |= {name: {"version": "v1", "sharing": sliced(replicas)} for name, replicas in slices.items()}
    return {name: yaml.safe_dump(content, sort_keys=False) for name, content in named.items()}


def efa_values(pools: Sequence[str]) -> dict[str, Any]:
    """For pools with EFA alone. The chart's list of instance types would also put it on nodes of such a type launched without EFA."""
    if not pools:
        raise ValueError("pools: none has EFA; then there is nothing for the EFA device plugin to do")
    return {
        "supportedInstanceLabels": {"keys": [POOL], "values": list(pools)},
        "tolerations": [TAINT],
        "resources": requests.EFA_PLUGIN,
    }
