"""What takes the startup taint off the nodes of every pool that starts them with it, training and serving alike."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from gpuplatform.pools.elastic import ElasticPool
from gpuplatform.pools.health import Level
from k8s.node_health import NodeHealthCheck, NodeHealthCheckArgs
from stacks.cluster import ClusterLayer
from stacks.settings.context import Context


def build(
    cluster: ClusterLayer, context: Context, serving: Mapping[str, ElasticPool], monitors: pulumi.Resource
) -> None:
    """`monitors`: the release that brings the kind of alerts."""
    training = {name: groups[0].args.pool for name, groups in cluster.pools.items() if groups}
    levels: dict[str, Level | None] = {name: pool.health_check_level for name, pool in training.items()}
    levels |= {name: pool.health_check for name, pool in serving.items()}
    checked: dict[str, Level] = {name: level for name, level in levels.items() if level}
    if not checked:
        return
    NodeHealthCheck(
        "gpu-health",
        NodeHealthCheckArgs(
            pools=checked,
            instances=[
                *(pool.type for pool in training.values()),
                *(type_ for pool in serving.values() for type_ in pool.hardware),
            ],
            tags=context.tags.of(component="platform"),
            monitors=monitors,
            after=cluster.after,
        ),
        opts=pulumi.ResourceOptions(providers=[cluster.provider]),
    )
