"""What is expected to be spent against what may be, and whether anybody would be told."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from gpuplatform.kinds.cost_filters import cost_tags, tag_filters
from gpuplatform.plan.model import Plan, PlanFeature
from gpuplatform.plan.values import as_dict, get_path
from gpuplatform.plan.wording import cents, money
from gpuplatform.preview.billing.bill import bill
from gpuplatform.preview.billing.showback import TeamCost
from gpuplatform.preview.checking.check import Severity, Violation, check


@check(
    "over-budget",
    Severity.ERROR,
    "The expected month is within the environment's budget and, by showback, each team's.",
    needs=(PlanFeature.SETTINGS,),
)
def over_budget(plan: Plan) -> Iterator[Violation]:
    budgets = get_path(plan.setting("governance"), "budgets")
    if not as_dict(budgets):
        return
    made = bill(plan)
    limits = {"environment": (made.totals, "", get_path(budgets, "environment"))}
    limits |= {
        f"teams.{cost.team}": (cost.total, _parts(cost), get_path(budgets, "teams", cost.team))
        for cost in made.showback.teams
    }
    for path, (totals, parts, most) in limits.items():
        if isinstance(most, bool) or not isinstance(most, int | float):
            continue
        expected = cents(totals.expected_monthly)
        if expected > Decimal(str(most)):
            least = "at least " if made.unpriced else ""
            yield Violation(
                f"budgets.{path} is {most:,} $ a month, and {least}{expected:,} $ are expected{parts}; "
                "raise it, or lower what is expected",
                None,
                plan.setting_source(f"governance.budgets.{path}"),
            )


@check(
    "watches-nothing",
    Severity.WARNING,
    "Every budget and anomaly monitor by tag has something to watch that costs.",
)
def watches_nothing(plan: Plan) -> Iterator[Violation]:
    """What is free never spends a budget: a role with a team's tag does not count, nor does the budget itself."""
    filters = list(tag_filters(plan))
    if not filters:
        return
    made = bill(plan)
    costly = {line.urn for line in made.lines} | {urn for urn, _ in made.unpriced}
    tags = [cost_tags(plan, plan.by_urn[urn]) for urn in costly]
    for one in filters:
        if not any(map(one.matches, tags)):
            yield Violation(
                f"{one.watcher.name}: watches what carries {one.words}, and nothing in the plan that costs does: it will never warn. "
                "Tag what is to be watched (nodes: in the launch template or node class), or filter by another tag",
                one.watcher,
            )


def _parts(cost: TeamCost) -> str:
    """What a team's amount is made of, where it is more than what it tags."""
    parts = (("GPU pools", cost.pools), ("platform", cost.overhead))
    told = [f"{money(sums.expected_monthly)} $ of {what}" for what, sums in parts if sums.expected_monthly]
    return f", {' and '.join(told)} among them" if told else ""
