"""What takes the startup taint off the nodes of every pool that starts them with it, training and serving alike."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from gpuplatform.catalog.instances import instance
from gpuplatform.pools.health import Level
from k8s.node_health import NodeHealthCheck, NodeHealthCheckArgs
from stacks.cluster import ClusterLayer
from stacks.settings.context import Context
from stacks.settings.serving import ServingPool


def build(
    cluster: ClusterLayer, context: Context, serving: Mapping[str, ServingPool], monitors: pulumi.Resource
) -> None:
    """`monitors`: the release that brings the kind of alerts."""
    training = [rungs[0].args.pool for rungs in cluster.pools.values() if rungs]
    levels: dict[str, Level | None] = {pool.name: pool.diagnostic for pool in training}
    levels |= {name: pool.health_check for name, pool in serving.items()}
    checked: dict[str, Level] = {name: level for name, level in levels.items() if level}
    if not checked:
        return
    NodeHealthCheck(
        "gpu-health",
        NodeHealthCheckArgs(
            pools=checked,
            instances=[
                *(pool.instance for pool in training),
                *(instance(name) for pool in serving.values() for name in pool.instances),
            ],
            tags=context.tags.of(component="platform"),
            monitors=monitors,
            after=cluster.after,
        ),
        opts=pulumi.ResourceOptions(providers=[cluster.provider]),
    )
