"""What is expected to be spent against what may be."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from gpuplatform.plan.model import Plan, PlanFeature
from gpuplatform.plan.values import as_dict, get_path
from gpuplatform.plan.wording import cents
from gpuplatform.preview.billing.bill import bill
from gpuplatform.preview.checking.check import Severity, Violation, check


@check(
    "over-budget",
    Severity.ERROR,
    "The expected month is within the environment's budget and each team's.",
    needs=(PlanFeature.SETTINGS,),
)
def over_budget(plan: Plan) -> Iterator[Violation]:
    budgets = get_path(plan.setting("governance"), "budgets")
    if not as_dict(budgets):
        return
    made = bill(plan)
    limits = {"environment": (made.totals, get_path(budgets, "environment"))}
    limits |= {
        f"teams.{team}": (made.by_team().get(team), most) for team, most in as_dict(get_path(budgets, "teams")).items()
    }
    for path, (totals, most) in limits.items():
        if totals is None or isinstance(most, bool) or not isinstance(most, int | float):
            continue
        expected = cents(totals.expected_monthly)
        if expected > Decimal(str(most)):
            least = "at least " if made.unpriced else ""
            yield Violation(
                f"budgets.{path} is {most:,} $ a month, and {least}{expected:,} $ are expected; "
                "raise it, or lower what is expected",
                None,
                plan.setting_source(f"governance.budgets.{path}"),
            )
