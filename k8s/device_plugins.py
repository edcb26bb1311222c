"""What makes GPUs and EFA devices countable: NVIDIA's device plugin with its feature labels, and AWS's plugin for EFA. Where a pool's
devices are claimed, drivers take their place: plugin and driver on one node would both hand out its devices.

All run on GPU nodes only, which their own defaults would not do: some look for labels that nobody has set yet, others
do not tolerate our taint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from gpuplatform.catalog.nodes import GPU, POOL_LABEL
from gpuplatform.pools.sharing import Sharing
from k8s.gpu_nodes import DAEMON_TOLERATIONS, SYSTEM
from k8s.requests import container

NAMESPACE = "kube-system"

WHOLE = "whole"
"""The configuration of nodes that name none."""


def on_gpu_nodes(exclude_pools: Sequence[str] = ()) -> dict[str, Any]:
    """Affinity of daemons: every pool but the operators' is one of GPUs."""
    there = [
        {"key": POOL_LABEL, "operator": "Exists"},
        {"key": POOL_LABEL, "operator": "NotIn", "values": [SYSTEM[POOL_LABEL], *exclude_pools]},
    ]
    return {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": there}]}
        }
    }


ON_GPU_NODES = on_gpu_nodes()


def nvidia_values(exclude_pools: Sequence[str] = (), shared: Mapping[str, Sharing] | None = None) -> dict[str, Any]:
    """The plugin and GPU feature discovery, whose labels (`nvidia.com/gpu.product` and others) are for people and alerts: nothing of
    ours selects by them, as an empty group has none yet.

    `exclude_pools`: pools whose image has the plugin, Bottlerocket's (bottlerocket-os/bottlerocket, QUICKSTART-EKS, read 2026-11-22),
    or whose GPUs are claimed. `shared`: configuration that nodes name by label → how their GPUs are shared.
    """
    return {
        "affinity": on_gpu_nodes(exclude_pools),
        "tolerations": DAEMON_TOLERATIONS,
        "resources": container(cpu_m=10, memory_mib=64, limit_mib=256),
        # On EFA nodes it would hand every pod all of /dev/infiniband beside what the EFA plugin counts (TensorRT-LLM#17208).
        "mofedEnabled": False,
        **({"config": {"map": _configurations(shared), "default": WHOLE}} if shared else {}),
        "gfd": {"enabled": True},
        "nfd": {
            "worker": {
                "affinity": ON_GPU_NODES,
                "tolerations": DAEMON_TOLERATIONS,
                "resources": container(cpu_m=5, memory_mib=64, limit_mib=256),
            },
            "master": {"resources": container(cpu_m=20, memory_mib=64, limit_mib=512)},
            "gc": {"resources": container(cpu_m=5, memory_mib=32, limit_mib=256)},
        },
    }


def _configurations(shared: Mapping[str, Sharing]) -> dict[str, str]:
    """Named configurations as YAML. Slices and parts keep the resource's name: quotas and the autoscaler count it."""

    def configuration(sharing: Sharing) -> dict[str, Any]:
        if sharing.mig is not None:
            # Where all GPUs of a node are cut alike, "single" counts the parts as GPUs.
            return {"version": "v1", "flags": {"migStrategy": "single"}}
        gpus = [{"name": GPU, "replicas": sharing.time_slices}]
        sliced = {"renameByDefault": False, "failRequestsGreaterThanOne": True, "resources": gpus}
        return {"version": "v1", "sharing": {"timeSlicing": sliced}}

    named: dict[str, Any] = {WHOLE: {"version": "v1"}}
    named |= {name: configuration(sharing) for name, sharing in shared.items()}
    return {name: yaml.safe_dump(content, sort_keys=False) for name, content in named.items()}


def efa_values(pools: Sequence[str]) -> dict[str, Any]:
    """For pools with EFA alone. The chart's list of instance types would also put it on nodes of such a type launched without EFA."""
    if not pools:
        raise ValueError("pools: none has EFA; then there is nothing for the EFA device plugin to do")
    return {
        "supportedInstanceLabels": {"keys": [POOL_LABEL], "values": list(pools)},
        "tolerations": DAEMON_TOLERATIONS,
        "resources": container(cpu_m=10, memory_mib=32, limit_mib=128),
    }


def nvidia_driver_values(pools: Sequence[str]) -> dict[str, Any]:
    """NVIDIA's driver for claims, for pools whose devices are claimed. GPUs alone: domains of NVLink between nodes are GB200's."""
    there = [{"matchExpressions": [{"key": POOL_LABEL, "operator": "In", "values": list(pools)}]}]
    return {
        # The chart's word for "no device plugin is on these nodes".
        "gpuResourcesEnabledOverride": True,
        "resources": {"computeDomains": {"enabled": False}},
        "kubeletPlugin": {
            "affinity": {
                "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": there}}
            },
            "tolerations": DAEMON_TOLERATIONS,
            "containers": {"gpus": {"resources": container(cpu_m=10, memory_mib=64, limit_mib=256)}},
        },
    }


def efa_driver_values(pools: Sequence[str]) -> dict[str, Any]:
    """AWS's build of DRANET, for pools with EFA whose devices are claimed."""
    return {
        "supportedInstanceLabels": {"keys": [POOL_LABEL], "values": list(pools)},
        "tolerations": DAEMON_TOLERATIONS,
        "resources": container(cpu_m=10, memory_mib=64, limit_mib=256),
    }
