"""What every workload on the cluster relies on: operators, metrics, and the pools that Karpenter grows for serving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.interruption_queue import InterruptionQueue, InterruptionQueueArgs
from gpuplatform.catalog import charts
from gpuplatform.catalog.instances import instance
from k8s import cluster_autoscaler, karpenter, kueue, load_balancer_controller, monitoring
from k8s import workload_operators as workloads
from k8s.karpenter_pool import KarpenterPool, KarpenterPoolArgs, Offer
from k8s.storage_class import GP3, default_storage_class
from stacks.cluster import ClusterLayer
from stacks.context import Context
from stacks.data import DataLayer
from stacks.network import NetworkLayer
from stacks.platform import hardware, node_health
from stacks.platform.installer import Installer
from stacks.sections.platform import MonitoringSettings, PlatformSettings
from stacks.sections.serving import ServingPool

NAMESPACES = (
    "kube-system",
    monitoring.NAMESPACE,
    kueue.NAMESPACE,
    workloads.JOBSET_NAMESPACE,
    workloads.TRAINER_NAMESPACE,
    workloads.LEADER_WORKER_SET_NAMESPACE,
    workloads.KEDA_NAMESPACE,
)
"""Of operators: Kueue leaves their jobs alone."""

Release = kubernetes.helm.v3.Release


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
    *,
    version: str,
    pools: Mapping[str, ServingPool],
) -> PlatformLayer:
    """`version`: of Kubernetes. `pools`: for serving; those for training are the cluster's."""
    install = Installer(cluster, context)
    replicas = settings.replicas

    # Kinds first: most operators bring a monitor of their own, and Kueue looks but once for what asks for capacity.
    monitors = install("monitoring-crds", charts.PROMETHEUS_CRDS, monitoring.NAMESPACE, {})
    capacity = cluster_autoscaler.provisioning_request("provisioning-requests", install.opts)

    _monitoring(settings.monitoring, context, install, monitors)
    with_efa = [name for name, pool in pools.items() if pool.efa]
    hardware.build(cluster, data, install, with_efa)
    node_health.build(cluster, context, pools, monitors)
    _autoscaler(cluster, context, install, version, replicas, monitors, capacity)
    controller = _karpenter(cluster, context, network, install, replicas, monitors, efa=bool(with_efa))
    jobset = install("jobset", charts.JOBSET, workloads.JOBSET_NAMESPACE, workloads.jobset_values(replicas))
    install("trainer", charts.TRAINER, workloads.TRAINER_NAMESPACE, workloads.trainer_values(replicas), jobset)
    lws = workloads.leader_worker_set_values(replicas)
    install("lws", charts.LEADER_WORKER_SET, workloads.LEADER_WORKER_SET_NAMESPACE, lws)
    _load_balancers(cluster, context, network, install, replicas, monitors)
    return PlatformLayer(
        kueue=install(
            "kueue",
            charts.KUEUE,
            kueue.NAMESPACE,
            kueue.values(
                replicas=replicas, excluded_namespaces=NAMESPACES, claims=bool(hardware.claimed_pools(cluster))
            ),
            monitors,
            capacity,
        ),
        jobset=jobset,
        keda=install("keda", charts.KEDA, workloads.KEDA_NAMESPACE, workloads.keda_values(replicas), monitors),
        monitoring_crds=monitors,
        serving_pools={
            name: _serving_pool(name, pool, context, cluster, network, controller) for name, pool in pools.items()
        },
    )


def _serving_pool(
    name: str,
    pool: ServingPool,
    context: Context,
    cluster: ClusterLayer,
    network: NetworkLayer,
    controller: pulumi.Resource,
) -> KarpenterPool:
    args = KarpenterPoolArgs(
        offer=Offer(
            instances=[instance(i) for i in pool.instances],
            capacity_types=capacity_types(pool),
            max_gpus=pool.max_gpus,
            zone=pool.zone,
            efa=pool.efa,
            interruptible=pool.interruptible,
            checked=pool.health_check is not None,
        ),
        discovery=context.discovery,
        tags=context.tags.of(component="serving"),
        node_role_name=cluster.karpenter_node_role_name,
        security_group_ids=[cluster.security_group_id, *([network.efa_security_group_id] if pool.efa else [])],
        volume_key_arn=cluster.volume_key_arn,
        controller=controller,
    )
    return KarpenterPool(name, args, opts=pulumi.ResourceOptions(providers=[cluster.provider]))


