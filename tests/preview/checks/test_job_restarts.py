"""Whether a lost node counts as a failure of the job: the shipped job, and what others write."""

from __future__ import annotations

from typing import Any

import pytest

from gpuplatform.plan.model import Plan
from gpuplatform.preview.judgement.run import run_checks
from tests.preview.sound import with_input

JOB = "pretrain-jobset"
POD_RULES = "spec|replicatedJobs|0|template|spec|podFailurePolicy"
FREE = "RestartJobSetAndIgnoreMaxRestarts"


def told(plan: Plan) -> list[str]:
    return [f.message for f in run_checks(plan) if f.rule == "disruption-counts"]


def test_the_shipped_job_counts_no_lost_node(plans: dict[str, Plan]) -> None:
    assert [told(plan) for plan in plans.values()] == [[] for _ in plans]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (POD_RULES, None),
        ("spec|failurePolicy|rules", None),
        ("spec|failurePolicy", None),
        ("spec|failurePolicy|rules|0|action", "RestartJobSet"),
        ("spec|failurePolicy|rules|0|onJobFailureReasons", ["BackoffLimitExceeded"]),
        ("spec|failurePolicy|rules|0|targetReplicatedJobs", ["driver"]),
        (f"{POD_RULES}|rules|0|onPodConditions", [{"type": "ConfigIssue", "status": "True"}]),
        ("spec|failurePolicy|rules", [{"action": "FailJobSet"}, {"action": FREE}]),
    ],
)
def test_a_lost_node_that_counts_is_told(plans: dict[str, Plan], path: str, value: Any) -> None:
    (said,) = told(with_input(plans["prod"], JOB, path, value))

    assert said.startswith("pretrain-jobset: workers: a lost node counts towards failurePolicy.maxRestarts, ")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{POD_RULES}|rules|0|action", "Ignore"),
        ("spec|failurePolicy|rules|0|onJobFailureReasons", None),
        ("spec|failurePolicy|rules|0|targetReplicatedJobs", ["workers"]),
    ],
)
def test_other_ways_of_not_counting_are_accepted(plans: dict[str, Plan], path: str, value: Any) -> None:
    assert told(with_input(plans["prod"], JOB, path, value)) == []
