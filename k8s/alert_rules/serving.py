"""Models that are slow, full or down, each by its name, and the gateway before them."""

from __future__ import annotations

from k8s import envoy
from k8s.alert_rules.rule import Rule, Severity

NAMESPACE = "serving"
GATEWAY = "inference"

COLD_MINUTES = 40
"""A node, its image, and the longest start of an engine."""

_BUSY, _DOWN = "model-slow", "model-down"


def _replicas(metric: str, deployments: str = "") -> str:
    return f'max by (deployment) ({metric}{{namespace="{NAMESPACE}"{deployments}}})'


_AVAILABLE = "kube_deployment_status_replicas_available"
_REQUESTS = "sum by (envoy_cluster_name) (rate(envoy_cluster_upstream_rq_xx[5m]))"
_FAILED = 'sum by (envoy_cluster_name) (rate(envoy_cluster_upstream_rq_xx{envoy_response_code_class="5"}[5m]))'
_GATEWAY = f',deployment="{GATEWAY}"'
_CONNECTIONS = 'max by (pod) (envoy_http_downstream_cx_active{envoy_http_conn_manager_prefix="inference"})'
_READY = f'label_replace({_replicas(_AVAILABLE)} > 0, "envoy_cluster_name", "$1", "deployment", "(.*)")'

RULES = (
    Rule(
        name="ModelQueueLong",
        expr="sum by (model_name) (vllm:num_requests_waiting) / count by (model_name) (vllm:num_requests_running) > 20",
        minutes=10,
        severity=Severity.WARNING,
        summary="{{ $value | humanize }} requests wait for each copy of {{ $labels.model_name }}",
        runbook=_BUSY,
    ),
    Rule(
        name="ModelKvCacheFull",
        expr="avg by (model_name) (vllm:kv_cache_usage_perc) > 0.95",
        minutes=15,
        severity=Severity.WARNING,
        summary="The KV cache of {{ $labels.model_name }} is full: requests wait, or are computed twice",
        runbook=_BUSY,
    ),
    Rule(
        name="ModelFirstTokenLate",
        expr="histogram_quantile(0.95, sum by (model_name, le) (rate(vllm:time_to_first_token_seconds_bucket[10m]))) > 10",
        minutes=10,
        severity=Severity.WARNING,
        summary="5 % of callers of {{ $labels.model_name }} wait more than {{ $value | humanize }} s for the first token",
        runbook=_BUSY,
    ),
    Rule(
        name="ModelErrors",
        # Where a copy is ready: a model that is being woken answers 503, as it should.
        expr=f"{_FAILED} / {_REQUESTS} > 0.05 and on (envoy_cluster_name) {_READY}",
        minutes=5,
        severity=Severity.CRITICAL,
        summary="{{ $labels.envoy_cluster_name }} fails {{ $value | humanizePercentage }} of its requests",
        runbook=_DOWN,
    ),
    Rule(
        name="ModelUnavailable",
        expr=f"{_replicas('kube_deployment_spec_replicas')} > 0 and on (deployment) {_replicas(_AVAILABLE)} == 0",
        minutes=COLD_MINUTES,
        severity=Severity.CRITICAL,
        summary="{{ $labels.deployment }} should have copies, and none has been ready for a cold start's time",
        runbook=_DOWN,
    ),
    Rule(
        name="GatewayDown",
        expr=f"{_replicas(_AVAILABLE, _GATEWAY)} == 0",
        minutes=3,
        severity=Severity.CRITICAL,
        summary="No pod of the gateway is ready: no model on the cluster is reached",
        runbook=_DOWN,
    ),
    Rule(
        name="GatewayAlmostFull",
        expr=f"{_CONNECTIONS} > {envoy.MAX_CONNECTIONS * 8 // 10}",
        minutes=5,
        severity=Severity.WARNING,
        summary="{{ $labels.pod }} has {{ $value }} open connections; "
        f"at {envoy.MAX_CONNECTIONS} it refuses callers",
        runbook=_DOWN,
    ),
    Rule(
        name="ScalerFails",
        expr="sum by (scaledObject) (increase(keda_scaled_object_errors_total[15m])) > 5",
        minutes=10,
        severity=Severity.WARNING,
        summary="KEDA cannot read by what {{ $labels.scaledObject }} is scaled: copies are neither added nor woken",
        runbook=_DOWN,
    ),
)
