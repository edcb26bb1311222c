"""Reports of the day-two commands on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gpuplatform.ops.capacity_blocks import Offer
from gpuplatform.ops.preflight import Report
from gpuplatform.ops.results import Row, Verdict

_STYLE = {Verdict.OK: "green", Verdict.FAIL: "bold red", Verdict.UNKNOWN: "yellow", Verdict.INFO: "dim"}
_TO_DO = (Verdict.FAIL, Verdict.UNKNOWN)


def preflight(console: Console, report: Report) -> None:
    """The table, then what to do about each row that needs it, then the sum in one line."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading, ratio in (("", None), ("check", None), ("subject", 3), ("wanted", 4), ("found", 4)):
        table.add_column(heading, ratio=ratio, overflow="fold", no_wrap=ratio is None)
    before = ""
    for row in report.rows:
        check = "" if row.check == before else row.check
        before = row.check
        style = _STYLE[row.verdict]
        table.add_row(f"[{style}]{row.verdict}[/]", check, escape(row.subject), escape(row.wanted), escape(row.found))
    console.print(table)
    for line in _to_do(report.rows):
        console.print(line, soft_wrap=True)
    console.print(_sum(report), markup=False, soft_wrap=True)


def _to_do(rows: Sequence[Row]) -> list[str]:
    """What would fail first. Rows with one remedy are told together."""
    groups: dict[tuple[Verdict, str, str], list[str]] = {}
    for row in sorted((r for r in rows if r.verdict in _TO_DO), key=lambda r: _TO_DO.index(r.verdict)):
        groups.setdefault((row.verdict, row.check, row.what_to_do), []).append(row.subject)
    return [
        f"[{_STYLE[verdict]}]{verdict}[/] {escape(f'{check}, {subjects[0]}{_others(len(subjects) - 1)}: {what}')}\n"
        for (verdict, check, what), subjects in groups.items()
    ]


def _others(number: int) -> str:
    return f" and {number} more" if number else ""


def _sum(report: Report) -> str:
    fails, unknown = report.count(Verdict.FAIL), report.count(Verdict.UNKNOWN)
    said = f"{report.environment} in account {report.caller.account}, {report.region}: "
    said += "nothing would fail" if not fails else f"{fails} would fail"
    said += f", {unknown} could not be found out" if unknown else ""
    return f"{said}; {report.count(Verdict.OK)} are right."


def capacity_blocks(console: Console, offers: Sequence[Offer]) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("offering", "zone", "starts, UTC", "ends, UTC"):
        table.add_column(heading, no_wrap=True)
    for heading in ("instances", "hours", "up front", "a GPU-hour"):
        table.add_column(heading, justify="right", no_wrap=True)
    for offer in offers:
        table.add_row(
            offer.id,
            offer.zone_id,
            f"{offer.starts:%Y-%m-%d %H:%M}",
            f"{offer.ends:%Y-%m-%d %H:%M}",
            str(offer.count),
            f"{offer.hours:g}",
            f"{offer.upfront:,.2f} {offer.currency}",
            f"{offer.per_gpu_hour:.3f}",
        )
    console.print(table)
