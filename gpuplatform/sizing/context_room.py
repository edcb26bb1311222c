"""Whether a context has room beside a model's weights: the estimate, and why not where it has none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gpuplatform.catalog import architectures
from gpuplatform.catalog.instances import InstanceType
from gpuplatform.sizing.fit import fit

GB: Final = 1e9


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """A copy of a model as an engine is told to load it."""

    named: str
    """What names it: of known models, layers and heads are published."""
    parameters: float
    weights_bytes: float
    context: int | None
    """Tokens; None where the engine decides."""
    tensor_parallel: int
    gpus: int
    """Of the copy: with pipeline stages more than those that share a layer."""
    utilisation: float = 0.9
    cache_bytes: float = 2.0
    """Of a value of the cache."""

    def refused(self, type_: InstanceType) -> str:
        """Why it does not start on an instance; empty where it may."""
        if type_.gpu is None or type_.gpu_count % self.gpus:
            return ""
        room = fit(type_, self.weights_bytes, 1, self.gpus, self.utilisation)
        where = f"{self.gpus} GPU{'s' * (self.gpus > 1)} of {type_.name} have {room.usable_bytes / GB:,.1f} GB for weights and cache"
        if not room.fits:
            return (
                f"{where}, and its weights are {self.weights_bytes / GB:,.1f} GB; take more GPUs, a larger type, or fewer bytes a "
                "parameter"
            )
        token = architectures.least_kv_bytes(self.named, self.parameters, self.cache_bytes, self.tensor_parallel)
        if token is None or not self.context or token * self.context <= room.headroom_bytes:
            return ""
        at_least = "" if architectures.of_name(self.named) else "at least "
        return (
            f"{where}; {self.weights_bytes / GB:,.1f} GB of weights leave {room.headroom_bytes / GB:,.1f} GB, and a context of "
            f"{self.context:,} tokens takes {at_least}{token * self.context / GB:,.1f} GB ({token / 1000:,.0f} kB a token); the engine "
            f"would not start. At most {int(room.headroom_bytes // token):,} tokens fit: lower the context, or take more GPUs, fewer "
            "bytes a parameter or an fp8 cache"
        )
