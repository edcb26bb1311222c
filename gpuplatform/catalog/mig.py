"""Into what a GPU can be partitioned (Multi-Instance GPU).

Every GPU of a node is cut the same way, into as many parts as the profile allows. Sources, read 2026-11-22:
bottlerocket-os/bottlerocket-core-kit, nvidia-migmanager, `main.rs` and `mig_profile.rs`, which knows newer GPUs than these in its newest
releases only; NVIDIA/mig-parted, config-default.yaml, which has the same profiles and parts of A100, H100 and H200, and of B200 the
smallest: its others are there for GB200 alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gpuplatform.catalog.instances import Gpu


@dataclass(frozen=True, kw_only=True, slots=True)
class Partitions:
    """Of one model of GPU."""

    model: str
    """As Bottlerocket's settings call it: "h100.80gb"."""
    parts: dict[str, int]
    """Profile → parts of each GPU."""


def _partitions(model: str, *profiles: str) -> Partitions:
    return Partitions(model=model, parts=dict(zip(profiles, (7, 4, 3, 2, 1), strict=True)))


# EC2's name of the GPU and its MiB.
_KNOWN: Final = {
    ("A100", 40960): _partitions("a100.40gb", "1g.5gb", "1g.10gb", "2g.10gb", "3g.20gb", "7g.40gb"),
    ("A100", 81920): _partitions("a100.80gb", "1g.10gb", "1g.20gb", "2g.20gb", "3g.40gb", "7g.80gb"),
    ("H100", 81920): _partitions("h100.80gb", "1g.10gb", "1g.20gb", "2g.20gb", "3g.40gb", "7g.80gb"),
    ("H200", 144384): _partitions("h200.141gb", "1g.18gb", "1g.35gb", "2g.35gb", "3g.71gb", "7g.141gb"),
    ("B200", 183359): _partitions("b200.180gb", "1g.23gb", "1g.45gb", "2g.45gb", "3g.90gb", "7g.180gb"),
}


def partitions(gpu: Gpu) -> Partitions | None:
    """None where the GPU cannot be partitioned, or its profiles are not known."""
    return _KNOWN.get((gpu.name, gpu.memory_mib))


def models() -> tuple[str, ...]:
    """GPUs that can be partitioned, by Bottlerocket's names."""
    return tuple(known.model for known in _KNOWN.values())
