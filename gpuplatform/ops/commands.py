"""The day-two commands, to be mounted on `gpuplatform`: arguments in, tables out.

What a command needs is imported when it runs, so that `--help` answers at once.
"""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from gpuplatform.plan.model import Plan

FAILS, WRONG_CALL = 1, 2
"""Exit status: something would fail, or nothing is offered; the call cannot be answered. Nothing wrong is 0."""

Print = Callable[..., "Console"]
"""`console(stderr=…)` says how to print."""

PANEL = "Against an account, read only"

JsonFile = Annotated[
    str | None,
    typer.Option("--json", metavar="FILE", help="Write all of it as JSON; - for the screen, without a table."),
]


def app(plan: Callable[[str], Plan], console: Print) -> typer.Typer:
    """`plan` records an environment."""
    commands = typer.Typer()
    capacity = typer.Typer(help="Capacity that AWS sells ahead.", no_args_is_help=True)
    commands.add_typer(capacity, name="capacity", rich_help_panel=PANEL)

    @commands.command(rich_help_panel=PANEL)
    def preflight(
        environment: Annotated[str, typer.Argument(metavar="ENV", help="Whose Pulumi.ENV.yaml: dev, prod.")],
        json_file: JsonFile = None,
    ) -> None:
        """Ask the account whether ENV can be created: quotas, offerings, reservations, images, rights. Creates nothing."""
        recorded = plan(environment)
        from gpuplatform.ops import tables
        from gpuplatform.ops.account import CallError, connect
        from gpuplatform.ops.demand import UnreadablePlan, demand
        from gpuplatform.ops.preflight import preflight as run

        now = datetime.datetime.now(datetime.UTC)
        try:
            with console(stderr=True).status("reading the plan") as status:
                asked = demand(recorded)
                report = run(connect(asked.region), asked, now, status.update)
        except (CallError, UnreadablePlan) as error:
            refuse(console, str(error))
        if not as_json(console, json_file, report.to_json()):
            tables.preflight(console(), report)
        if report.fails:
            raise typer.Exit(FAILS)

    @capacity.command()
    def blocks(
        instance_type: Annotated[str, typer.Option("--type", help="Such as p5.48xlarge.")],
        count: Annotated[int, typer.Option(help="Instances, 1 to 64.")],
        hours: Annotated[int, typer.Option(help="How long: 24 to 336 in whole days, or whole weeks up to 4368.")],
        region: Annotated[str | None, typer.Option(help="Without it, that of your AWS profile.")] = None,
        earliest: Annotated[
            datetime.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day on which it may start.")
        ] = None,
        json_file: JsonFile = None,
    ) -> None:
        """List the capacity blocks on offer, cheapest first. Buys nothing. Exit status 1 where there is none."""
        from gpuplatform.ops import tables
        from gpuplatform.ops.account import CallError, Unanswered, connect
        from gpuplatform.ops.capacity_blocks import Query, offers

        try:
            aws = connect(region)
            query = Query(
                instance_type=instance_type,
                count=count,
                hours=hours,
                region=aws.region,
                today=datetime.datetime.now(datetime.UTC).date(),
                earliest=earliest.date() if earliest else None,
            )
            with console(stderr=True).status("asking EC2"):
                found = offers(aws, query)
        except CallError as error:
            refuse(console, str(error))
        except Unanswered as why:
            refuse(console, f"{why.reason}; {why.remedy}")
        if not as_json(console, json_file, [offer.to_json() for offer in found]) and found:
            tables.capacity_blocks(console(), found)
        if not found:
            console(stderr=True).print(
                f"no capacity block of {count} × {instance_type} for {hours} hours is on offer in {aws.region}; "
                "try fewer instances, another length, a later start or another region",
                soft_wrap=True,
            )
            raise typer.Exit(FAILS)

    return commands


def as_json(console: Print, file: str | None, content: Any) -> bool:
    """Write it where asked for; whether it took the place of the table."""
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    if file == "-":
        sys.stdout.write(text)
    elif file is not None:
        try:
            Path(file).write_text(text, encoding="utf-8")
        except OSError as error:
            refuse(console, f"{error.filename}: cannot be written: {error.strerror}")
    return file == "-"


def refuse(console: Print, sentence: str) -> NoReturn:
    console(stderr=True).print(sentence, markup=False, soft_wrap=True)
    raise typer.Exit(WRONG_CALL)
