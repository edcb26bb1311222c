from __future__ import annotations

from typing import Any

import pulumi_kubernetes as kubernetes
import pytest
from pulumi_kubernetes.apiextensions import CustomResource

from gpuplatform.catalog import charts
from gpuplatform.plan.model import Plan
from gpuplatform.preview.judgement.run import run_checks
from tests.conftest import Record


def planned(record_plan: Record, *rules: dict[str, Any], version: str = "", fields: str | None = None) -> Plan:
    def program() -> None:
        for chart in (charts.KUEUE, charts.PROMETHEUS_STACK, charts.DCGM_EXPORTER):
            told = {"customMetrics": fields} if fields and chart is charts.DCGM_EXPORTER else {}
            kubernetes.helm.v3.Release(chart.name, chart=chart.reference, version=version or chart.version, values=told)
        CustomResource(
            "rules",
            api_version="monitoring.coreos.com/v1",
            kind="PrometheusRule",
            metadata={"name": "rules"},
            spec={"groups": [{"name": "g", "rules": list(rules)}]},
        )

    return record_plan(program)


def told(plan: Plan) -> list[str]:
    return [finding.message for finding in run_checks(plan) if finding.rule == "unknown-metric"]


def alert(expr: str) -> dict[str, Any]:
    return {"alert": "A", "expr": expr}


@pytest.mark.parametrize(
    ("expr", "message"),
    [
        (
            "kueue_pending_workload > 0",
            "A: nobody exports kueue_pending_workload, so this never rings; did you mean kueue_pending_workloads?",
        ),
        (
            'sum(kube_node_status_capacity_gpus{node="a"}) > 0',
            "A: nobody exports kube_node_status_capacity_gpus, so this never rings; did you mean kube_node_status_capacity?",
        ),
        # Real, and commented out in the exporter's own list.
        (
            "DCGM_EXP_XID_ERRORS_COUNT > 0",
            "A: nobody exports DCGM_EXP_XID_ERRORS_COUNT, so this never rings; did you mean DCGM_FI_DEV_XID_ERRORS?",
        ),
    ],
)
def test_an_alert_that_never_rings_is_told(record_plan: Record, expr: str, message: str) -> None:
    assert told(planned(record_plan, alert(expr))) == [message]


@pytest.mark.parametrize(
    "expr",
    [
        "kueue_pending_workloads > 0",
        "rate(kueue_admission_wait_time_seconds_bucket[5m]) > 0",
        "kube_customresource_mine > 0",
        "kueue_recorded > 0",
        "an_applications_own > 0",
        "keda_of_a_chart_that_is_not_here > 0",
    ],
)
def test_what_is_exported_recorded_or_unknown_to_the_catalogue_is_not_judged(record_plan: Record, expr: str) -> None:
    recorded = {"record": "kueue_recorded", "expr": "sum(kueue_pending_workloads)"}
    assert told(planned(record_plan, alert(expr), recorded)) == []


def test_dcgm_exports_the_fields_that_it_is_told(record_plan: Record) -> None:
    plan = planned(
        record_plan,
        alert("DCGM_EXP_XID_ERRORS_COUNT > 0"),
        alert("DCGM_FI_DEV_GPU_UTIL > 0"),
        fields="DCGM_EXP_XID_ERRORS_COUNT, counter, XIDs\n",
    )
    assert told(plan) == ["A: nobody exports DCGM_FI_DEV_GPU_UTIL, so this never rings"]


def test_of_another_version_nothing_is_known(record_plan: Record) -> None:
    assert told(planned(record_plan, alert("kueue_old > 0"), version="0.1.0")) == []
