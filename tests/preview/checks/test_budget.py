"""Budgets of the environment and of teams against the expected month."""

from __future__ import annotations

import json

import pytest

from gpuplatform.plan.model import Json, PlannedResource
from gpuplatform.preview.checking.check import Finding
from gpuplatform.preview.judgement.run import run_checks
from tests.preview.billing.billing_plans import made, plan_of
from tests.preview.billing.test_showback import OWNER, flavor, pool, queue, used

BUDGET = "aws:budgets/budget:Budget"
MONITOR = "aws:costexplorer/anomalyMonitor:AnomalyMonitor"
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


def test_a_team_is_judged_by_what_it_uses_not_by_its_tag() -> None:
    """Two p4d for 100 hours, 4,391.55 $, of which `small` has a quarter by quota and nothing by tag."""
    resources = (*pool(), flavor(), queue("big", 24), queue("small", 8))
    budgets: Json = {"environment": 10_000, "teams": {"big": 3_300, "small": 1_000}}
    plan = plan_of(*resources, cluster=used(100), owner=OWNER, governance={"budgets": budgets})
    (finding,) = [one for one in run_checks(plan) if one.rule == "over-budget"]
    assert finding.message.startswith(
        "budgets.teams.small is 1,000 $ a month, and 1,097.89 $ are expected, 1,097.89 $ of GPU pools among"
    )


# --- what watches nothing --------------------------------------------------------------------------------------------


def by_tag(*values: str) -> dict[str, Json]:
    return {"costFilters": [{"name": "TagKeyValue", "values": list(values)}]}


def by_expression(key: str, *values: str, **more: Json) -> dict[str, Json]:
    return {"filterExpression": {"tags": {"key": key, "values": list(values), **more}}}


def blind(*resources: PlannedResource, owner: Json = OWNER) -> list[str]:
    """What watches nothing, beside a board of research's and a role and a queue of safety's that cost nothing at all."""
    there = (
        made(DASHBOARD, "board", {"tags": {"team": "research"}}),
        made("aws:iam/role:Role", "role", {"tags": {"team": "safety"}}),
    )
    found = run_checks(plan_of(*there, *resources, owner=owner))
    return [one.message for one in found if one.rule == "watches-nothing"]


@pytest.mark.parametrize(
    "inputs",
    [
        {},
        by_tag("user:team$research"),
        by_tag("user:team$safety", "user:team$research"),
        # A part that the user left out is no tag.
        by_tag("user:team$"),
        by_expression("team", "research"),
        # These count what has no such tag too.
        by_expression("team", "safety", matchOptions=["ABSENT"]),
        {
            "filterExpression": {
                "ors": [{"tags": {"key": "team", "values": ["safety"]}}, {"dimensions": {"key": "SERVICE"}}]
            }
        },
        {"filterExpression": {"not": {"tags": {"key": "team", "values": ["safety"]}}}},
        {"costFilters": [{"name": "Service", "values": ["Amazon SageMaker"]}]},
    ],
)
def test_a_budget_that_counts_something_is_left_alone(inputs: Json) -> None:
    assert blind(made(BUDGET, "budget", inputs)) == []


@pytest.mark.parametrize(
    "inputs",
    [
        by_tag("user:team$safety"),
        by_tag("user:owner$research"),
        by_tag("user:team$Research"),
        by_expression("team", "safety"),
        by_expression("user:team", "safety", matchOptions=["EQUALS"]),
        {
            "filterExpression": {
                "ands": [
                    {"tags": {"key": "team", "values": ["safety"]}},
                    {"dimensions": {"key": "SERVICE", "values": ["x"]}},
                ]
            }
        },
    ],
)
def test_a_budget_whose_tag_nothing_that_costs_carries_is_found(inputs: Json) -> None:
    (message,) = blind(made(BUDGET, "budget", inputs))
    assert message.startswith("budget: watches what carries ")
    assert "it will never warn" in message


def test_a_monitor_of_anomalies_is_asked_the_same() -> None:
    def monitor(team: str) -> PlannedResource:
        tags = {"Key": "team", "MatchOptions": None, "Values": [team]}
        return made(MONITOR, f"of-{team}", {"monitorSpecification": json.dumps({"And": None, "Tags": tags})})

    (message,) = blind(monitor("research"), monitor("safety"))
    assert message.startswith("of-safety: watches what carries team=safety")


def test_nodes_are_seen_by_the_tags_of_their_template_not_of_their_group() -> None:
    budget = made(BUDGET, "budget", by_tag("user:team$gpus"))
    assert blind(budget, *pool(nodes="gpus", team="ml-platform")) == []
    assert len(blind(budget, *pool(nodes="ml-platform", team="gpus"))) == 1


def test_default_tags_of_a_provider_count() -> None:
    defaults = json.dumps({"tags": {"team": "everything"}})
    provider = made("pulumi:providers:aws", "default", {"defaultTags": defaults})
    board = made(DASHBOARD, "theirs", provider=f"{provider.urn}::id")
    assert blind(made(BUDGET, "budget", by_tag("user:team$everything")), provider, board) == []
