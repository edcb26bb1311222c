"""`gpuplatform access`: who may do what, as a table and as JSON."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table

from gpuplatform.kinds.cluster.access import TeamAccess, matrix
from gpuplatform.plan.model import Plan

NOT_KNOWN = (
    "Worked out from the plan's role bindings, admission policies, IAM policies, mounts and network policies. Not in it: what the "
    "people's own IAM roles allow, policies that AWS keeps, and what charts bring."
)


def to_json(plan: Plan) -> list[dict[str, object]]:
    return [
        {
            "team": row.team,
            **{column: {k: list(v) for k, v in rights.items()} for column, rights in row.columns().items()},
        }
        for row in matrix(plan)
    ]


def show(console: Console, plan: Plan) -> None:
    rows = matrix(plan)
    if not rows:
        console.print(
            "No team may use the cluster: no access entry names a group, and no role is bound to one.", soft_wrap=True
        )
        return
    table = Table("team", "to", "what", "may", box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        _team(table, row)
    console.print(table)
    console.print(NOT_KNOWN, markup=False, soft_wrap=True)


def _team(table: Table, row: TeamAccess) -> None:
    team = row.team
    for column, rights in row.columns().items():
        heading = column
        for what, can in rights.items() or [("", ("nothing",))]:
            table.add_row(team, heading, what, ", ".join(can))
            team = heading = ""
    table.add_section()
