"""What every workload on the cluster relies on: operators, metrics, and the pools that Karpenter grows for serving."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.interruption_queue import InterruptionQueue, InterruptionQueueArgs
from gpuplatform.pools.elastic import ElasticPool
from k8s.cluster_autoscaler import provisioning_request
from k8s.karpenter_pool import KarpenterPool, KarpenterPoolArgs
from k8s.storage_class import GP3, default_storage_class
from stacks.cluster import ClusterLayer
from stacks.data import DataLayer
from stacks.governance import AlertLayer
from stacks.network import NetworkLayer
from stacks.platform import alerting, node_health, operators
from stacks.platform.installer import Platform, Release, install
from stacks.settings.context import Context
from stacks.settings.platform import PlatformSettings


@dataclass(frozen=True, kw_only=True)
class PlatformLayer:
    """A release each: what a custom resource of its kinds depends on."""

    kueue: Release
    jobset: Release
    keda: Release
    monitoring_crds: Release
    """ServiceMonitors and PrometheusRules need no more than this."""
    serving_pools: Mapping[str, KarpenterPool]


def build(
    settings: PlatformSettings,
    context: Context,
    cluster: ClusterLayer,
    network: NetworkLayer,
    data: DataLayer,
    alerts: AlertLayer,
    *,
    version: str,
    pools: Mapping[str, ElasticPool],
) -> PlatformLayer:
    """`version`: of Kubernetes. `pools`: for serving; those for training are the cluster's."""
    platform = Platform(
        settings=settings,
        context=context,
        cluster=cluster,
        network=network,
        data=data,
        kubernetes_version=version,
        serving_pools=pools,
        alerts=alerts,
        interruptions=InterruptionQueue(
            "interruptions", InterruptionQueueArgs(tags=context.tags.of(component="platform"))
        ),
    )
    on_cluster = pulumi.ResourceOptions(provider=cluster.provider, depends_on=[cluster.after])
    releases = install(
        operators.OPERATORS,
        platform,
        {
            GP3: default_storage_class(on_cluster),
            operators.PROVISIONING_REQUESTS: provisioning_request(operators.PROVISIONING_REQUESTS, on_cluster),
        },
    )
    alerting.build(platform, releases)
    node_health.build(cluster, context, pools, releases[operators.MONITOR_KINDS])
    return PlatformLayer(
        kueue=releases["kueue"],
        jobset=releases["jobset"],
        keda=releases["keda"],
        monitoring_crds=releases[operators.MONITOR_KINDS],
        serving_pools={
            name: _serving_pool(name, pool, context, cluster, network, releases["karpenter"])
            for name, pool in pools.items()
        },
    )


def _serving_pool(
    name: str,
    pool: ElasticPool,
    context: Context,
    cluster: ClusterLayer,
    network: NetworkLayer,
    controller: pulumi.Resource,
) -> KarpenterPool:
    args = KarpenterPoolArgs(
        pool=pool,
        discovery=context.discovery,
        tags=context.tags.of(component="serving", team=pool.team),
        node_role_name=cluster.karpenter_node_role_name,
        security_group_ids=[cluster.security_group_id, *([network.efa_security_group_id] if pool.uses_efa else [])],
        volume_key_arn=cluster.volume_key_arn,
        controller=controller,
    )
    return KarpenterPool(name, args, opts=pulumi.ResourceOptions(providers=[cluster.provider]))
