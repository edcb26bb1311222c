"""What is expected to be spent against what may be."""

from __future__ import annotations

from collections.abc import Iterator

from gpuplatform.preview.bill import bill
from gpuplatform.preview.check import Fault, Severity, check
from gpuplatform.preview.look import at, mapping
from gpuplatform.preview.plan import Part, Plan


@check(
    "over-budget",
    Severity.ERROR,
    "The expected month is within the environment's budget and each team's.",
    needs=(Part.SETTINGS,),
)
def over_budget(plan: Plan) -> Iterator[Fault]:
    budgets = at(plan.setting("governance"), "budgets")
    if not mapping(budgets):
        return
    made = bill(plan)
    limits = {"environment": (made.totals, at(budgets, "environment"))}
    limits |= {
        f"teams.{team}": (made.by_team().get(team), most) for team, most in mapping(at(budgets, "teams")).items()
    }
    for path, (totals, most) in limits.items():
        if totals and isinstance(most, int | float) and totals.expected_monthly > most:
            yield Fault(
                f"budgets.{path} is {most:,} $ a month, and {totals.expected_monthly:,.2f} $ are expected; "
                "raise it, or lower what is expected",
                None,
                plan.setting_source(f"governance.budgets.{path}"),
            )
