"""Kubernetes versions on the days around the end of their standard support."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from gpuplatform.catalog import kubernetes_versions
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.preview.checks.versions import kubernetes_support
from gpuplatform.preview.judgement.run import run_checks
from tests.preview.sound import a_plan, a_resource

CONTROL_PLANE = "aws:eks/cluster:Cluster"


def cluster(version: Any, **more: Any) -> PlannedResource:
    return a_resource(CONTROL_PLANE, "cluster", {"version": version, **more})


def told(plan: Plan, today: date) -> list[str]:
    return [f.message for f in kubernetes_support(plan, today)]


@pytest.mark.parametrize(
    ("version", "today", "words"),
    [
        ("1.34", date(2026, 9, 2), None),
        ("1.34", date(2026, 9, 3), "ends on 2026-12-02, after which its control plane costs six times as much"),
        ("1.34", date(2026, 12, 1), "ends on 2026-12-02"),
        ("1.34", date(2026, 12, 2), "ended on 2026-12-02, since when"),
        ("1.28", date(2026, 12, 1), "has ended"),
        ("1.36", date(2026, 12, 1), None),
        ("1.37", date(2036, 12, 1), None),
        ("latest", date(2026, 12, 1), None),
        (None, date(2026, 12, 1), None),
    ],
)
def test_ninety_days_before_the_end_somebody_is_told(version: str | None, today: date, words: str | None) -> None:
    found = told(a_plan(cluster(version)), today)
    assert (words is None and not found) or (words and words in found[0]), found


def test_what_happens_then_is_what_the_upgrade_policy_says() -> None:
    (message,) = told(a_plan(cluster("1.34", upgradePolicy={"supportType": "STANDARD"})), date(2026, 12, 1))
    assert "after which EKS upgrades the cluster at a time of its own" in message
    assert "`gpuplatform upgrade dev`" in message


def test_the_control_plane_within_a_component_is_told_once() -> None:
    outer = a_resource("eks:index:Cluster", "cluster", {"version": "1.34"}, custom=False, remote=True)
    inner = replace(cluster("1.34"), name="cluster-eksCluster", parent=outer.urn)
    assert len(told(a_plan(outer, inner), date(2026, 12, 1))) == 1


def test_the_line_to_change_is_the_settings_where_they_state_the_version() -> None:
    settings = {"gpuplatform:cluster": {"version": "1.34"}}
    plan = a_plan(cluster("1.34"), settings=settings, lines={"gpuplatform:cluster.version": 33})
    (finding,) = kubernetes_support(plan, date(2026, 12, 1))
    assert (finding.file, finding.line) == ("Pulumi.dev.yaml", 33)


def test_without_a_day_nobody_asks() -> None:
    plan = a_plan(cluster("1.34"))
    assert run_checks(plan, (kubernetes_support,)) == []
    assert [f.rule for f in run_checks(plan, (kubernetes_support,), date(2026, 12, 1))] == ["kubernetes-support"]


def test_versions_stand_in_order_each_longer_supported_than_the_one_before() -> None:
    minors = [kubernetes_versions.number(v.minor) for v in kubernetes_versions.VERSIONS]
    ends = [v.standard_ends for v in kubernetes_versions.VERSIONS]
    assert minors == list(range(minors[0], minors[0] + len(minors)))
    assert ends == sorted(set(ends))
    assert all(v.source for v in kubernetes_versions.VERSIONS)


def test_the_next_version_is_one_up_and_one_that_the_autoscaler_can_be_of() -> None:
    newest = kubernetes_versions.newest()
    assert kubernetes_versions.following("1.34") == "1.35"
    assert kubernetes_versions.following(newest) is None
    assert kubernetes_versions.number(kubernetes_versions.NEWEST_ON_EKS) >= kubernetes_versions.number(newest)
