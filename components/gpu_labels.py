"""Labels and taints of nodes with GPUs, as their node group gives them: EKS changes both on nodes that run."""

from __future__ import annotations

import pulumi_aws as aws

from gpuplatform.catalog.instances import InstanceType
from gpuplatform.catalog.nodes import GPU, POOL_LABEL, RUNG_LABEL
from gpuplatform.pools import health
from gpuplatform.pools.devices import LABEL as DEVICES_LABEL
from gpuplatform.pools.devices import Devices
from gpuplatform.pools.managed import ManagedPool
from gpuplatform.pools.upkeep import OperatingSystem

PLUGIN_CONFIG_LABEL = "nvidia.com/device-plugin.config"
"""By which NVIDIA's device plugin chooses one of its named configurations."""
ACCELERATOR_LABEL = "k8s.amazonaws.com/accelerator"
"""Tells Cluster Autoscaler to wait until a new node's GPUs are advertised; without it, it buys a second node meanwhile
(cluster-autoscaler, cloudprovider/aws/README.md, "Special note on GPU instances")."""


def labels(name: str, pool: ManagedPool, rung: str) -> dict[str, str]:
    own = {POOL_LABEL: name, RUNG_LABEL: rung}
    if pool.devices is Devices.DRA:
        # To the autoscaler a node with the accelerator's label is not ready before a plugin has counted its GPUs.
        return own | {DEVICES_LABEL: pool.devices}
    own[ACCELERATOR_LABEL] = accelerator(pool.type)
    config = plugin_config(pool)
    return own | ({PLUGIN_CONFIG_LABEL: config} if config else {})


def accelerator(instance: InstanceType) -> str:
    """`nvidia-h100`: the GPU's name as a label value."""
    gpu = instance.gpu
    return f"{gpu.manufacturer} {gpu.name}".lower().replace(" ", "-") if gpu else "none"


def taints(pool: ManagedPool) -> list[aws.eks.NodeGroupTaintArgsDict]:
    """The second is taken off by what checks the node, and stays off: Cilium has EKS's groups start nodes so as well
    (cilium/cilium#16631). Cluster Autoscaler reads both from EKS, and is told by a flag that the second goes."""
    found: list[aws.eks.NodeGroupTaintArgsDict] = [
        {"key": GPU, "value": "present", "effect": "NO_SCHEDULE"},
    ]
    if pool.health_check_level:
        found.append({"key": health.UNCHECKED, "value": "true", "effect": "NO_SCHEDULE"})
    return found


def plugin_config(pool: ManagedPool) -> str | None:
    """Name of the device plugin's configuration for the pool's nodes; none where GPUs are whole or the image shares them itself."""
    if pool.sharing is None or pool.os is OperatingSystem.BOTTLEROCKET:
        return None
    return f"slices-{pool.sharing.time_slices}" if pool.sharing.time_slices else "parts"
