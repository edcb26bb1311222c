"""Which pools' GPUs and EFA devices are counted by plugins, and which are claimed through drivers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.gpu_labels import plugin_config
from gpuplatform.pools.devices import Devices
from gpuplatform.pools.managed import ManagedPool
from gpuplatform.pools.upkeep import OperatingSystem
from k8s import device_plugins
from stacks.platform.installer import Platform


def training_pools(platform: Platform) -> dict[str, ManagedPool]:
    """Those that have a node group."""
    return {name: groups[0].args.pool for name, groups in platform.cluster.pools.items() if groups}


def claimed_pools(platform: Platform) -> list[str]:
    """Training pools whose devices are claimed. Those of serving pools are always counted."""
    return [name for name, pool in training_pools(platform).items() if pool.devices is Devices.DRA]


def serving_pools_with_efa(platform: Platform) -> list[str]:
    return [name for name, pool in platform.serving_pools.items() if pool.uses_efa]


def pools_with_counted_efa(platform: Platform) -> list[str]:
    claimed = claimed_pools(platform)
    training = [name for name, pool in training_pools(platform).items() if pool.uses_efa and name not in claimed]
    return [*training, *serving_pools_with_efa(platform)]


def pools_with_claimed_efa(platform: Platform) -> list[str]:
    pools = training_pools(platform)
    return [name for name in claimed_pools(platform) if pools[name].uses_efa]


def nvidia_plugin_values(platform: Platform) -> Mapping[str, Any]:
    pools = training_pools(platform)
    with_own_plugin = [name for name, pool in pools.items() if pool.os is OperatingSystem.BOTTLEROCKET]
    return device_plugins.nvidia_values(
        exclude_pools=[*with_own_plugin, *claimed_pools(platform)],
        shared={config: pool.sharing for pool in pools.values() if (config := plugin_config(pool)) and pool.sharing},
    )