def capacity_types(pool: ServingPool) -> Sequence[str]:
    return [name for name, bought in (("spot", pool.spot), ("on-demand", pool.on_demand)) if bought]


def _monitoring(settings: MonitoringSettings, context: Context, install: Installer, monitors: pulumi.Resource) -> None:
    cost_labels = list(context.tags.labels())
    install("dcgm", charts.DCGM_EXPORTER, monitoring.NAMESPACE, monitoring.dcgm_values(cost_labels), monitors)
    install(
        "monitoring",
        charts.PROMETHEUS_STACK,
        monitoring.NAMESPACE,
        monitoring.stack_values(
            retention_days=settings.retention_days,
            storage_gib=settings.storage_gib,
            dashboards=settings.dashboards,
            cost_labels=cost_labels,
            storage_class=GP3,
        ),
        monitors,
        default_storage_class(install.opts),
    )


def _autoscaler(
    cluster: ClusterLayer,
    context: Context,
    install: Installer,
    version: str,
    replicas: int,
    *after: pulumi.Resource,
) -> None:
    account = context.account
    install(
        "autoscaler",
        charts.CLUSTER_AUTOSCALER,
        cluster_autoscaler.NAMESPACE,
        cluster_autoscaler.values(
            cluster_name=cluster.name,
            region=account.region,
            kubernetes_version=version,
            pools={name: [rung.args.rung_label for rung in rungs] for name, rungs in cluster.pools.items()},
            replicas=replicas,
            claims=bool(hardware.claimed_pools(cluster)),
        ),
        *after,
        rights=(
            cluster_autoscaler.SERVICE_ACCOUNT,
            cluster_autoscaler.statements(cluster_name=cluster.name, account=account),
        ),
    )


def _karpenter(
    cluster: ClusterLayer,
    context: Context,
    network: NetworkLayer,
    install: Installer,
    replicas: int,
    monitors: pulumi.Resource,
    *,
    efa: bool,
) -> Release:
    account = context.account
    groups = [cluster.security_group_id, network.node_security_group_id]
    queue = InterruptionQueue("interruptions", InterruptionQueueArgs(tags=context.tags.of(component="platform")))
    # Helm never upgrades a chart's own kinds; as a chart of their own they are upgraded like the rest.
    kinds = install("karpenter-crds", charts.KARPENTER_CRD, karpenter.NAMESPACE, {})
    return install(
        "karpenter",
        charts.KARPENTER,
        karpenter.NAMESPACE,
        karpenter.values(cluster_name=cluster.name, queue_name=queue.name, account=account, replicas=replicas),
        kinds,
        monitors,
        crds=False,
        rights=(
            karpenter.SERVICE_ACCOUNT,
            karpenter.statements(
                cluster_name=cluster.name,
                account=account,
                node_role_arn=cluster.karpenter_node_role_arn,
                queue_arn=queue.arn,
                subnet_ids=list(network.private_subnet_ids.values()),
                security_group_ids=[*groups, network.efa_security_group_id] if efa else groups,
                volume_key_arn=cluster.volume_key_arn,
            ),
        ),
    )


def _load_balancers(
    cluster: ClusterLayer,
    context: Context,
    network: NetworkLayer,
    install: Installer,
    replicas: int,
    monitors: pulumi.Resource,
) -> None:
    account = context.account
    install(
        "load-balancers",
        charts.LOAD_BALANCER_CONTROLLER,
        load_balancer_controller.NAMESPACE,
        load_balancer_controller.values(
            cluster_name=cluster.name,
            vpc_id=network.vpc_id,
            region=account.region,
            tags=context.tags.of(component="serving"),
            replicas=replicas,
        ),
        monitors,
        rights=(
            load_balancer_controller.SERVICE_ACCOUNT,
            load_balancer_controller.statements(cluster_name=cluster.name, vpc_id=network.vpc_id, account=account),
        ),
    )
