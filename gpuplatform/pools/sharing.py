"""One GPU for several pods: in turns (time slices), or cut in parts with memory of their own (Multi-Instance GPU).

Either way the node advertises more `nvidia.com/gpu` than it has, and a pod asks for one. So sharing is a change of the hardware as
Kubernetes sees it: give `advertised` to whatever counts GPUs (autoscaler, quotas, pods' shares), and it counts right.

Sources, read 2026-11-22: NVIDIA/k8s-device-plugin, README and Helm chart; bottlerocket-os/bottlerocket-core-kit,
nvidia-k8s-device-plugin.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gpuplatform.catalog import mig
from gpuplatform.catalog.instances import InstanceType

MOST_SLICES = 48
"""Our bound: a turn is milliseconds, and every pod keeps its memory on the GPU while the others run."""


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """How the GPUs of a pool are shared: one of the two."""

    time_slices: int | None = None
    """Pods that take turns on a GPU. They share its memory: one that takes too much fails its neighbours."""
    mig: str | None = None
    """Profile into which every GPU is cut, such as 1g.10gb."""

    def __post_init__(self) -> None:
        if (self.time_slices is None) == (self.mig is None):
            raise ValueError("sharing: give time_slices or mig, one of the two")
        if self.time_slices is not None and not 2 <= self.time_slices <= MOST_SLICES:
            raise ValueError(f"sharing.time_slices: {self.time_slices}; accepted: 2 to {MOST_SLICES}")


def parts(instance: InstanceType, sharing: Sharing | None) -> int:
    """Pods that one GPU serves. Raises ValueError where the GPU cannot be cut so."""
    if sharing is None:
        return 1
    if sharing.mig is None:
        return sharing.time_slices or 1
    gpu = instance.gpu
    known = mig.partitions(gpu) if gpu else None
    if known is None:
        raise ValueError(
            f"sharing.mig: the GPU of {instance.name} cannot be partitioned; those that can: {', '.join(mig.models())}. "
            "time_slices is for every GPU"
        )
    if sharing.mig not in known.parts:
        raise ValueError(
            f"sharing.mig: {sharing.mig!r} is no profile of {known.model}; accepted: {', '.join(known.parts)}"
        )
    return known.parts[sharing.mig]


def advertised(instance: InstanceType, sharing: Sharing | None) -> InstanceType:
    """The type as its nodes show themselves to Kubernetes."""
    if sharing is None or instance.gpu is None:
        return instance
    gpu, each = instance.gpu, parts(instance, sharing)
    return replace(instance, gpu=replace(gpu, count=gpu.count * each, logical_count=gpu.logical_count * each))


def check(instance: InstanceType, sharing: Sharing | None, *, efa: bool) -> None:
    """The laws of sharing. Raises ValueError."""
    if sharing is None:
        return
    parts(instance, sharing)
    if efa:
        raise ValueError(
            f"sharing: nodes of {instance.name} with EFA train as one, each GPU whole; set efa: false, or leave sharing out"
        )
