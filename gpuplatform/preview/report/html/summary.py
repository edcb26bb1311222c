"""The top of the page: project and environment, verdict, sums against the budget and the older plan, and time until ready."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from gpuplatform.plan.model import STACK, Plan
from gpuplatform.plan.values import get_path
from gpuplatform.plan.wording import cents, counted, minutes, money
from gpuplatform.preview.billing.lines import State, Totals
from gpuplatform.preview.comparison.difference import Difference
from gpuplatform.preview.judgement.summary import CheckSummary
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.report.html.markup import Content, Markup, join, tag

MEANS: Final = {
    State.ASLEEP: "every schedule in its off state",
    State.IDLE: "awake, all at its minimum",
    State.EXPECTED: "by the hours in the settings",
    State.MAXIMUM: "all at its cap",
}


def head(plan: Plan, summary: CheckSummary) -> Markup:
    made = [r for r in plan.resources if r.type != STACK]
    return join(
        [
            tag("h1", f"{plan.project} ", tag("span", plan.environment)),
            tag("p", f"{plan.region or 'region unknown'}, {counted(len(made), 'resource')}", class_="muted"),
            tag(
                "p",
                tag("a", summary.verdict, href="#findings"),
                f": {summary.brief}",
                class_=f"verdict {summary.worst or 'good'}",
            ),
        ]
    )


def tiles(preview: Preview) -> Markup:
    plan, bill, timeline, difference = preview.plan, preview.bill, preview.timeline, preview.difference
    made = [_sum(plan, bill.totals, state, difference) for state in State] if bill else []
    if timeline:
        path, bound = minutes(timeline.critical_path_seconds), minutes(timeline.lower_bound_seconds)
        made.append(_tile("until ready", "", path, f"at least {bound}" if path != bound else "no order is faster"))
    return join(made)


def _sum(plan: Plan, totals: Totals, state: State, difference: Difference | None) -> Markup:
    amount = money(state.of(totals))
    note = _than_before(difference, state) if difference else ""
    if not note and state is State.EXPECTED:
        note = _of_budget(plan, totals.expected_monthly)
    if not note and state is State.ASLEEP and amount == money(totals.idle_monthly):
        note = "nothing sleeps"
    return _tile(state.word, state.period, f"{amount} $", note or MEANS[state], main=state is State.EXPECTED)


def _tile(word: str, unit: str, figure: str, note: Content, *, main: bool = False) -> Markup:
    return tag(
        "div",
        tag("dt", word, tag("small", unit) if unit else None),
        tag("dd", figure),
        tag("dd", note, class_="note"),
        class_="main" if main else None,
    )


def _than_before(difference: Difference, state: State) -> str:
    """`73.00 $ less than before`; empty where there is no older bill."""
    if difference.totals is None:
        return ""
    before, after = (cents(state.of(totals)) for totals in difference.totals)
    change = after - before
    return f"{money(abs(change))} $ {'more' if change > 0 else 'less'} than before" if change else "as before"


def _of_budget(plan: Plan, expected: Decimal) -> str:
    budget = get_path(plan.setting("governance"), "budgets", "environment")
    if not isinstance(budget, int | float) or not budget:
        return ""
    return f"{float(cents(expected)) / budget:.0%} of the budget of {budget:,.0f} $"
