"""What is behind and in which order to move, on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gpuplatform.ops.upgrade import Upgrade
from gpuplatform.ops.versions import Running


def write(console: Console, found: Upgrade) -> None:
    """What is behind or not known, beside what is known; then the steps: those that are due with what to type."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading, ratio in (("", None), ("what", 4), ("runs", 2), ("newest known", 2), ("", 4)):
        table.add_column(heading, ratio=ratio, overflow="fold", no_wrap=ratio is None)
    for alike in _alike([one for one in found.running if one.behind or not one.settled or one.told]):
        one = alike[0]
        named = f"{one.kind} {', '.join(it.name for it in alike)}"
        table.add_row(_sign(one), escape(named), escape(one.runs or "not said"), escape(one.newest), escape(one.note))
    console.print(table)
    if settled := [one for one in found.running if one.settled and not one.behind and not one.told]:
        dates = sorted(one.as_of for one in settled if one.as_of)
        since = f", facts of {dates[0]} to {dates[-1]}" if dates else ""
        console.print(f"As new as the catalogue knows: {_counted(settled)}{since}.\n", soft_wrap=True)
    console.print("In this order; ● is due.\n")
    for number, step in enumerate(found.steps, 1):
        mark, style = ("●", "bold") if step.due else (" ", "dim")
        console.print(f"[{style}]{mark} {number:>2}  {escape(step.title)}[/]", soft_wrap=True)
        for line in step.do:
            console.print(f"       {escape(line)}", soft_wrap=True)
        console.print(f"       [dim]interrupts {escape('; '.join(step.interrupts))}[/]", soft_wrap=True)
    said = f"{len(found.behind)} behind" if found.behind else "nothing is behind what is known here"
    console.print(
        f"\n{found.environment}: {said}. What each step means, and what to try first: docs/upgrades.md", soft_wrap=True
    )


def _alike(rows: Sequence[Running]) -> list[list[Running]]:
    """Rows that differ by their name alone, together."""
    groups: dict[tuple[str, str, str, str], list[Running]] = {}
    for one in rows:
        groups.setdefault((one.kind, one.runs, one.newest, one.note), []).append(one)
    return list(groups.values())


def _counted(rows: Sequence[Running]) -> str:
    kinds = {one.kind: sum(it.kind == one.kind for it in rows) for one in rows}
    return ", ".join(f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in kinds.items())


def _sign(one: Running) -> str:
    if one.behind:
        return "[yellow]behind[/]"
    return "[green]newest[/]" if one.settled else "[dim]ask AWS[/]"
