"""AWS Budgets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.kind import BOTOCORE, Api, Free, Kind, immutable, right
from gpuplatform.kinds.labels import (
    Label,
    Lines,
    number,
)
from gpuplatform.kinds.pricing.charge import Entry, steady
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.plan.model import Plan, PlannedResource

BUDGET: Final = "aws:budgets/budget:Budget"
BUDGET_ACTION: Final = "aws:budgets/budgetAction:BudgetAction"


FREE_ACTIONS: Final = 2
"""A payer account (aws.amazon.com/aws-cost-management/aws-budgets/pricing)."""


def budget_action(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """Two a payer account are free; those of this plan are taken to be its only ones."""
    if resource in context.plan.all(BUDGET_ACTION)[FREE_ACTIONS:]:
        note = "the budget actions of this plan are taken to be the account's only ones, of which two are free"
        yield steady(context, "budget action beyond the two that are free", "budgets", "action", note=note)


def _budget_label(_: Plan, budget: PlannedResource, __: list[PlannedResource]) -> Lines:
    return [f"budget: {number(budget.inputs.get('limitAmount'))} $ a month"]


KINDS: Final = (
    Kind(
        BUDGET_ACTION,
        price=budget_action,
    ),
    Kind(
        BUDGET,
        label=Label(icon="money", words=_budget_label, rank=16),
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
