"""The command that says what is behind, to be mounted on `gpuplatform`: arguments in, table and steps out.

What it needs is imported when it runs, so that `--help` answers at once.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gpuplatform.ops.commands import JsonFile, Print, as_json

if TYPE_CHECKING:
    from gpuplatform.plan.model import Plan


def app(plan: Callable[[str, Path | None], Plan], console: Print) -> typer.Typer:
    """`plan` records an environment, or reads what a file says of it."""
    commands = typer.Typer()

    @commands.command(rich_help_panel="With Pulumi")
    def upgrade(
        environment: Annotated[str, typer.Argument(metavar="ENV", help="Whose Pulumi.ENV.yaml: dev, prod.")],
        read: Annotated[
            Path | None,
            typer.Option(
                "--plan",
                metavar="FILE",
                help="What runs, by `pulumi stack export`; without it, what the program asks for.",
            ),
        ] = None,
        json_file: JsonFile = None,
    ) -> None:
        """Say what ENV runs behind the newest that is known here, in which order to move, and what each step interrupts.

        Needs no account.
        """
        recorded = plan(environment, read)
        from gpuplatform.ops import upgrade_report
        from gpuplatform.ops.upgrade import upgrade as run

        found = run(recorded, datetime.datetime.now(datetime.UTC).date())
        if not as_json(console, json_file, found.to_json()):
            upgrade_report.write(console(), found)

    return commands
