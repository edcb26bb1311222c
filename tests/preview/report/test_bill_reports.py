"""One bill, told four times: JSON, terminal, comment and page state the same figures, and parts add up to the whole to the cent."""

from __future__ import annotations

import datetime
import io
import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from gpuplatform.plan.model import Json, Plan
from gpuplatform.plan.wording import money
from gpuplatform.preview.billing.bill import Bill, bill
from gpuplatform.preview.billing.lines import State, Totals
from gpuplatform.preview.comparison.difference import difference
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.report import markdown, terminal
from gpuplatform.preview.report.comparison import bill_lines
from gpuplatform.preview.report.html import html
from gpuplatform.preview.report.sums import rounding
from gpuplatform.preview.timeline import timeline
from tests.preview.billing.billing_plans import made, plan_of
from tests.preview.billing.priced_kinds import EXAMPLES

DAY = datetime.date(2026, 11, 22)


def cents(amount: float | Decimal) -> Decimal:
    return Decimal(str(amount)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def on_a_terminal(plan: Plan, found: Bill) -> dict[str, list[str]]:
    out = io.StringIO()
    console = Console(file=out, width=200, color_system=None, highlight=False, emoji=False)
    terminal.first_screen(console, Preview(plan, bill=found, timeline=timeline(plan)))
    table = out.getvalue().partition("\nbill ")[2].partition("List prices")[0]
    rows = [line.split() for line in table.splitlines() if re.search(r"\d\.\d\d$", line.strip())]
    return {name: figures for name, *figures in rows}


def in_a_comment(plan: Plan, found: Bill) -> dict[str, list[str]]:
    comment = markdown.comment(Preview(plan, bill=found, timeline=timeline(plan)))
    table = comment.partition("| $ | asleep")[2].partition("\n\n")[0]
    rows = [[cell.strip(" *") for cell in line.strip("| ").split("|")] for line in table.splitlines()[2:]]
    return {name: figures for name, *figures in rows}


def on_the_page(plan: Plan, found: Bill, noun: str) -> dict[str, list[str]]:
    page = html(Preview(plan, bill=found, timeline=timeline(plan)))
    table = page.partition(f"<caption>Dollars by {noun}</caption>")[2].partition("</table>")[0]
    rows = [re.findall(r"<t[hd][^>]*>([^<]*)<", row) for row in table.split("<tr>")[2:]]
    return {name: figures[:4] for name, *figures in rows}


def in_json(written: Json, grouping: str) -> dict[str, list[str]]:
    groups = {**written[grouping], "total": written}
    return {name: [f"{cents(own[state]):,}" for state in State] for name, own in groups.items()}


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_every_report_states_the_same_figures(plans: dict[str, Plan], environment: str) -> None:
    plan = plans[environment]
    found = bill(plan, DAY)
    written = found.to_json()
    layers = in_json(written, "by_layer")
    assert on_a_terminal(plan, found) == layers
    assert in_a_comment(plan, found) == layers
    assert on_the_page(plan, found, "layer") == layers
    assert on_the_page(plan, found, "team") == in_json(written, "by_team")


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_teams_layers_and_resources_add_up_to_the_total_to_the_cent(plans: dict[str, Plan], environment: str) -> None:
    adds_up(bill(plans[environment], DAY))


AMOUNTS = st.integers(0, 10**6).map(lambda number: number / 997)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(sorted(EXAMPLES)), min_size=1, max_size=12),
    st.lists(st.sampled_from(["network", "data", "platform"]), min_size=12, max_size=12),
    st.lists(st.sampled_from(["research", "applied", ""]), min_size=12, max_size=12),
    st.dictionaries(st.sampled_from(["nat_gb", "s3_writes", "queue_requests", "log_gb", "between_zones_gb"]), AMOUNTS),
)
def test_parts_of_any_plan_add_up_to_its_total(
    kinds: list[str], layers: list[str], teams: list[str], expected: dict[str, float]
) -> None:
    resources = [
        made(kind, f"it-{n}", {**EXAMPLES[kind], "tags": {"team": teams[n]}}, layer=layers[n])
        for n, kind in enumerate(kinds)
    ]
    adds_up(bill(plan_of(*resources, expected=expected), DAY))


