"""What the nodes of a pool have in common, whoever starts them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gpuplatform.catalog.instances import InstanceType
from gpuplatform.pools.expected import NOTHING, Expected
from gpuplatform.pools.health import Level
from gpuplatform.pools.names import ZoneId
from gpuplatform.sizing.efa import interfaces


@dataclass(frozen=True, kw_only=True)
class NodeSpec:
    """A node: where it stands, how it is joined to the others, and what it passes before it takes work."""

    zone: ZoneId | None = None
    """Zone of all nodes. EFA and reservations need one; without one they stand wherever the types are to be had."""
    efa: bool | None = None
    """Elastic Fabric Adapter; by default wherever the instance type has it on more than one network card."""
    health_check: Level | None = 2
    """Level of DCGM's diagnostic that a node passes before it takes work: 1 lasts seconds, 2 about two minutes; null for none. DCGM
    cannot test GPUs that `sharing.mig` partitions: there it is left out."""
    expected: Expected = NOTHING
    """Nodes that usually run, for the bill."""
    team: str | None = None
    """The one team that the pool is for, whose tag its nodes carry and who pays all of it; by default several share it, and its cost
    is divided by their quotas or their models."""

    @property
    def hardware(self) -> tuple[InstanceType, ...]:
        """The types that a node may be of."""
        raise NotImplementedError

    @property
    def uses_efa(self) -> bool:
        wide = all(type_.efa and len(type_.network_cards) > 1 for type_ in self.hardware)
        return wide if self.efa is None else self.efa

    def check_nodes(self) -> None:
        """The laws of a node. Raises ValueError, which names the field."""
        types = self.hardware
        if without := _names(type_ for type_ in types if type_.gpu is None):
            raise ValueError(f"instance: {without} has no GPU; nodes without one belong in `system`")
        if other := _names(t for t in types if t.gpu and t.gpu.manufacturer.upper() != "NVIDIA"):
            raise ValueError(f"instance: {other} has no NVIDIA GPU, and the node images are NVIDIA's")
        if not self.uses_efa:
            return
        if without := _names(type_ for type_ in types if not type_.efa):
            raise ValueError(
                f"efa: {without} has no Elastic Fabric Adapter; leave `efa` out or choose a type that has one"
            )
        if self.zone is None:
            raise ValueError(
                f"zone: {_names(types)} uses EFA, whose traffic stays in one zone; name it, such as use1-az6"
            )
        if len({interfaces(type_, efa=True) for type_ in types}) > 1:
            raise ValueError(f"instances: {_names(types)} differ in their EFA interfaces; take one layout")


def _names(types: Iterable[InstanceType]) -> str:
    return ", ".join(type_.name for type_ in types)
