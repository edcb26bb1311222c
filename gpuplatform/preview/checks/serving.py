"""Whether a served model's copies fit together on their GPUs"""

from __future__ import annotations

from collections.abc import Iterator

from gpuplatform.catalog.nodes import GPU, POOL_LABEL
from gpuplatform.kinds.cluster.model_servers import TENSOR, servers
from gpuplatform.kinds.cluster.node_launches import launches
from gpuplatform.plan.model import Plan
from gpuplatform.plan.quantity import quantity
from gpuplatform.plan.values import as_dict
from gpuplatform.preview.checking.check import Severity, Violation, check


@check(
    "tensor-parallel",
    Severity.ERROR,
    "GPUs that share a copy of a model are those of its pod, and divide those of the node.",
)
def tensor_parallel(plan: Plan) -> Iterator[Violation]:
    pools = [launch for launch in launches(plan) if POOL_LABEL in launch.labels]
    for server in servers(plan):
        pod, said = server.pod, server.said(TENSOR)
        if not said.isdigit():
            continue
        size = int(said)
        given = as_dict(server.container.get("resources"))
        asked = as_dict(given.get("limits")) | as_dict(given.get("requests"))
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
