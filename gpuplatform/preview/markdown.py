"""The preview as a comment on a pull request: verdict, findings and bill in sight, the rest folded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from gpuplatform.preview import difference_report
from gpuplatform.preview.check import Finding
from gpuplatform.preview.difference import Difference, difference
from gpuplatform.preview.look import listing, mapping
from gpuplatform.preview.plan import STACK, Json, Plan
from gpuplatform.preview.sums import (
    STATES,
    assumed_use,
    by_layer_sums,
    money,
    not_in_the_bill,
    old_prices,
    ready,
    rounding,
    shortened,
)
from gpuplatform.preview.suppression import Suppressed
from gpuplatform.preview.tally import tally
from gpuplatform.preview.tree import by_layer, lines
from gpuplatform.preview.words import counted, describe

LIMIT: Final = 65_000
"""GitHub refuses comments of more than 65,536 characters (REST API, issue comments)."""


def comment(
    plan: Plan, findings: Sequence[Finding], bill: Json, timeline: Json, suppressed: Sequence[Suppressed] = ()
) -> str:
    """GitHub-flavoured Markdown; what does not fit a comment is left out from the end, and said to be."""
    resources = [r for r in plan.resources if r.type != STACK]
    counts = tally(plan, findings, suppressed)
    head = [
        f"### {_cell(plan.environment)}: {counted(len(resources), 'resource')}, {counts.verdict.lower()}",
        "",
        f"{_cell(counts.told)}.",
        "",
        *_findings(findings),
        *(_difference(difference(plan.against, plan)) if plan.against else ()),
        *(_bill(plan, mapping(bill)) if bill else ()),
        *(_path(plan, mapping(timeline)) if timeline else ()),
    ]
    layers = [
        "| layer | what, and where | resources |",
        "|---|---|--:|",
        *(f"| {layer} | {_cell(describe(plan, own))} | {len(own)} |" for layer, own in by_layer(plan).items()),
    ]
    folded = [
        *_allowed(suppressed),
        *_folded("What there is", layers),
        *_folded("Every resource", ["```", *lines(plan), "```"]),
    ]
    text = "\n".join([*head, *folded]) + "\n"
    if len(text) > LIMIT:
        text = "\n".join([*head, *_allowed(suppressed), *_folded("What there is", layers)]) + "\n"
    return (
        text if len(text) <= LIMIT else text[: LIMIT - 40].rpartition("\n")[0] + "\n\n… and more; see the run's log.\n"
    )


def _findings(findings: Sequence[Finding]) -> list[str]:
    if not findings:
        return []
    rows = [
        f"| {f.severity.value} | {_cell(f'{f.file}:{f.line}' if f.file else '-')} | {_cell(f.message)} | {f.rule} |"
        for f in findings[:50]
    ]
    more = [f"… and {len(findings) - 50} more."] if len(findings) > 50 else []
    return ["| | line to change | what is wrong | check |", "|---|---|---|---|", *rows, "", *more]


def _allowed(suppressed: Sequence[Suppressed]) -> list[str]:
    """What would be found, but for a comment: until when, and why."""
    rows = [
        f"| {_cell(f'{one.finding.file}:{one.finding.line}')} | {_cell(one.finding.message)} | {one.finding.rule} "
        f"| {one.allowance.until} | {_cell(one.allowance.reason)} |"
        for one in suppressed[:50]
    ]
    head = ["| line | what is allowed | check | until | why |", "|---|---|---|---|---|"]
    return _folded(f"Allowed by a comment ({len(suppressed)})", [*head, *rows]) if rows else []


def _difference(found: Difference) -> list[str]:
    """What is lost and replaced is in sight, the rest folded."""
    told = list(difference_report.lines(found))
    grave = [line for line in told if "LOST" in line or line[0] == "±"]
    rest = [line for line in told if line not in grave]
    costs = [
        f"| {layer} | {' | '.join(f'{a:+,.2f}' if a else '' for a in amounts)} |"
        for layer, amounts in difference_report.bill_lines(found)
        if any(amounts)
    ]
    head = [
        "| change of $ | asleep, a month | idle, a month | expected, a month | maximum, an hour |",
        "|---|--:|--:|--:|--:|",
    ]
    return [
        f"**Against the older plan:** {_cell(difference_report.summary(found))}.",
        "",
        # A sign at the beginning of an entry would begin a list within the list.
        *(f"- {'' if line[0] == '±' else chr(92)}{_cell(line)}" for line in grave),
        *([""] if grave else ()),
        *([*head, *costs, ""] if costs else ()),
        *([f"No older bill: {_cell(found.no_bill)}.", ""] if found.no_bill else ()),
        *(_folded("Every difference", ["```diff", *(_diff(line) for line in rest), "```"]) if rest else ()),
    ]


def _diff(line: str) -> str:
    """In a `diff` block, GitHub colours + and -, and ! for what changes."""
    return f"!{line[1:]}" if line[0] == "~" else line


def _bill(plan: Plan, bill: dict[str, Json]) -> list[str]:
    totals = by_layer_sums(plan, bill)
    unpriced, old, assumed = not_in_the_bill(plan, bill), old_prices(bill), assumed_use(bill)
    return [
        "| $ | asleep, a month | idle, a month | expected, a month | maximum, an hour |",
        "|---|--:|--:|--:|--:|",
        *(f"| {layer} | {' | '.join(money(sums[s]) for s in STATES)} |" for layer, sums in totals.items()),
        f"| **total** | {' | '.join(f'**{money(bill.get(s))}**' for s in STATES)} |",
        "",
        *([note, ""] if (note := rounding(bill, totals)) else ()),
        *([_cell(unpriced), ""] if unpriced else ()),
        *([_cell(old), ""] if old else ()),
        *([_cell(assumed), ""] if assumed else ()),
    ]


def _path(plan: Plan, timeline: dict[str, Json]) -> list[str]:
    chain = [plan.by_urn[urn].name for urn in listing(timeline.get("chain")) if urn in plan.by_urn]
    told = ready(timeline)
    return [f"{told}, by way of {_cell(' → '.join(shortened(chain)))}.", ""]


def _folded(title: str, content: Iterable[str]) -> list[str]:
    return [f"<details><summary>{title}</summary>", "", *content, "", "</details>", ""]


def _cell(text: str) -> str:
    """Text that stays text: no markup, no mention of a person, no end of a table's cell."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", text.replace("\n", " ")).replace("@", "@\u200b")
