"""The hardware of every instance type the platform can use, as EC2's DescribeInstanceTypes reports it.

`data/instances.json` is written by `gpuplatform.ops.refresh_instances` and says its source and date.
"""

import difflib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "instances.json"

UNKNOWN_HARDWARE = {
    "p6e-gb200.36xlarge": "its hardware is unknown here, for no capture of EC2's API at hand lists it, and its EFA "
    "layout is of another kind, so nothing about it can be computed",
}
"""Types that exist but whose hardware we do not know, with the reason: refused rather than guessed."""


class UnknownInstanceType(ValueError):  # noqa: N818 - says what is wrong, as KeyError does
    """A type the catalogue has no row for; the message names the nearest it has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkCard:
    index: int
    max_interfaces: int
    interface_types: frozenset[str]
    """What may be attached to this card: "interface", "efa", "efa-only"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gpu:
    name: str
    """EC2's name: "H100", "L40S", "RTX PRO Server 6000"."""
    manufacturer: str
    count: int
    """Whole physical GPUs. 0 for a fractional type, as EC2 reports it: see `logical_count`."""
    logical_count: int
    """GPUs the operating system sees, and the device plugin advertises: 1 for a fractional type."""
    fraction: float
    """The part of a physical GPU behind each logical one: 1.0, or 0.125 for g6f.large."""
    memory_mib: int
    """Memory of each logical GPU, MiB."""


@dataclass(frozen=True, kw_only=True, slots=True)
class InstanceType:
    name: str
    vcpus: int
    memory_mib: int
    architecture: str
    """"x86_64" or "arm64"."""
    gpu: Gpu | None
    network_gbps: float
    """Of the whole instance, each direction; of small types a peak. Bandwidths of cards do not always add up to it: a g6e.48xlarge's
    are each given as the whole 400, a p6-b200.48xlarge's eight as 200 of 3,200."""
    network_cards: tuple[NetworkCard, ...]
    """In order of their index, from 0, which is the default card."""
    efa_max: int
    """EFA interfaces the instance may have in all; 0 where EFA is not supported."""
    max_interfaces: int
    """Interfaces over all cards together; a card's own limit is in `network_cards`."""
    ipv4_per_interface: int
    """IPv4 addresses of one interface, the primary included."""
    nvme_gb: int
    nvme_disks: int
    placement_group_strategies: frozenset[str]
    usage_classes: frozenset[str]
    """How it can be bought: "on-demand", "spot", "capacity-block"."""
    hypervisor: str

    @property
    def family(self) -> str:
        """The part of the name before the dot: "p5"."""
        return self.name.partition(".")[0]

    @property
    def gpu_count(self) -> int:
        """GPUs that Kubernetes can schedule on the node; 0 without one."""
        return self.gpu.logical_count if self.gpu else 0

    @property
    def efa(self) -> bool:
        return self.efa_max > 0


def names() -> tuple[str, ...]:
    """Every type of the catalogue, sorted."""
    return tuple(_rows())


@cache
def instance(name: str) -> InstanceType:
    """The hardware of a type. Raises UnknownInstanceType, naming the nearest types the catalogue has."""
    if name in UNKNOWN_HARDWARE:
        raise UnknownInstanceType(f"instance type {name!r}: {UNKNOWN_HARDWARE[name]}")
    row = _rows().get(name)
    if row is None:
        near = difflib.get_close_matches(name, names(), n=3) or [n for n in names() if n.partition(".")[0] == name]
        hint = f"nearest: {', '.join(near)}" if near else f"known families: {', '.join(_families())}"
        raise UnknownInstanceType(f"instance type {name!r} is not in the catalogue; {hint}")
    return _parse(name, row)


def _parse(name: str, row: dict[str, Any]) -> InstanceType:
    row = dict(row)
    gpu, runs = row.pop("gpu"), row.pop("network_cards")
    each = [run for run in runs for _ in range(run["count"])]
    return InstanceType(
        name=name,
        gpu=Gpu(**gpu) if gpu else None,
        network_cards=tuple(
            NetworkCard(
                index=index,
                max_interfaces=card["max_interfaces"],
                interface_types=frozenset(card["interface_types"]),
            )
            for index, card in enumerate(each)
        ),
        placement_group_strategies=frozenset(row.pop("placement_group_strategies")),
        usage_classes=frozenset(row.pop("usage_classes")),
        **row,
    )


def _rows() -> dict[str, dict[str, Any]]:
    return _document()["instances"]


def _families() -> list[str]:
    return sorted({name.partition(".")[0] for name in names()})


@cache
def _document() -> dict[str, Any]:
    return json.loads(DATA.read_text(encoding="utf-8"))
