"""The workflows give an update the time that the program itself waits for AWS: a run that is cut off leaves operations pending."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
import yaml

from gpuplatform.plan.graph import creation_waits
from gpuplatform.plan.model import Plan
from tests.conftest import ROOT

LONGEST_OF_GITHUB = 360
"""Minutes of a job on GitHub's own runners (docs.github.com, "Usage limits", read 2026-12-01)."""
LONGEST_SESSION = 12 * 3600
"""Seconds of a role's session, where the role allows it (IAM API reference, CreateRole, MaxSessionDuration, read 2026-12-01)."""


def jobs() -> dict[str, Any]:
    return yaml.safe_load((ROOT / ".github/workflows/deploy.yml").read_text("utf-8"))["jobs"]


def minutes(written: str) -> float:
    (number, unit), *rest = re.findall(r"(\d+)([hms])", written)
    assert not rest
    return int(number) * {"h": 60, "m": 1, "s": 1 / 60}[unit]


def longest_wait(plan: Plan, operations: tuple[str, ...]) -> float:
    """Minutes that resources may wait one after the other, by the time-outs that the program gives them."""

    waits = creation_waits(plan)

    @cache
    def until(urn: str) -> float:
        given = plan.by_urn[urn].timeouts
        own = max((minutes(given[o]) for o in operations if o in given), default=0.0)
        return own + max(map(until, waits[urn]), default=0.0)

    return max(map(until, waits))


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_an_update_is_given_the_time_that_it_waits(plans: dict[str, Plan], environment: str) -> None:
    job = jobs()[environment]
    (seconds,) = [int(step["with"]["seconds"]) for step in job["steps"] if "seconds" in step.get("with", {})]
    wait = longest_wait(plans[environment], ("create", "update"))

    assert wait < job["timeout-minutes"] < LONGEST_OF_GITHUB, f"{wait:.0f} minutes of waiting"
    assert job["timeout-minutes"] * 60 <= seconds <= LONGEST_SESSION, "the role outlives the job"


def test_prod_waits_hours_for_its_file_system(plans: dict[str, Plan]) -> None:
    assert longest_wait(plans["prod"], ("create", "update")) == 180 + 60 + 60


def test_prod_s_interruptions_are_shown_before_anybody_approves() -> None:
    shown = jobs()["prod-interruptions"]

    assert jobs()["prod"]["needs"] == "prod-interruptions"
    assert shown["environment"] == "preview-prod", "the role that may only read"
    assert "--against" in shown["steps"][-1]["run"]
    assert "GITHUB_STEP_SUMMARY" in shown["steps"][-1]["run"]


def test_updates_are_made_by_the_command_alone() -> None:
    action = yaml.safe_load((ROOT / ".github/actions/up/action.yml").read_text("utf-8"))

    assert [step["run"] for step in action["runs"]["steps"]] == ['.venv/bin/gpuplatform up "$ENVIRONMENT" --yes']
