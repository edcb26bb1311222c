"""The preview in a terminal, on one page: resources, findings, bill and critical path."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.tree import Tree

from gpuplatform.plan.model import STACK, Plan, PlannedResource
from gpuplatform.plan.tree import by_layer
from gpuplatform.plan.wording import counted
from gpuplatform.preview.checking.check import Finding, Severity
from gpuplatform.preview.comparison.difference import Difference
from gpuplatform.preview.judgement.run import all_checks
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.report import comparison, terminal_bill
from gpuplatform.preview.report.grouping import grouped
from gpuplatform.preview.report.sums import critical_path, ready
from gpuplatform.preview.report.terminal_bill import escape, plain_table
from gpuplatform.preview.report.words import describe
from gpuplatform.preview.timeline import Timeline

_COLOUR: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
_MARK: Final = {"±": "red", "-": "red", "+": "green", "~": "yellow"}
_GROUPS_SHOWN: Final = 20
"""Of one rule."""


def first_screen(console: Console, preview: Preview) -> None:
    """What the plan contains, in one page."""
    plan = preview.plan
    resources = [r for r in plan.resources if r.type != STACK]
    heading = f"[bold]{escape(plan.project)} {escape(plan.environment)}[/]"
    console.print(f"{heading}  {escape(plan.region)}, {counted(len(resources), 'resource')}")
    console.print()
    _layers(console, plan)
    _findings(console, preview.findings)
    _verdict(console, preview)
    if preview.difference:
        _difference(console, preview.difference)
    if preview.bill:
        terminal_bill.show(console, plan, preview.bill, preview.difference)
    if preview.timeline:
        _path(console, plan, preview.timeline)


def _difference(console: Console, difference: Difference) -> None:
    console.print(f"[bold]Against the older plan[/]: {escape(comparison.summary(difference))}.")
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for line in comparison.lines(difference):
        sign, _, text = line.partition(" ")
        table.add_row(f"  {escape(sign)}", escape(text), style=_MARK.get(sign, ""))
    console.print(table)
    if difference.no_bill:
        console.print(f"  No older bill: {escape(difference.no_bill)}.")
    console.print()


def full_tree(console: Console, plan: Plan) -> None:
    """Every resource under its parent, by layer."""
    for layer, resources in by_layer(plan).items():
        root = Tree(f"[bold]{escape(layer)}[/]", guide_style="dim")
        own = {r.urn for r in resources}
        nodes: dict[str, Tree] = {}
        for resource in resources:
            parent = nodes.get(resource.parent or "") if resource.parent in own else root
            nodes[resource.urn] = (parent or root).add(_leaf(resource), highlight=False)
        console.print(root)
        console.print()


def progress_of(plan: Plan) -> str:
    """How far a program came that did not end well."""
    made = [r for r in plan.resources if r.type != STACK]
    if not made:
        return "Nothing was planned before that."
    layers = ", ".join(f"{layer} {len(own)}" for layer, own in by_layer(plan).items())
    return f"Planned before that: {counted(len(made), 'resource')} ({layers})."


def _leaf(resource: PlannedResource) -> str:
    place = f"  [dim]{escape(str(resource.source))}[/]" if resource.source else ""
    flag = "  [dim]protected[/]" if resource.protect else ""
    return f"{escape(resource.name)}  [cyan]{escape(short_type(resource.type))}[/]{flag}{place}"


def short_type(token: str) -> str:
    """`aws:ec2/launchTemplate:LaunchTemplate` → `aws ec2 LaunchTemplate`; a token of another shape as it is."""
    parts = token.split(":")
    if len(parts) != 3:
        return token
    package, module, name = parts
    return " ".join(part for part in (package, module.partition("/")[0], name) if part != "index")


def _layers(console: Console, plan: Plan) -> None:
    table = plain_table()
    table.add_column("layer", style="bold", no_wrap=True)
    table.add_column("resources", justify="right")
    table.add_column("what, and where", overflow="fold")
    for layer, resources in by_layer(plan).items():
        table.add_row(escape(layer), str(len(resources)), escape(describe(plan, resources)))
    console.print(table)
    console.print()


def _findings(console: Console, findings: Sequence[Finding]) -> None:
    sentences = {one.rule: one.sentence for one in all_checks()}
    for (severity, rule), group in groupby(
        sorted(findings, key=lambda f: (list(Severity).index(f.severity), f.rule)), key=lambda f: (f.severity, f.rule)
    ):
        console.print(
            f"[{_COLOUR[severity]}]{severity.value}[/] [bold]{escape(rule)}[/]  {escape(sentences.get(rule, ''))}"
        )
        _groups(console, list(group))
        console.print()


def _verdict(console: Console, preview: Preview) -> None:
    summary, suppressed = preview.summary, preview.suppressed
    colour = _COLOUR[summary.worst] if summary.worst else "green"
    console.print(f"[{colour}]{summary.verdict}[/]: {escape(summary.sentence)}.")
    if suppressed:
        first = min(one.allowance.until for one in suppressed)
        rules = ", ".join(sorted({one.finding.rule for one in suppressed}))
        console.print(f"[dim]Allowed: {escape(rules)}; the first until {first}.[/]")
    if summary.inapplicable:
        console.print(f"[dim]Not applicable: {escape(', '.join(one.rule for one in summary.inapplicable))}.[/]")
    for sentence in preview.not_known.sentences:
        console.print(escape(sentence), style="dim", highlight=False)
    console.print()


def _groups(console: Console, findings: list[Finding]) -> None:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=console.width >= 100, overflow="fold")
    table.add_column(overflow="fold")
    groups = grouped(findings)
    for group in groups[:_GROUPS_SHOWN]:
        table.add_row(f"  {escape(group.where)}", escape(group.message))
    if rest := sum(group.count for group in groups[_GROUPS_SHOWN:]):
        table.add_row("  …", f"and {rest} more; --json has them all")
    console.print(table)


def _path(console: Console, plan: Plan, timeline: Timeline) -> None:
    when, _, least = ready(timeline).partition(",")
    by_way = f", by way of {critical_path(plan, timeline)}" if timeline.chain else ""
    console.print(f"[bold]{when}[/]{f',{least}' if least else ''}{escape(by_way)}.")
