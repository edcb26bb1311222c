"""Every operator of the platform: one row each, with its chart, its namespace and what it is given.

An operator's own file in `k8s/` knows its values and its rights; this table fills them in with what the other layers made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gpuplatform.catalog import charts
from k8s import (
    alertmanager,
    cluster_autoscaler,
    device_plugins,
    fsx_csi,
    karpenter,
    kueue,
    load_balancer_controller,
    monitoring,
    workload_operators,
)
from k8s.storage_class import GP3
from stacks.platform import hardware
from stacks.platform.installer import OperatorSpec, Platform, Rights, namespaces

MONITOR_KINDS = "monitoring-crds"
"""ServiceMonitors and PrometheusRules need no more than this; most operators bring a monitor of their own."""
PROVISIONING_REQUESTS = "provisioning-requests"
"""The kind in which Kueue asks for capacity; Kueue looks for it only when it starts."""


def _stack_values(p: Platform) -> Mapping[str, Any]:
    settings = p.settings.monitoring
    return monitoring.stack_values(
        retention_days=settings.retention_days,
        storage_gib=settings.storage_gib,
        dashboards=settings.dashboards,
        cost_labels=list(p.context.tags.labels()),
        storage_class=GP3,
        topics=_topics(p),
        region=p.context.account.region,
    )


def _topics(p: Platform) -> alertmanager.Topics:
    return alertmanager.Topics(alerts=p.alerts.arn, heartbeat=p.alerts.heartbeat_arn, key_arn=p.alerts.key_arn)


def _kueue_values(p: Platform) -> Mapping[str, Any]:
    return kueue.values(
        replicas=p.settings.replicas,
        excluded_namespaces=namespaces(OPERATORS, p),
        claims=bool(hardware.claimed_pools(p)),
    )


def _autoscaler_values(p: Platform) -> Mapping[str, Any]:
    return cluster_autoscaler.values(
        cluster_name=p.cluster.name,
        region=p.context.account.region,
        kubernetes_version=p.kubernetes_version,
        pools={name: [group.args.rung_label for group in groups] for name, groups in p.cluster.pools.items()},
        replicas=p.settings.replicas,
        claims=bool(hardware.claimed_pools(p)),
    )


def _autoscaler_rights(p: Platform) -> Rights:
    return Rights(
        service_account=cluster_autoscaler.SERVICE_ACCOUNT,
        statements=cluster_autoscaler.statements(cluster_name=p.cluster.name, account=p.context.account),
    )


def _karpenter_values(p: Platform) -> Mapping[str, Any]:
    return karpenter.values(
        cluster_name=p.cluster.name,
        queue_name=p.interruptions.name,
        account=p.context.account,
        replicas=p.settings.replicas,
    )


def _karpenter_rights(p: Platform) -> Rights:
    groups = [p.cluster.security_group_id, p.network.node_security_group_id]
    if hardware.serving_pools_with_efa(p):
        groups.append(p.network.efa_security_group_id)
    statements = karpenter.statements(
        cluster_name=p.cluster.name,
        account=p.context.account,
        node_role_arn=p.cluster.karpenter_node_role_arn,
        queue_arn=p.interruptions.arn,
        subnet_ids=list(p.network.private_subnet_ids.values()),
        security_group_ids=groups,
        volume_key_arn=p.cluster.volume_key_arn,
    )
    return Rights(service_account=karpenter.SERVICE_ACCOUNT, statements=statements)


def _load_balancer_values(p: Platform) -> Mapping[str, Any]:
    return load_balancer_controller.values(
        cluster_name=p.cluster.name,
        vpc_id=p.network.vpc_id,
        region=p.context.account.region,
        tags=p.context.tags.of(component="serving"),
        replicas=p.settings.replicas,
    )


def _load_balancer_rights(p: Platform) -> Rights:
    statements = load_balancer_controller.statements(
        cluster_name=p.cluster.name, vpc_id=p.network.vpc_id, account=p.context.account
    )
    return Rights(service_account=load_balancer_controller.SERVICE_ACCOUNT, statements=statements)


OPERATORS: tuple[OperatorSpec, ...] = (
    OperatorSpec(name=MONITOR_KINDS, chart=charts.PROMETHEUS_CRDS, namespace=monitoring.NAMESPACE),
    OperatorSpec(
        name="monitoring",
        chart=charts.PROMETHEUS_STACK,
        namespace=monitoring.NAMESPACE,
        values=_stack_values,
        rights=lambda p: Rights(
            service_account=alertmanager.SERVICE_ACCOUNT, statements=alertmanager.statements(_topics(p))
        ),
        after=(MONITOR_KINDS, GP3),
    ),
    OperatorSpec(
        name="dcgm",
        chart=charts.DCGM_EXPORTER,
        namespace=monitoring.NAMESPACE,
        values=lambda p: monitoring.dcgm_values(list(p.context.tags.labels())),
        after=(MONITOR_KINDS,),
    ),
    OperatorSpec(
        name="nvidia",
        chart=charts.NVIDIA_DEVICE_PLUGIN,
        namespace=device_plugins.NAMESPACE,
        values=hardware.nvidia_plugin_values,
    ),
    OperatorSpec(
        name="efa",
        chart=charts.EFA_DEVICE_PLUGIN,
        namespace=device_plugins.NAMESPACE,
        values=lambda p: device_plugins.efa_values(hardware.pools_with_counted_efa(p)),
        wanted=lambda p: bool(hardware.pools_with_counted_efa(p)),
    ),
    OperatorSpec(
        name="nvidia-dra",
        chart=charts.NVIDIA_DRA_DRIVER,
        namespace=device_plugins.NAMESPACE,
        values=lambda p: device_plugins.nvidia_driver_values(hardware.claimed_pools(p)),
        wanted=lambda p: bool(hardware.claimed_pools(p)),
    ),
    OperatorSpec(
        name="efa-dra",
        chart=charts.EFA_DRA_DRIVER,
        namespace=device_plugins.NAMESPACE,
        values=lambda p: device_plugins.efa_driver_values(hardware.pools_with_claimed_efa(p)),
        wanted=lambda p: bool(hardware.pools_with_claimed_efa(p)),
    ),
    OperatorSpec(
        name="fsx",
        chart=charts.FSX_CSI_DRIVER,
        namespace=fsx_csi.NAMESPACE,
        values=lambda _: fsx_csi.values(),
        wanted=lambda p: p.data.file_system is not None,
    ),
    OperatorSpec(
        name="autoscaler",
        chart=charts.CLUSTER_AUTOSCALER,
        namespace=cluster_autoscaler.NAMESPACE,
        values=_autoscaler_values,
        rights=_autoscaler_rights,
        after=(MONITOR_KINDS, PROVISIONING_REQUESTS),
    ),
    # Helm never upgrades a chart's own kinds; as a chart of their own they are upgraded like the rest.
    OperatorSpec(name="karpenter-crds", chart=charts.KARPENTER_CRD, namespace=karpenter.NAMESPACE),
    OperatorSpec(
        name="karpenter",
        chart=charts.KARPENTER,
        namespace=karpenter.NAMESPACE,
        values=_karpenter_values,
        rights=_karpenter_rights,
        after=("karpenter-crds", MONITOR_KINDS),
        crds=False,
    ),
    OperatorSpec(
        name="load-balancers",
        chart=charts.LOAD_BALANCER_CONTROLLER,
        namespace=load_balancer_controller.NAMESPACE,
        values=_load_balancer_values,
        rights=_load_balancer_rights,
        after=(MONITOR_KINDS,),
    ),
    OperatorSpec(
        name="kueue",
        chart=charts.KUEUE,
        namespace=kueue.NAMESPACE,
        values=_kueue_values,
        after=(MONITOR_KINDS, PROVISIONING_REQUESTS),
    ),
    OperatorSpec(
        name="jobset",
        chart=charts.JOBSET,
        namespace=workload_operators.JOBSET_NAMESPACE,
        values=lambda p: workload_operators.jobset_values(p.settings.replicas),
    ),
    OperatorSpec(
        name="trainer",
        chart=charts.TRAINER,
        namespace=workload_operators.TRAINER_NAMESPACE,
        values=lambda p: workload_operators.trainer_values(p.settings.replicas),
        after=("jobset",),
    ),
    OperatorSpec(
        name="lws",
        chart=charts.LEADER_WORKER_SET,
        namespace=workload_operators.LEADER_WORKER_SET_NAMESPACE,
        values=lambda p: workload_operators.leader_worker_set_values(p.settings.replicas),
    ),
    OperatorSpec(
        name="keda",
        chart=charts.KEDA,
        namespace=workload_operators.KEDA_NAMESPACE,
        values=lambda p: workload_operators.keda_values(p.settings.replicas),
        after=(MONITOR_KINDS,),
    ),
)
