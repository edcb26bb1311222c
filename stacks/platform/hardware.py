"""What makes the hardware usable on the cluster: GPUs and EFA devices countable or claimable, and the file system mountable."""

from __future__ import annotations

from collections.abc import Sequence

from components.gpu_node_group import plugin_config
from gpuplatform.catalog import charts
from gpuplatform.sizing.devices import Devices
from gpuplatform.sizing.gpu_pool import OperatingSystem, Pool
from k8s import device_plugins, fsx_csi
from stacks.cluster import ClusterLayer
from stacks.data import DataLayer
from stacks.platform.installer import Installer


def build(cluster: ClusterLayer, data: DataLayer, install: Installer, serving_with_efa: Sequence[str]) -> None:
    """`serving_with_efa`: pools of Karpenter's, whose devices are always counted."""
    pools = _pools(cluster)
    claimed = claimed_pools(cluster)
    install(
        "nvidia",
        charts.NVIDIA_DEVICE_PLUGIN,
        device_plugins.NAMESPACE,
        device_plugins.nvidia_values(
            exclude_pools=[
                *(name for name, pool in pools.items() if pool.os is OperatingSystem.BOTTLEROCKET),
                *claimed,
            ],
            shared={
                config: pool.sharing for pool in pools.values() if (config := plugin_config(pool)) and pool.sharing
            },
        ),
    )
    with_efa = [name for name, pool in pools.items() if pool.efa]
    if efa := [*(name for name in with_efa if name not in claimed), *serving_with_efa]:
        install("efa", charts.EFA_DEVICE_PLUGIN, device_plugins.NAMESPACE, device_plugins.efa_values(efa))
    if claimed:
        values = device_plugins.nvidia_driver_values(claimed)
        install("nvidia-dra", charts.NVIDIA_DRA_DRIVER, device_plugins.NAMESPACE, values)
    if efa := [name for name in with_efa if name in claimed]:
        install("efa-dra", charts.EFA_DRA_DRIVER, device_plugins.NAMESPACE, device_plugins.efa_driver_values(efa))
    if data.file_system is not None:
        install("fsx", charts.FSX_CSI_DRIVER, fsx_csi.NAMESPACE, fsx_csi.values())


def _pools(cluster: ClusterLayer) -> dict[str, Pool]:
    return {name: rungs[0].args.pool for name, rungs in cluster.pools.items() if rungs}


def claimed_pools(cluster: ClusterLayer) -> list[str]:
    """Pools whose devices are claimed."""
    return [name for name, pool in _pools(cluster).items() if pool.devices is Devices.DRA]
