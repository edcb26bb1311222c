"""A pod's share of a GPU node: as many of its cores, its memory and its network devices as of its GPUs."""

from __future__ import annotations

from dataclasses import dataclass

from gpuplatform.catalog.instances import InstanceType
from gpuplatform.catalog.nodes import EFA, GPU, HUGEPAGES
from gpuplatform.sizing.efa import efa_per_gpu_share
from gpuplatform.sizing.pods import EFA_HUGEPAGES_MIB, KARPENTER_HIDDEN_MEMORY, allocatable

DAEMON_MILLICORES, DAEMON_MIB = 500, 1024
"""Kept on every node for its daemons (network, storage, device plugins, metrics exporters): our estimate, 2026-11."""

POD_HUGEPAGES_MIB = 5120
"""Of 2 MiB pages for a pod that has all of a node's EFA devices (NCCL test of AWS's EKS guide, node-efa, read 2026-11)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    gpus: int
    millicores: int
    memory_mib: int
    efa: int = 0
    hugepages_mib: int = 0

    def quantities(self) -> dict[str, str]:
        """As Kubernetes writes resources; network devices and huge pages only where there are any."""
        network = {EFA: str(self.efa), HUGEPAGES: f"{self.hugepages_mib}Mi"}
        return {
            "cpu": f"{self.millicores}m",
            "memory": f"{self.memory_mib}Mi",
            GPU: str(self.gpus),
            **(network if self.efa else {}),
        }


def node_share(instance: InstanceType, gpus: int, *, efa: bool = False) -> Share:
    """What belongs to so many of a node's GPUs, or to those of several nodes: for quotas, daemons included.

    Memory is what Karpenter assumes to be there, so that a quota never promises more than nodes have.
    """
    millicores, memory = allocatable(instance, KARPENTER_HIDDEN_MEMORY, EFA_HUGEPAGES_MIB if efa else 0)
    return Share(
        gpus=gpus,
        millicores=millicores * gpus // instance.gpu_count,
        memory_mib=memory * gpus // instance.gpu_count,
        efa=instance.efa_max * gpus // instance.gpu_count if efa else 0,
        hugepages_mib=EFA_HUGEPAGES_MIB * gpus // instance.gpu_count if efa else 0,
    )


def pod_share(instance: InstanceType, gpus: int, *, efa: bool = False) -> Share:
    """What a pod with so many of one node's GPUs should request, so that pods that fill the GPUs leave room for daemons."""
    # The law of the GPUs, whether the pod has network devices or not.
    devices = efa_per_gpu_share(instance, gpus) * efa
    whole = node_share(instance, gpus, efa=efa)
    return Share(
        gpus=gpus,
        millicores=whole.millicores - _rounded_up(DAEMON_MILLICORES * gpus, instance.gpu_count),
        memory_mib=whole.memory_mib - _rounded_up(DAEMON_MIB * gpus, instance.gpu_count),
        efa=devices,
        # Whole 2 MiB pages.
        hugepages_mib=POD_HUGEPAGES_MIB * gpus // instance.gpu_count // 2 * 2 if devices else 0,
    )


def _rounded_up(dividend: int, divisor: int) -> int:
    return -(-dividend // divisor)
