"""What is seen first: whose plan it is, whether it is sound, what it costs, also against its budget and before, and how long it takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gpuplatform.plan.model import STACK, Json, Plan
from gpuplatform.plan.values import at, mapping
from gpuplatform.plan.wording import counted, minutes
from gpuplatform.plan.wording import money as dollars
from gpuplatform.preview.judgement.summary import Tally
from gpuplatform.preview.report.html import bill as money
from gpuplatform.preview.report.html.markup import Content, Markup, join, tag

MEANS: Final = {
    "asleep_monthly": "every schedule in its off state",
    "idle_monthly": "awake, all at its minimum",
    "expected_monthly": "by the hours in the settings",
    "maximum_hourly": "all at its cap",
}


def head(plan: Plan, counts: Tally) -> Markup:
    made = [r for r in plan.resources if r.type != STACK]
    return join(
        [
            tag("h1", f"{plan.project} ", tag("span", plan.environment)),
            tag("p", f"{plan.region or 'region unknown'}, {counted(len(made), 'resource')}", class_="muted"),
            tag(
                "p",
                tag("a", counts.verdict, href="#findings"),
                f": {counts.brief}",
                class_=f"verdict {counts.worst or 'good'}",
            ),
        ]
    )


def tiles(plan: Plan, bill: Mapping[str, Json], timeline: Mapping[str, Json], difference: Json) -> Markup:
    found = [_sum(plan, bill, state, mapping(difference)) for state in money.STATES if bill]
    if timeline:
        ready, least = (float(timeline.get(key) or 0) for key in ("critical_path_seconds", "lower_bound_seconds"))
        sooner = minutes(ready) != minutes(least)
        note = f"at least {minutes(least)}" if sooner else "no order is faster"
        found.append(_tile("until ready", "", minutes(ready), note))
    return join(found)


def _sum(plan: Plan, bill: Mapping[str, Json], state: str, difference: Mapping[str, Json]) -> Markup:
    amount, expected = bill.get(state), state == "expected_monthly"
    same = state == "asleep_monthly" and dollars(amount) == dollars(bill.get("idle_monthly"))
    note = _than_before(difference, state) or (_of_budget(plan, amount) if expected else "")
    return _tile(
        money.WORDS[state],
        "an hour" if state == "maximum_hourly" else "a month",
        f"{dollars(amount)} $",
        note or ("nothing sleeps" if same else MEANS[state]),
        main=expected,
    )


def _tile(word: str, unit: str, figure: str, note: Content, *, main: bool = False) -> Markup:
    return tag(
        "div",
        tag("dt", word, tag("small", unit) if unit else None),
        tag("dd", figure),
        tag("dd", note, class_="note"),
        class_="main" if main else None,
    )


def _than_before(difference: Mapping[str, Json], state: str) -> str:
    """`73.00 $ less`; empty where there is no older bill."""
    before, after = at(difference, "before", state), at(difference, "after", state)
    if not isinstance(before, int | float) or not isinstance(after, int | float):
        return ""
    change = round(after - before, 2)
    return f"{dollars(abs(change))} $ {'more' if change > 0 else 'less'} than before" if change else "as before"


def _of_budget(plan: Plan, expected: Json) -> str:
    budget = at(plan.setting("governance"), "budgets", "environment")
    if not isinstance(budget, int | float) or not budget or not isinstance(expected, int | float):
        return ""
    return f"{expected / budget:.0%} of the budget of {budget:,.0f} $"
