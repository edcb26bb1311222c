"""AWS Budgets."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import BOTOCORE, Api, Free, Kind, immutable, right

BUDGET: Final = "aws:budgets/budget:Budget"
BUDGET_ACTION: Final = "aws:budgets/budgetAction:BudgetAction"


KINDS: Final = (
    Kind(
        BUDGET_ACTION,
    ),
    Kind(
        BUDGET,
        noun="budget",
        arn="arn:{p}:budgets::{a}:budget/{n}",
        identifier=lambda made: f"{made.account}:{made.name}",
        unique_name="name",
        immutable=(
            immutable(
                f"Budgets UpdateBudget: a budget is known by account and name ({BOTOCORE})",
                "accountId",
                "name",
                "namePrefix",
            ),
        ),
        price=Free("budgets and their notifications are free (aws.amazon.com/aws-cost-management/aws-budgets/pricing)"),
        rights=(right("budgets", "budget/{name}", "ModifyBudget", "TagResource"),),
        api=Api(
            shapes=("budgets.Budget",),
            renamed={"name": "budgets.BudgetName", "notifications": "budgets.Notification"},
            limits={"limitAmount": {"pattern": "\\d+(\\.\\d+)?"}},
        ),
    ),
)
