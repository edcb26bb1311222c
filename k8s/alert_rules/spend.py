"""What the nodes that run cost an hour, at AWS's list prices for on-demand, and GPUs that are paid for and asked for by nobody.

A budget is told of yesterday, an anomaly of the day before; nodes are counted now. Spot and reserved capacity cost less, or are paid
already: the sum is the most that it can be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from gpuplatform.catalog.nodes import POOL_LABEL
from k8s.alert_rules.gpus import ALLOCATABLE
from k8s.alert_rules.rule import Rule, Severity

INSTANCE_LABEL = "node.kubernetes.io/instance-type"
NODE_LABELS = (POOL_LABEL, INSTANCE_LABEL)
"""Of nodes, that kube-state-metrics must export (`monitoring.NODE_LABELS`)."""

PRICE = "gpuplatform:node_price:dollars_per_hour"
BY_POOL = "gpuplatform:spend_by_pool:dollars_per_hour"
TOTAL = "gpuplatform:spend:dollars_per_hour"

MANY_TIMES = 2
"""So many times as fast as the month's budget allows is no busy day any more."""

HOURS = 730
_PAGE = "spend"


def _exported(label: str) -> str:
    return "label_" + "".join(c if c.isalnum() else "_" for c in label)


def recorded(prices: Mapping[str, Decimal]) -> list[dict[str, Any]]:
    """Prices as series, and what the nodes cost by pool and together."""
    pool, kind = _exported(POOL_LABEL), _exported(INSTANCE_LABEL)
    nodes = f'kube_node_labels{{{kind}!=""}}'
    named = f'label_replace(label_replace({nodes}, "instance_type", "$1", "{kind}", "(.*)"), "pool", "$1", "{pool}", "(.*)")'
    return [
        *(
            {"record": PRICE, "expr": f"vector({price})", "labels": {"instance_type": name}}
            for name, price in sorted(prices.items())
        ),
        {
            "record": BY_POOL,
            "expr": f"sum by (pool) (count by (pool, instance_type) ({named}) * on (instance_type) group_left () {PRICE})",
        },
        {"record": TOTAL, "expr": f"sum({BY_POOL})"},
    ]


def rules(monthly_budget: float) -> Sequence[Rule]:
    return (
        Rule(
            name="SpendHigh",
            expr=f"avg_over_time({TOTAL}[1d]) * {HOURS} > {MANY_TIMES * monthly_budget:g}",
            minutes=60,
            severity=Severity.WARNING,
            summary="At the last day's pace nodes cost {{ $value | humanize }} $ a month, more than "
            f"{MANY_TIMES} times the budget of {monthly_budget:g} $",
            runbook=_PAGE,
        ),
        Rule(
            name="GpusIdle",
            expr=f"{ALLOCATABLE} > 0 unless on (node) "
            'sum by (node) (kube_pod_container_resource_requests{resource="nvidia_com_gpu"} '
            'and on (namespace, pod) kube_pod_status_phase{phase=~"Pending|Running"} == 1) > 0',
            minutes=120,
            severity=Severity.WARNING,
            summary="No pod has asked for a GPU of {{ $labels.node }} for two hours, and it is paid for",
            runbook=_PAGE,
        ),
    )
