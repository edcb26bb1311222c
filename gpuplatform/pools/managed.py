"""A pool of node groups that EKS manages: one GPU instance type, bought in one or more ways, one group a way."""

from __future__ import annotations

from dataclasses import dataclass

from gpuplatform.catalog import gp3
from gpuplatform.catalog.instances import InstanceType, instance
from gpuplatform.pools import devices, sharing
from gpuplatform.pools.devices import Devices
from gpuplatform.pools.health import Level
from gpuplatform.pools.names import InstanceName
from gpuplatform.pools.node import NodeSpec
from gpuplatform.pools.purchase import RESERVED, PurchaseOption, PurchaseType, check_consent, check_order, usage_class
from gpuplatform.pools.sharing import Sharing
from gpuplatform.pools.upkeep import AUTOMATIC, OperatingSystem, Upkeep

LEAST_VOLUME_GIB = 100
"""The system and a first image."""


@dataclass(frozen=True, kw_only=True)
class ManagedPool(NodeSpec):
    """One GPU instance type, bought in one or more ways. One node group a way."""

    instance: InstanceName
    buy: tuple[PurchaseOption, ...]
    """Ways of buying, first choice first."""
    os: OperatingSystem = OperatingSystem.AL2023
    volume_gib: int = 200
    """Root volume, gp3. Images and scratch live on the instance's NVMe where it has some."""
    volume_throughput: int = gp3.INCLUDED_THROUGHPUT
    """MiB/s of the root volume. More is worth its price where images are pulled to it: on instances without NVMe."""
    upkeep: Upkeep = AUTOMATIC
    """How nodes are updated and repaired; the image's release, where it is to be pinned."""
    warm_nodes: int = 0
    """Stopped instances kept ready for each way of buying on demand, started in the place of new ones."""
    sharing: Sharing | None = None
    """Several pods on a GPU. Quotas and jobs then count its parts, and a pod asks for one of them."""
    devices: Devices = Devices.PLUGIN
    """How pods get GPUs and EFA devices: counted by device plugins, or claimed from drivers (Dynamic Resource Allocation). Claims
    want a node of each way of buying kept running, `min`, and make no job's nodes start all or none."""

    @property
    def hardware(self) -> tuple[InstanceType, ...]:
        return (self.type,)

    @property
    def type(self) -> InstanceType:
        """The instance type as EC2 sells it."""
        return instance(self.instance)

    @property
    def advertised(self) -> InstanceType:
        """The instance type as its nodes show themselves to Kubernetes: a shared GPU counts once a part."""
        return sharing.advertised(self.type, self.sharing)

    @property
    def health_check_level(self) -> Level | None:
        """Of the diagnostic that its nodes can pass: DCGM refuses nodes whose GPUs MIG partitions."""
        return None if self.sharing and self.sharing.mig else self.health_check

    @property
    def max_nodes(self) -> int:
        return sum(option.max for option in self.buy)

    def __post_init__(self) -> None:
        check_order(self.buy)
        if self.volume_gib < LEAST_VOLUME_GIB:
            raise ValueError(f"volume_gib: {self.volume_gib}; accepted: at least {LEAST_VOLUME_GIB}")
        if not gp3.INCLUDED_THROUGHPUT <= self.volume_throughput <= gp3.MOST_THROUGHPUT:
            raise ValueError(
                f"volume_throughput: {self.volume_throughput}; accepted: {gp3.INCLUDED_THROUGHPUT} to {gp3.MOST_THROUGHPUT} MiB/s"
            )
        self.check_nodes()
        self._check_purchases()
        self.upkeep.check(self.os)
        self._check_warm()
        sharing.check(self.type, self.sharing, efa=self.uses_efa)
        devices.check(self.devices, self.buy, al2023=self.os is OperatingSystem.AL2023, shared=self.sharing is not None)
        if self.expected.running > self.max_nodes:
            raise ValueError(
                f"expected.running: {self.expected.running} is more than the {self.max_nodes} that `buy` allows"
            )

    def _check_purchases(self) -> None:
        if self.zone is None and any(option.how in RESERVED for option in self.buy):
            raise ValueError("zone: a reservation is for one zone; name it")
        sold = self.type.usage_classes
        for option in self.buy:
            check_consent(self.instance, option)
            if usage_class(option) not in sold:
                raise ValueError(
                    f"buy: {self.instance} is not sold as {option.how.value}; AWS sells it as {', '.join(sorted(sold))}"
                )

    def _check_warm(self) -> None:
        """Somewhere to keep warm nodes, and no more of them than that way of buying has."""
        if self.warm_nodes < 0:
            raise ValueError(f"warm_nodes: {self.warm_nodes}; accepted: 0 or more")
        if self.warm_nodes == 0:
            return
        allowed = [option for option in self.buy if may_be_warm(option)]
        if not allowed:
            ways = ", ".join(option.how for option in self.buy)
            raise ValueError(
                f"warm_nodes: {self.warm_nodes}, but no rung may have a warm pool: it is bought as {ways}, and stopped instances "
                "are kept for on-demand alone"
            )
        if self.warm_nodes > min(option.max for option in allowed):
            raise ValueError(
                f"warm_nodes: {self.warm_nodes} is more than the {min(o.max for o in allowed)} nodes bought on demand"
            )


def may_be_warm(option: PurchaseOption) -> bool:
    """Whether the group of a way of buying may have a warm pool. EC2 Auto Scaling refuses one to a group that requests spot (API
    reference, PutWarmPool, read 2026-11-22), and the instances of a block or reservation are paid whether they run or not."""
    return option.how is PurchaseType.ON_DEMAND
