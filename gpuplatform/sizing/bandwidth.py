"""What an all-reduce over several nodes can reach by the speed of their networks, and what a healthy pool does reach.

In nccl-tests' words: algbw is the size of the message over the time, busbw = algbw × 2(n-1)/n for n GPUs (NVIDIA/nccl-tests,
doc/PERFORMANCE.md, read 2026-11). Each of N nodes must send and receive at least 2(N-1)/N times the message, so that over a line of
B each way algbw ≤ B × N / (2(N-1)), and busbw ≤ B × N/(N-1) × (n-1)/n. Without NVSwitch's own arithmetic busbw is also what goes
through each GPU's link.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gpuplatform.catalog.instances import InstanceType

LEAST_SHARE: Final = 0.55
"""Of the bound. RECORDS lie at 58 to 87 % of theirs; two p5en that used half of their cards at 34 % (littlemex/distributed-ai,
2-node EFA verification, 2026); TCP at a few percent."""

PCIE_GBYTES: Final = {
    "T4": 16.0,
    "A10G": 32.0,
    "L4": 32.0,
    "L40S": 32.0,
    "RTX PRO 4500": 64.0,
    "RTX PRO Server 6000": 64.0,
}
"""GPUs without NVLink → GB/s each way of their 16 lanes, generation 3, 4 or 5, as NVIDIA's data sheets give them (half of 32, 64 and
128)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """A published all-reduce between nodes with all their EFA devices."""

    instance: str
    nodes: int
    gbytes: float
    """busbw, GB/s."""
    size_gib: int
    source: str


_AWSOME = "aws-samples/awsome-distributed-training, micro-benchmarks/nccl-tests"
RECORDS: Final = (
    Record(instance="p4d.24xlarge", nodes=2, gbytes=57.2, size_gib=1, source="NVIDIA/nccl#527, NCCL 2.9.9 of 2021"),
    Record(instance="p4de.24xlarge", nodes=2, gbytes=78.33, size_gib=2, source=f"{_AWSOME}, Slurm"),
    Record(instance="p5.48xlarge", nodes=2, gbytes=438.0, size_gib=2, source=f"{_AWSOME}, EKS"),
    Record(instance="p5.48xlarge", nodes=2, gbytes=487.26, size_gib=16, source=f"{_AWSOME}, Slurm"),
    Record(instance="p5en.48xlarge", nodes=16, gbytes=370.0, size_gib=16, source=f"{_AWSOME}, topology-aware"),
)
"""Read 2026-11."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AllReduce:
    """busbw in GB/s of an all-reduce over all GPUs of so many nodes."""

    bound_gbytes: float
    """No measurement can be above it."""
    least_gbytes: float | None
    """What a healthy pool reaches with messages of gigabytes; None where nobody published what such GPUs reach."""
    formula: str


def all_reduce(instance: InstanceType, nodes: int) -> AllReduce:
    """Raises ValueError where there is no network to measure: one node, no EFA, or one GPU in each node."""
    if nodes < 2:
        raise ValueError(f"nodes: {nodes}; at least 2, for what is measured is the network between them")
    if not instance.efa:
        raise ValueError(f"{instance.name} has no EFA; between its nodes NCCL has TCP alone, and nothing to prove")
    if instance.gpu_count < 2:
        raise ValueError(
            f"{instance.name} has {instance.gpu_count} GPU; an all-reduce over one GPU a node says nothing of training on many"
        )
    ranks = nodes * instance.gpu_count
    line = instance.network_gbps / 8
    bound = line * nodes / (nodes - 1) * (ranks - 1) / ranks
    formula = (
        f"{instance.network_gbps:g} Gbps / 8 = {line:g} GB/s a node each way; "
        f"busbw ≤ {line:g} × {nodes}/{nodes - 1} × {ranks - 1}/{ranks} = {bound:.1f} GB/s"
    )
    link = PCIE_GBYTES.get(instance.gpu.name) if instance.gpu else None
    if link is not None:
        formula += f", and ≤ {link:g} GB/s, which PCIe carries to each GPU"
        return AllReduce(bound_gbytes=min(bound, link), least_gbytes=None, formula=formula)
    least = bound * LEAST_SHARE
    formula += f"; {LEAST_SHARE:.0%} of it = {least:.1f} GB/s"
    return AllReduce(bound_gbytes=bound, least_gbytes=least, formula=formula)


def records(instance: InstanceType) -> tuple[Record, ...]:
    """What others published of the type."""
    return tuple(record for record in RECORDS if record.instance == instance.name)
