"""Work that waits for GPUs: pods without a node, queues that move no further, pools at their limit."""

from __future__ import annotations

from k8s.alert_rules.rule import Rule, Severity, grown

GPU_PODS = 'sum by (namespace, pod) (kube_pod_container_resource_requests{resource="nvidia_com_gpu"})'
PENDING = (
    f'max by (namespace, pod) (kube_pod_status_phase{{phase="Pending"}}) == 1 and on (namespace, pod) {GPU_PODS} > 0'
)

NO_NODES = 'kueue_evicted_workloads_total{reason=~"PodsReadyTimeout|AdmissionCheck"}'
"""Jobs that Kueue took back, because not all pods came up, or capacity was refused."""
GIVEN_UP = 'kueue_evicted_workloads_total{reason="Deactivated"}'

_PAGE = "gpu-pods-wait"

RULES = (
    Rule(
        name="GpuPodPending",
        expr=PENDING,
        # A node, its image and its health check take up to 20.
        minutes=30,
        severity=Severity.WARNING,
        summary="{{ $labels.namespace }}/{{ $labels.pod }} has waited half an hour for its GPUs",
        runbook=_PAGE,
    ),
    Rule(
        name="JobsWait",
        expr="sum by (cluster_queue) (kueue_pending_workloads) > 0",
        minutes=240,
        severity=Severity.WARNING,
        summary="Queue {{ $labels.cluster_queue }} has had jobs waiting for four hours on end",
        runbook=_PAGE,
    ),
    Rule(
        name="QueueInactive",
        expr='max by (cluster_queue) (kueue_cluster_queue_status{status="active"}) == 0',
        # Falling asleep holds the queues for less than that.
        minutes=60,
        severity=Severity.CRITICAL,
        summary="Queue {{ $labels.cluster_queue }} admits nothing: a flavour or an admission check is missing, or somebody stopped it",
        runbook=_PAGE,
    ),
    Rule(
        name="JobGetsNoNodes",
        expr=f"{grown(NO_NODES, '2h', 'cluster_queue')} >= 2",
        severity=Severity.WARNING,
        summary="Jobs of queue {{ $labels.cluster_queue }} were admitted and got no nodes, twice or more within two hours",
        runbook=_PAGE,
    ),
    Rule(
        name="JobGivenUp",
        expr=f"{grown(GIVEN_UP, '1h', 'cluster_queue')} > 0",
        severity=Severity.WARNING,
        summary="A job of queue {{ $labels.cluster_queue }} was deactivated: nothing starts it again by itself",
        runbook=_PAGE,
    ),
    Rule(
        name="NodePoolAtLimit",
        expr="max by (nodepool, resource_type) (karpenter_nodepools_usage) "
        "/ max by (nodepool, resource_type) (karpenter_nodepools_limit) > 0.8 "
        f"and on () count({PENDING}) > 0",
        minutes=15,
        severity=Severity.WARNING,
        summary="Pool {{ $labels.nodepool }} is at its limit of {{ $labels.resource_type }}, and pods wait for GPUs",
        runbook=_PAGE,
    ),
)
