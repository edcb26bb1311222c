from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from components.budget import Budget, BudgetArgs
from components.tags import CostTags
from gpuplatform.plan.model import Plan

Record = Callable[[Callable[[], object]], Plan]

TOPIC = "arn:aws:sns:us-east-1:111122223333:alerts"


def args(**changes: Any) -> BudgetArgs:
    tags = CostTags(team="ml", project="gpuplatform", environment="test", component="governance", contact="ml")
    given: dict[str, Any] = {"tags": tags, "dollars": 300.0, "topic_arn": TOPIC}
    return BudgetArgs(**(given | changes))


def test_it_warns_of_what_was_spent_and_of_what_will_be(record_plan: Record) -> None:
    budget = record_plan(lambda: Budget("environment", args(alert_at=(80, 100)))).one("aws:budgets/budget:Budget")

    assert [(n["notificationType"], n["threshold"]) for n in budget.inputs["notifications"]] == [
        ("ACTUAL", 80),
        ("ACTUAL", 100),
        ("FORECASTED", 80),
        ("FORECASTED", 100),
    ]
    assert all(n["subscriberSnsTopicArns"] == [TOPIC] for n in budget.inputs["notifications"])
    assert all(n["thresholdType"] == "PERCENTAGE" for n in budget.inputs["notifications"])


def test_large_amounts_are_written_out(record_plan: Record) -> None:
    budget = record_plan(lambda: Budget("environment", args(dollars=1_500_000))).one("aws:budgets/budget:Budget")

    assert budget.inputs["limitAmount"] == "1500000.00", "Budgets reads no 1.5e+06"


def test_a_teams_budget_counts_what_carries_its_tag(record_plan: Record) -> None:
    plan = record_plan(lambda: Budget("team-research", args(spent_on=("team", "research"))))
    filters = plan.one("aws:budgets/budget:Budget").inputs["costFilters"]

    assert filters == [{"name": "TagKeyValue", "values": ["user:team$research"]}]


def test_without_a_tag_it_counts_the_whole_account(record_plan: Record) -> None:
    assert "costFilters" not in record_plan(lambda: Budget("all", args())).one("aws:budgets/budget:Budget").inputs


@pytest.mark.parametrize(
    "changes",
    [{"dollars": 0}, {"alert_at": ()}, {"alert_at": (80, 80)}, {"alert_at": (0,)}, {"alert_at": (1, 2, 3, 4, 5, 6)}],
)
def test_budgets_that_aws_would_refuse_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(changes))):
        args(**changes)
