"""Rules as Prometheus itself judges and evaluates them; each names metrics that somebody exports, and a runbook."""

from __future__ import annotations

import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from gpuplatform.catalog import metrics
from k8s import alert_rules, monitoring, node_health
from k8s.alert_rules import serving, spend, training
from k8s.alert_rules.rule import Severity
from tests.conftest import ROOT
from tests.k8s.alert_rules.cases import CASES, Case
from tests.tools import program

GROUPS = alert_rules.groups({"p5.48xlarge": Decimal("55.04"), "m7g.xlarge": Decimal("0.1632")}, 1000)
HEALTH: dict[str, Any] = {"name": "gpu-nodes", "rules": node_health.alerts()}
RULES: list[dict[str, Any]] = [rule for group in (*GROUPS, HEALTH) for rule in group["rules"]]
ALERTS = {rule["alert"]: rule for rule in RULES if "alert" in rule}


def names_of(kind: str) -> list[str]:
    return [rule[kind] for rule in RULES if kind in rule]


def promtool(*arguments: str, folder: Path) -> None:
    done = subprocess.run([program("promtool"), *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("rules")
    (made / "rules.yaml").write_text(yaml.safe_dump({"groups": [*GROUPS, HEALTH]}), encoding="utf-8")
    return made


def test_prometheus_takes_the_rules(folder: Path) -> None:
    promtool("check", "rules", "--lint=all", "--lint-fatal", "rules.yaml", folder=folder)


def test_every_alert_rings_when_it_should_and_is_silent_when_it_should(folder: Path) -> None:
    tests = [unit(case) for case in CASES]
    (folder / "tests.yaml").write_text(
        yaml.safe_dump({"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": tests}), encoding="utf-8"
    )
    promtool("test", "rules", "tests.yaml", folder=folder)


def unit(case: Case) -> dict[str, Any]:
    rule = ALERTS[case.alert]
    expected = {
        "exp_labels": {**(case.labels or {}), "severity": rule["labels"]["severity"]},
        "exp_annotations": {"summary": case.summary, "runbook": rule["annotations"]["runbook"]},
    }
    return {
        "name": case.alert,
        "interval": "1m",
        "input_series": [{"series": series, "values": values} for series, values in case.series.items()],
        "alert_rule_test": [
            {
                "eval_time": case.at,
                "alertname": case.alert,
                "exp_alerts": [expected] if case.labels is not None else [],
            }
        ],
    }


def test_every_alert_has_a_case_in_which_it_rings_and_one_in_which_it_does_not() -> None:
    ours = {rule["alert"] for group in GROUPS for rule in group["rules"] if "alert" in rule}

    assert {case.alert for case in CASES if case.labels is not None} == ours
    assert {case.alert for case in CASES if case.labels is None} == ours


def test_spend_is_summed_by_pool_and_in_all(folder: Path) -> None:
    nodes = {
        'kube_node_labels{node="a",label_node_kubernetes_io_instance_type="p5.48xlarge",label_gpuplatform_io_pool="h100"}': "1x10",
        'kube_node_labels{node="b",label_node_kubernetes_io_instance_type="p5.48xlarge",label_gpuplatform_io_pool="h100"}': "1x10",
        'kube_node_labels{node="c",label_node_kubernetes_io_instance_type="m7g.xlarge",label_gpuplatform_io_pool="system"}': "1x10",
    }
    test = {
        "interval": "1m",
        "input_series": [{"series": series, "values": values} for series, values in nodes.items()],
        "promql_expr_test": [
            {
                "expr": spend.BY_POOL,
                "eval_time": "5m",
                "exp_samples": [
                    {"labels": f'{spend.BY_POOL}{{pool="h100"}}', "value": 110.08},
                    {"labels": f'{spend.BY_POOL}{{pool="system"}}', "value": 0.1632},
                ],
            },
            {
                "expr": f"round({spend.TOTAL}, 0.0001)",
                "eval_time": "5m",
                "exp_samples": [{"labels": "{}", "value": 110.2432}],
            },
        ],
    }
    (folder / "spend.yaml").write_text(
        yaml.safe_dump({"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [test]}), encoding="utf-8"
    )
    promtool("test", "rules", "spend.yaml", folder=folder)


def known_metrics() -> frozenset[str]:
    """What our exporters are told to export: of DCGM's fields those that we list, not the exporter's own."""
    ours = frozenset(field for field, _, _ in monitoring.COUNTERS)
    others = metrics.exported() - metrics.names("dcgm-exporter")
    return ours | others | frozenset(names_of("record"))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.get("alert", rule.get("record")))
def test_every_metric_that_a_rule_names_is_exported(rule: dict[str, Any]) -> None:
    named = list(metrics.named(rule["expr"]))

    assert [name for name in named if not metrics.is_among(name, known_metrics())] == []
    assert named or rule.get("record") == spend.PRICE


@pytest.mark.parametrize("alert", ALERTS)
def test_every_alert_has_a_severity_and_a_runbook_that_speaks_of_it(alert: str) -> None:
    rule = ALERTS[alert]

    assert rule["labels"]["severity"] in set(Severity)
    assert alert in (ROOT / rule["annotations"]["runbook"]).read_text(encoding="utf-8")


def test_no_two_alerts_have_one_name() -> None:
    assert len(names_of("alert")) == len(set(names_of("alert")))


def test_the_exported_labels_that_spend_needs_are_asked_of_kube_state_metrics() -> None:
    assert set(spend.NODE_LABELS) <= set(monitoring.NODE_LABELS)


def test_gpus_are_told_apart_by_the_node_that_they_are_in() -> None:
    (relabeling,) = monitoring.dcgm_values([])["serviceMonitor"]["relabelings"]

    assert relabeling == {"sourceLabels": ["__meta_kubernetes_pod_node_name"], "targetLabel": "node"}


def test_training_programs_are_asked_in_every_namespace_at_a_port_by_name() -> None:
    spec = training.monitor()

    assert spec["namespaceSelector"] == {"any": True}
    assert spec["podMetricsEndpoints"][0]["port"] == "metrics"


def test_the_serving_alerts_are_of_the_namespace_that_serves() -> None:
    from stacks import serving as layer

    assert serving.NAMESPACE == layer.NAMESPACE
