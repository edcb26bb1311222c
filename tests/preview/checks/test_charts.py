"""What Helm installs: each fault is found, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gpuplatform.catalog import charts
from gpuplatform.catalog.chart_values import misspelt
from gpuplatform.plan.model import Plan
from gpuplatform.preview.judgement.run import run_checks
from tests.preview.sound import sound, with_input

Break = Callable[[Plan], Plan]


def _keda(path: str, value: Any) -> Break:
    return lambda plan: with_input(plan, "keda", path, value)


FAULTS: list[tuple[str, str, Break]] = [
    ("floating-chart", "has no version", _keda("version", None)),
    ("floating-chart", ">=2 is a range", _keda("version", ">=2")),
    ("floating-chart", "2.20 is a range", _keda("version", "2.20")),
    ("known-chart", f"version is 2.0.0, the catalogue's is {charts.KEDA.version}", _keda("version", "2.0.0")),
    (
        "known-chart",
        "keda is kept in https://kedacore.github.io/charts, not in https://kedacore.github.io/chart",
        _keda("repositoryOpts", {"repo": "https://kedacore.github.io/chart"}),
    ),
    (
        "known-chart",
        "did you mean nvidia-device-plugin?",
        lambda p: with_input(p, "nvidia", "chart", "nvidia-device-plugins"),
    ),
    ("chart-value", "values.operater: the chart knows operator", _keda("values", {"operater": {"replicaCount": 1}})),
    ("chart-value", "knows operator.replicaCount", _keda("values", {"operator": {"replicaCont": 1}})),
]


@pytest.mark.parametrize(("rule", "words", "broken"), FAULTS, ids=[f"{rule}: {words}" for rule, words, _ in FAULTS])
def test_a_planted_fault_is_found_and_nothing_else(rule: str, words: str, broken: Break):
    found = [f for f in run_checks(broken(sound())) if f.rule != "nobody-counts-devices"]

    assert {f.rule for f in found} == {rule}, [f"{f.rule}: {f.message}" for f in found]
    assert any(words in f.message for f in found), [f.message for f in found]


@pytest.mark.parametrize(
    "changed",
    [
        _keda("repositoryOpts", {"repo": "https://mirror.example.com/charts"}),
        _keda("values", {"operator": {"replicaCount": 2}, "extraObjects": []}),
        _keda("chart", "./charts/keda"),
    ],
)
def test_a_mirror_and_a_value_of_its_own_are_no_faults(changed: Break):
    assert [f"{f.rule}: {f.message}" for f in run_checks(changed(sound()))] == []


def test_a_chart_that_is_not_known_has_no_misspelt_values():
    assert list(misspelt("some-chart", {"anything": 1})) == []


def test_what_stands_deeper_than_the_catalogue_knows_is_not_judged():
    assert (
        list(misspelt("kube-prometheus-stack", {"prometheus": {"prometheusSpec": {"retention": {"ab": {"cd": 1}}}}}))
        == []
    )
