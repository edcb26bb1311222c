"""A monthly budget that warns when it is spent and when it will be.

A budget of one tag counts nothing until that tag is activated for cost allocation (see `cost_allocation`); forecasts need about
five weeks of history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.tags import CostTags


@dataclass(frozen=True, kw_only=True)
class BudgetArgs:
    tags: CostTags
    dollars: float
    """A month."""
    alert_at: Sequence[int] = (80, 100)
    """Percent of the budget: once for what was spent, once for the forecast."""
    spent_on: tuple[str, str] | None = None
    """Count only what carries this tag, key and value; the whole account where none is given."""
    topic_arn: pulumi.Input[str]

    def __post_init__(self) -> None:
        if self.dollars <= 0:
            raise ValueError(f"dollars: {self.dollars}; a budget is more than 0")
        if not 1 <= len(set(self.alert_at)) <= 5 or len(set(self.alert_at)) < len(self.alert_at):
            raise ValueError(f"alert_at: {list(self.alert_at)}; accepted: 1 to 5 different percentages")
        if any(percent < 1 for percent in self.alert_at):
            raise ValueError(f"alert_at: {list(self.alert_at)}; accepted: percentages of at least 1")


class Budget(pulumi.ComponentResource):
    name: pulumi.Output[str]
    """As the console lists it."""

    def __init__(self, name: str, args: BudgetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:Budget", name, {}, opts)

        budget = aws.budgets.Budget(
            f"{name}-budget",
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=f"{args.dollars:.2f}",
            limit_unit="USD",
            cost_filters=cost_filters(args.spent_on),
            notifications=[
                {
                    "notification_type": kind,
                    "comparison_operator": "GREATER_THAN",
                    "threshold": percent,
                    "threshold_type": "PERCENTAGE",
                    "subscriber_sns_topic_arns": [args.topic_arn],
                }
                for kind in ("ACTUAL", "FORECASTED")
                for percent in args.alert_at
            ],
            tags=args.tags.aws(Name=name),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = budget.name
        self.register_outputs({"name": self.name})


def cost_filters(spent_on: tuple[str, str] | None) -> list[aws.budgets.BudgetCostFilterArgsDict] | None:
    """Budgets' own spelling of a user's tag: `user:<key>$<value>`."""
    if spent_on is None:
        return None
    key, value = spent_on
    return [{"name": "TagKeyValue", "values": [f"user:{key}${value}"]}]
