"""How pods find GPU nodes: the labels and the taints that every node group and Karpenter pool carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gpuplatform.catalog.nodes import GPU, POOL_LABEL
from gpuplatform.pools import health
from gpuplatform.pools.managed import ManagedPool

SYSTEM = {POOL_LABEL: "system"}
"""Where operators run; it has no taint."""

TAINT = {"key": GPU, "operator": "Equal", "value": "present", "effect": "NoSchedule"}
"""As a toleration."""

UNCHECKED = {"key": health.UNCHECKED, "operator": "Equal", "value": "true", "effect": "NoSchedule"}
"""Of nodes that have not passed their diagnostic yet; as a toleration, of daemons alone."""

DAEMON_TOLERATIONS = [TAINT, UNCHECKED, {"key": health.UNHEALTHY, "operator": "Exists", "effect": "NoSchedule"}]
"""Of whatever runs on every GPU node, from its first second to its last: GPUs must be counted and watched there too."""


def as_taint(toleration: Mapping[str, str]) -> dict[str, str]:
    """The taint that a toleration of one value is for."""
    return {name: toleration[name] for name in ("key", "value", "effect")}


@dataclass(frozen=True, kw_only=True)
class KueuePool:
    """A managed pool as Kueue places jobs on it."""

    name: str
    pool: ManagedPool
    levels: tuple[str, ...] = ()
    """Labels of nodes by which Kueue places pods, widest first and single nodes last; none where it counts quotas alone."""

    @property
    def near(self) -> str | None:
        """The narrowest level above single nodes: nodes that have its label in common are close to one another."""
        return self.levels[-2] if len(self.levels) > 1 else None

    @property
    def gpus(self) -> int:
        """That all ways of buying give together at most, as the nodes advertise them."""
        return self._gpus(available=True)

    @property
    def waiting_gpus(self) -> int:
        """Of ways of buying that wait for somebody's consent."""
        return self._gpus(available=False)

    def _gpus(self, *, available: bool) -> int:
        nodes = sum(option.max for option in self.pool.buy if option.available is available)
        return nodes * self.pool.advertised.gpu_count