def adds_up(found: Bill) -> None:
    written = found.to_json()
    for state in State:
        for grouping in ("by_team", "by_layer", "by_resource"):
            parts = sum((Decimal(str(own[state])) for own in written[grouping].values()), Decimal(0))
            # Each part is written to a millionth; so many may be off by half of one.
            assert abs(parts - Decimal(str(written[state]))) < Decimal("0.00501"), (state, grouping)
        lines = sum((Decimal(str(line[state])) for line in written["lines"]), Decimal(0))
        assert abs(lines - Decimal(str(written[state]))) < Decimal("0.00501"), state
        exact = [
            sum(getattr(own, state) for own in by().values())
            for by in (found.by_team, found.by_layer, found.by_resource)
        ]
        assert all(abs(amount - getattr(found.totals, state)) < Decimal("1e-15") for amount in exact)


def test_the_difference_is_that_of_the_totals(plans: dict[str, Plan]) -> None:
    """The NAT gateway, a bucket and the control plane go; one more address comes."""
    now = plans["dev"]
    less = replace(
        now,
        resources=tuple(
            r
            for r in now.resources
            if r.type not in ("aws:ec2/natGateway:NatGateway", "eks:index:Cluster") and r.name != "lake-raw-bucket"
        ),
    )
    more = replace(less, resources=(*less.resources, made("aws:ec2/eip:Eip", "another", layer="network")))
    told = dict(bill_lines(difference(now, more)))
    before, after = bill(now).to_json(), bill(more).to_json()
    assert told["total"] == tuple(cents(after[state]) - cents(before[state]) for state in State)
    # 730 × (0.045 + 0.10) go with the gateway and the control plane, 730 × 0.005 come.
    assert told["total"][0] == cents(730 * (0.005 - 0.045 - 0.10))
    layers = [amounts for name, amounts in told.items() if name != "total"]
    sums = [sum(of) for of in zip(*layers, strict=True)]
    # Each amount is rounded by itself, before and after.
    assert all(abs(own - whole) <= Decimal("0.03") for own, whole in zip(sums, told["total"], strict=True))


def test_columns_that_do_not_add_up_say_why() -> None:
    third, whole, more = (
        Totals(**dict.fromkeys((state.value for state in State), Decimal(amount)))
        for amount in ("1.005", "3.015", "3.03")
    )
    layers = {"a": third, "b": third, "c": third}
    assert rounding(whole, layers) == (
        "Every amount is rounded by itself: a column may differ from its total by some cents."
    )
    assert rounding(more, layers) == ""
    assert rounding(whole, {}) == ""


@pytest.mark.parametrize(
    ("amount", "told"),
    [(1.005, "1.01"), (2.675, "2.68"), (1234.5, "1,234.50"), (0, "0.00"), (Decimal("2.675"), "2.68")],
)
def test_money_is_rounded_half_a_cent_up(amount: float | Decimal, told: str) -> None:
    assert money(amount) == told


def reports(plan: Plan) -> list[str]:
    """Prod's on a wide terminal, as a comment and as a page, each line as it is read."""
    shown = Preview(plan, bill=bill(plan, DAY), timeline=timeline(plan))
    console = Console(file=(out := io.StringIO()), width=400)
    terminal.first_screen(console, shown)
    comment = re.sub(r"\\(.)", r"\1", markdown.comment(shown))
    page = unescape(re.sub(r"<[^>]+>", " ", html(shown)))
    return [" ".join(text.split()) for text in (out.getvalue(), comment, page)]


def test_every_report_says_who_pays_for_what_and_by_which_key(plans: dict[str, Plan]) -> None:
    plan = plans["prod"]
    found = bill(plan, DAY)
    cells = [
        f"{cents(amount.expected_monthly):,}" for c in found.showback.teams for amount in (c.pools, c.total, c.tagged)
    ]
    for text in reports(plan):
        assert all(cell in text for cell in cells)
        assert "h100: by Kueue's quota of its 64 GPUs: applied 16, research 32, safety 16." in text
        assert "l40s: wholly of applied, whose tag its nodes carry." in text
        assert "(governance.overhead: gpu-spend)" in text


def test_every_report_compares_ways_of_buying_and_prices_tokens_at_volume(plans: dict[str, Plan]) -> None:
    plan = plans["prod"]
    found = bill(plan, DAY)
    for text in reports(plan):
        assert all(f"{one.sentence}." in text for one in found.break_even)
        assert all(f"{cents(cost.fully_loaded):,}" in text for cost in found.volume_costs)
        assert "llama-70b 1,000 million" in text


def test_the_five_dearest_lines_are_told_with_what_they_leave_out(plans: dict[str, Plan]) -> None:
    plan = plans["prod"]
    lines = sorted(bill(plan, DAY).lines, key=lambda line: -line.expected_monthly)
    for text in reports(plan)[:2]:
        places = [text.index(line.what) for line in lines[:5]]
        assert places == sorted(places)
        assert all(line.note in text for line in lines[:5])
        assert lines[5].what not in text
