"""How fast GPUs read their memory and multiply, at best: no measurement is above it.

From NVIDIA's data sheets of each product, 2020 to 2025: memory bandwidth, and dense bf16 (half of what a sheet gives with sparsity).
For A10G, which has none of its own, that of the A10, which A10G does not exceed. What is not listed is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gpuplatform.catalog.instances import InstanceType


@dataclass(frozen=True, kw_only=True, slots=True)
class Speed:
    memory_gbytes: float
    """Read from memory in a second, GB."""
    teraflops: float
    """Dense, in bf16."""

    def times(self, number: float) -> Speed:
        return Speed(memory_gbytes=self.memory_gbytes * number, teraflops=self.teraflops * number)


SPEEDS: Final = {
    "A10G": Speed(memory_gbytes=600, teraflops=125),
    "L4": Speed(memory_gbytes=300, teraflops=121),
    "L40S": Speed(memory_gbytes=864, teraflops=362),
    "A100": Speed(memory_gbytes=2039, teraflops=312),
    "H100": Speed(memory_gbytes=3350, teraflops=989),
    "H200": Speed(memory_gbytes=4800, teraflops=989),
    "B200": Speed(memory_gbytes=8000, teraflops=2250),
}
"""By EC2's name of one whole GPU. A100: that of 80 GB, the faster one."""


def together(instance: InstanceType) -> Speed | None:
    """All GPUs of an instance working on one thing; None where they are not known, or there are none."""
    gpu = instance.gpu
    if gpu is None or gpu.name not in SPEEDS:
        return None
    return SPEEDS[gpu.name].times(gpu.logical_count * gpu.fraction)
