"""Whether a served model's copies fit together on their GPUs"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from gpuplatform.catalog.nodes import GPU, POOL_LABEL
from gpuplatform.kinds.cluster.node_launches import launches
from gpuplatform.kinds.cluster.pods import pods
from gpuplatform.plan.model import Json, Plan
from gpuplatform.plan.quantity import quantity
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

_FLAGS: Final = ("--tensor-parallel-size", "-tp")
"""vLLM's spellings (docs.vllm.ai, "Engine Arguments", 0.11)."""


@check(
    "tensor-parallel",
    Severity.ERROR,
    "GPUs that share a copy of a model are those of its pod, and divide those of the node.",
)
def tensor_parallel(plan: Plan) -> Iterator[Violation]:
    pools = [launch for launch in launches(plan) if POOL_LABEL in launch.labels]
    for pod in pods(plan):
        for container in as_list(pod.spec.get("containers")):
            size = _size([*as_list(get_path(container, "command")), *as_list(get_path(container, "args"))])
            if size is None:
                continue
            asked = as_dict(get_path(container, "resources", "limits")) | as_dict(
                get_path(container, "resources", "requests")
            )
            if (gpus := quantity(asked.get(GPU, 0))) < size:
                yield Violation(
                    f"{pod.owner.name}: tensor-parallel size {size}, but its container asks for {gpus:g} {GPU}",
                    pod.owner,
                )
            uneven = {
                f"{t.gpu_count} of {t.name}"
                for launch in pools
                if launch.labels[POOL_LABEL] == pod.pool
                for t in launch.types
                if size < 1 or t.gpu_count % size
            }
            if uneven:
                yield Violation(
                    f"{pod.owner.name}: tensor-parallel size {size} does not divide the GPUs of pool {pod.pool}: "
                    f"{', '.join(sorted(uneven))}",
                    pod.owner,
                )


def _size(words: Sequence[Json]) -> int | None:
    """The value of the flag, written as one word or two; None where there is none."""
    for word, following in zip(words, [*words[1:], ""], strict=False):
        flag, equals, value = str(word).partition("=")
        if flag in _FLAGS:
            said = value if equals else str(following)
            return int(said) if said.isdigit() else None
    return None
