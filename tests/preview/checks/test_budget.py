"""Budgets of the environment and of teams against the expected month."""

from __future__ import annotations

import pytest

from gpuplatform.plan.model import Json
from gpuplatform.preview.checking.check import Finding
from gpuplatform.preview.judgement.run import run_checks
from tests.preview.billing.billing_plans import made, plan_of

DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"


def found(budgets: Json, **layers: Json) -> list[Finding]:
    """Two dashboards of a team's and one of the owner's, at 3 $ a month each, and a queue whose requests cost 0.40 $ a million."""
    plan = plan_of(
        *(made(DASHBOARD, f"board-{n}", {"tags": {"team": "research"}}) for n in range(2)),
        made(DASHBOARD, "board", {"tags": {"team": "ml-platform"}}),
        made("aws:sqs/queue:Queue", "queue", {"tags": {"team": "ml-platform"}}),
        governance={"budgets": budgets},
        **layers,
    )
    return [finding for finding in run_checks(plan) if finding.rule == "over-budget"]


@pytest.mark.parametrize(
    ("budgets", "told"),
    [
        ({"environment": 10, "teams": {"research": 6, "ml-platform": 4}}, []),
        ({"environment": 9}, ["budgets.environment is 9 $ a month, and 9.40 $ are expected"]),
        ({"environment": 10, "teams": {"research": 5.5}}, ["budgets.teams.research is 5.5 $ a month, and 6.00 $ are"]),
        (
            {"environment": 1, "teams": {"research": 1, "ml-platform": 1, "nobody": 1}},
            ["budgets.environment is 1 $", "budgets.teams.research is 1 $", "budgets.teams.ml-platform is 1 $"],
        ),
    ],
)
def test_what_is_expected_beyond_a_budget_is_found_for_the_environment_and_each_team(
    budgets: Json, told: list[str]
) -> None:
    messages = [finding.message for finding in found(budgets)]
    assert len(messages) == len(told)
    assert all(any(message.startswith(words) for message in messages) for words in told)


def test_what_settings_expect_to_be_used_counts_against_the_budget() -> None:
    budgets: Json = {"environment": 10}
    assert not found(budgets)
    # 5,000,000 × 0.40 a million are 2.00 $: 9 + 2.
    (finding,) = found(budgets, expected={"queue_requests": 5_000_000})
    assert "11.00 $ are expected" in finding.message
