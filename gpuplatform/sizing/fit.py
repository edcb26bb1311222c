"""Whether a model's weights fit the GPUs that one copy of it gets.

What a copy needs beside its weights (KV cache, activations, CUDA graphs) depends on the architecture, which the settings do
not know. So the answer is a bound: weights that do not fit never run; weights that fit leave `headroom_bytes`, and whether
that holds the KV cache of the wanted context is for the engine to say at its start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gpuplatform.catalog.instances import InstanceType

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    weights_bytes: int
    usable_bytes: int
    """Of all GPUs of one copy together."""

    @property
    def headroom_bytes(self) -> int:
        """For KV cache, activations and graphs; negative where not even the weights fit."""
        return self.usable_bytes - self.weights_bytes

    @property
    def fits(self) -> bool:
        """Necessary, not sufficient: see the module."""
        return self.headroom_bytes > 0


def fit(
    instance: InstanceType, parameters: float, bytes_per_parameter: float, tensor_parallel: int, utilisation: float
) -> Fit:
    """Of one copy of the model over `tensor_parallel` GPUs of the type, of whose memory the engine may fill `utilisation`.

    Raises ValueError where the type cannot host it so. The number of GPUs must also divide the model's attention heads, which the
    settings do not know; an engine refuses to start otherwise.
    """
    if instance.gpu is None or tensor_parallel < 1 or instance.gpu_count % tensor_parallel:
        raise ValueError(
            f"tensor_parallel: {tensor_parallel} does not divide the {instance.gpu_count} GPUs of {instance.name}; "
            f"accepted: {', '.join(map(str, _divisors(instance.gpu_count))) or 'a type with GPUs'}"
        )
    return Fit(
        weights_bytes=round(parameters * bytes_per_parameter),
        usable_bytes=int(instance.gpu.memory_mib * MIB * utilisation) * tensor_parallel,
    )


def hosts(
    instances: Sequence[InstanceType],
    parameters: float,
    bytes_per_parameter: float,
    tensor_parallel: int,
    utilisation: float,
) -> tuple[InstanceType, ...]:
    """The types, of those offered, that can hold a copy, in the order given. Raises ValueError where none can."""
    able = tuple(i for i in instances if _fits(i, parameters, bytes_per_parameter, tensor_parallel, utilisation))
    if not able:
        gb = parameters * bytes_per_parameter / 1e9
        raise ValueError(
            f"{gb:.1f} GB of weights over tensor_parallel {tensor_parallel} fit none of "
            f"{', '.join(i.name for i in instances) or 'no instance types'}; "
            "use more GPUs for each copy, a larger type, or fewer bytes for each parameter"
        )
    return able


def _fits(
    instance: InstanceType, parameters: float, bytes_per_parameter: float, tensor_parallel: int, utilisation: float
) -> bool:
    if instance.gpu_count == 0 or instance.gpu_count % tensor_parallel:
        return False
    return fit(instance, parameters, bytes_per_parameter, tensor_parallel, utilisation).fits


def _divisors(count: int) -> list[int]:
    return [n for n in range(1, count + 1) if count % n == 0]
