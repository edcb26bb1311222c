"""A pool that Karpenter grows: interchangeable GPU instance types, launched as pods ask for them."""

from __future__ import annotations

from dataclasses import dataclass

from gpuplatform.catalog.instances import InstanceType, instance
from gpuplatform.pools.health import Level
from gpuplatform.pools.names import InstanceName
from gpuplatform.pools.node import NodeSpec


@dataclass(frozen=True, kw_only=True)
class ElasticPool(NodeSpec):
    """Interchangeable GPU instance types that Karpenter launches as pods ask for them."""

    instances: tuple[InstanceName, ...]
    spot: bool = True
    """Spot first; on-demand where spot has none."""
    on_demand: bool = True
    """Fall back to on-demand; without it, pods wait for spot."""
    max_gpus: int
    """Of all the pool's nodes together."""
    efa: bool | None = False
    """Elastic Fabric Adapter, for a model that spans nodes; all types must have the same layout of interfaces."""
    interruptible: bool = True
    """Without it, nodes that run pods are never replaced, and spot is refused."""
    drifted_at_once: int = 0
    """Nodes that Karpenter may replace at a time because the pool has changed since they were launched: another image, disk or tag.
    With 0 they stay as they are for as long as they run pods."""
    health_check: Level | None = 1
    """Level of DCGM's diagnostic that a node passes before it takes work: 1 lasts seconds, 2 about two minutes, which a model
    that wakes from nothing waits for; null for none."""

    @property
    def hardware(self) -> tuple[InstanceType, ...]:
        return tuple(instance(name) for name in self.instances)

    @property
    def capacity_types(self) -> tuple[str, ...]:
        """As Karpenter calls them, first choice first."""
        return tuple(name for name, bought in (("spot", self.spot), ("on-demand", self.on_demand)) if bought)

    def __post_init__(self) -> None:
        if not self.instances:
            raise ValueError("instances: none; a pool launches at least one type")
        self.check_nodes()
        fewest = min(type_.gpu_count for type_ in self.hardware)
        if self.max_gpus < fewest:
            raise ValueError(f"max_gpus: {self.max_gpus}, but the smallest type has {fewest}; no node would ever start")
        if not self.capacity_types:
            raise ValueError("spot and on_demand are both false; one way of buying must stay")
        if self.spot and not self.interruptible:
            raise ValueError("interruptible: false, but EC2 takes spot instances back; set spot: false as well")
        if self.drifted_at_once < 0:
            raise ValueError(f"drifted_at_once: {self.drifted_at_once}; at least 0 nodes at a time")
        if self.drifted_at_once and not self.interruptible:
            raise ValueError(
                "drifted_at_once: nodes of a pool that is not interruptible are never replaced; leave it at 0"
            )
