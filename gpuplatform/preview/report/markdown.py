"""The preview as a comment on a pull request: verdict, findings and bill in sight, the rest folded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from gpuplatform.plan.model import STACK, Plan
from gpuplatform.plan.tree import by_layer, lines
from gpuplatform.plan.wording import counted, money
from gpuplatform.preview.billing.bill import Bill
from gpuplatform.preview.billing.lines import State
from gpuplatform.preview.checking.check import Finding
from gpuplatform.preview.comparison.difference import Difference
from gpuplatform.preview.judgement.suppression import Suppressed
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.record.failure import printable, visible
from gpuplatform.preview.report import comparison, team_costs, unit_costs
from gpuplatform.preview.report.grouping import grouped
from gpuplatform.preview.report.sums import (
    assumed_use,
    by_layer_sums,
    critical_path,
    not_in_the_bill,
    old_prices,
    ready,
    rounding,
)
from gpuplatform.preview.report.words import describe
from gpuplatform.preview.timeline import Timeline

MOST: Final = 64_800
"""GitHub refuses comments of more than 65,536 characters (REST API, issue comments)."""
SHOWN: Final = 30
"""Rows of findings in sight; the rest is folded."""
LONGEST: Final = 400
"""Characters of a message."""


def comment(preview: Preview) -> str:
    """GitHub-flavoured Markdown; a folded part that no longer fits a comment is left out, and said to be."""
    plan, summary, bill = preview.plan, preview.summary, preview.bill
    resources = [r for r in plan.resources if r.type != STACK]
    rows = _findings(preview.findings)
    head = [
        f"### {_cell(plan.environment)}: {counted(len(resources), 'resource')}, {summary.verdict.lower()}",
        "",
        f"{_cell(summary.sentence)}.",
        "",
        *(line for sentence in preview.not_known.sentences for line in (_cell(sentence), "")),
        *([*FINDINGS, *rows[:SHOWN], ""] if rows else []),
        *(_difference(preview.difference) if preview.difference else ()),
        *(_bill(plan, bill) if bill else ()),
        *(_path(plan, preview.timeline) if preview.timeline else ()),
    ]
    layers = [
        "| layer | resources | what, and where |",
        "|---|--:|---|",
        *(f"| {_cell(layer)} | {len(own)} | {_cell(describe(plan, own))} |" for layer, own in by_layer(plan).items()),
    ]
    folded = {
        "More findings": [*FINDINGS, *rows[SHOWN:]] if rows[SHOWN:] else [],
        f"Allowed by a comment ({len(preview.suppressed)})": _allowed(preview.suppressed),
        "What there is": layers,
        "What each team pays": _teams(bill) if bill else [],
        "What a unit of use costs": _units(bill) if bill else [],
        "Every resource": _fenced(lines(plan)),
    }
    return _fitting("\n".join(head), {title: part for title, part in folded.items() if part})


def _fitting(head: str, folded: Mapping[str, list[str]]) -> str:
    """As many of the folded parts as a comment has room for."""
    text, left = head[:MOST].rpartition("\n")[0] + "\n\n… and more.\n" if len(head) > MOST else f"{head}\n", list[str]()
    for title, part in folded.items():
        added = "\n".join(_folded(title, part)) + "\n"
        if len(text) + len(added) <= MOST:
            text += added
        else:
            left.append(title.lower())
    return (
        f"{text}Left out, for a comment has no room: {', '.join(left)}. The other reports hold it.\n" if left else text
    )


FINDINGS: Final = ("| | line to change | what is wrong | check |", "|---|---|---|---|")


def _findings(findings: Sequence[Finding]) -> list[str]:
    """A row for each group of findings."""
    return [
        f"| {group.severity.value} | {_cell(group.where)} | {_cell(_short(group.message))} | {group.rule} |"
        for group in grouped(findings)
    ]


def _units(bill: Bill) -> list[str]:
    economics, volumes = bill.economics, bill.volume_costs
    pools = [(pool if used else "", what, price, used) for pool, what, price, used in unit_costs.pools(economics)]
    tables = [
        *_table(("GPU pool", "bought as", "price, $ a GPU-hour", "effective $ per used GPU-hour"), pools),
        *_table(("model, busy", "runs on", *unit_costs.model_heads(volumes)), unit_costs.models(economics, volumes)),
        *(
            s
            for told in (unit_costs.volumes(volumes), unit_costs.without_throughput(economics))
            if told
            for s in (_cell(told), "")
        ),
        *_listed(team_costs.break_evens(bill)),
    ]
    return tables if any(tables) else []


def _teams(bill: Bill) -> list[str]:
    rows = team_costs.teams(bill)
    return [*_table(team_costs.TEAM_HEADS, rows, text_columns=1), *_listed(team_costs.team_notes(bill))] if rows else []


def _listed(sentences: Sequence[str]) -> list[str]:
    """The first says what the others are."""
    first, rest = sentences[:1], sentences[1:]
    return [*map(_cell, first), "", *(f"- {_cell(sentence)}" for sentence in rest), ""] if sentences else []


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], text_columns: int = 2) -> list[str]:
    body = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    kinds = "|".join(["---"] * text_columns + ["--:"] * (len(heads) - text_columns))
    return [f"| {' | '.join(heads)} |", f"|{kinds}|", *body, ""] if body else []


def _allowed(suppressed: Sequence[Suppressed]) -> list[str]:
    """What would be found, but for a comment: until when, and why."""
    rows = [
        f"| {_cell(f'{one.finding.file}:{one.finding.line}')} | {_cell(_short(one.finding.message))} | {one.finding.rule} "
        f"| {one.allowance.until} | {_cell(one.allowance.reason)} |"
        for one in suppressed[:50]
    ]
    head = ["| line | what is allowed | check | until | why |", "|---|---|---|---|---|"]
    return [*head, *rows] if rows else []


def _difference(difference: Difference) -> list[str]:
    """What is lost and replaced is in sight, the rest folded."""
    every = list(comparison.lines(difference))
    grave = [line for line in every if "LOST" in line or line[0] == "±"]
    rest = [line for line in every if line not in grave]
    costs = [
        f"| {_cell(layer)} | {' | '.join(f'{a:+,.2f}' if a else '' for a in amounts)} |"
        for layer, amounts in comparison.bill_lines(difference)
        if any(amounts)
    ]
    return [
        f"**Against the older plan:** {_cell(comparison.summary(difference))}.",
        "",
        # A sign at the beginning of an entry would begin a list within the list.
        *(f"- {'' if line[0] == '±' else chr(92)}{_cell(line)}" for line in grave),
        *([""] if grave else ()),
        *([*_sums_head("change of $"), *costs, ""] if costs else ()),
        *([f"No older bill: {_cell(difference.no_bill)}.", ""] if difference.no_bill else ()),
        *(_folded("Every difference", _fenced(map(_diff, rest), "diff")) if rest else ()),
    ]


def _diff(line: str) -> str:
    """In a `diff` block, GitHub colours + and -, and ! for what changes."""
    return f"!{line[1:]}" if line[0] == "~" else line


def _sums_head(what: str) -> list[str]:
    return [f"| {what} | {' | '.join(f'{state.word}, {state.period}' for state in State)} |", "|---|--:|--:|--:|--:|"]


def _bill(plan: Plan, bill: Bill) -> list[str]:
    layers = by_layer_sums(plan, bill)
    unpriced, old, assumed = not_in_the_bill(plan, bill), old_prices(bill), assumed_use(bill)
    return [
        *_sums_head("$"),
        *(f"| {_cell(layer)} | {' | '.join(money(s.of(sums)) for s in State)} |" for layer, sums in layers.items()),
        f"| **total** | {' | '.join(f'**{money(s.of(bill.totals))}**' for s in State)} |",
        "",
        *([note, ""] if (note := rounding(bill.totals, layers)) else ()),
        *_dearest(plan, bill),
        *([_cell(unpriced), ""] if unpriced else ()),
        *([_cell(old), ""] if old else ()),
        *([_cell(assumed), ""] if assumed else ()),
    ]


def _dearest(plan: Plan, bill: Bill) -> list[str]:
    rows = [f"| {' | '.join(map(_cell, row))} |" for row in team_costs.dearest(plan, bill)]
    return [f"| {' | '.join(team_costs.LINE_HEADS)} |", "|---|---|--:|---|", *rows, ""] if rows else []


def _path(plan: Plan, timeline: Timeline) -> list[str]:
    return [f"{ready(timeline)}, by way of {_cell(critical_path(plan, timeline))}.", ""]


def _folded(title: str, content: Iterable[str]) -> list[str]:
    return [f"<details><summary>{title}</summary>", "", *content, "", "</details>", ""]


def _fenced(content: Iterable[str], language: str = "") -> list[str]:
    """A block of code that nothing in it can end: each line in one, and a fence longer than any in it."""
    shown = [visible(line) for line in content]
    fence = "`" * max(3, 1 + max((len(run) for line in shown for run in re.findall(r"`+", line)), default=0))
    return [f"{fence}{language}", *shown, fence]


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _cell(text: str) -> str:
    """Text that stays text: no markup, no mention of a person, no end of a table's cell."""
    return re.sub(r"([\\`*_~\[\]<>|#&])", r"\\\1", printable(text)).replace("@", "@\u200b")
