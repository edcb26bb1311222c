"""`gpuplatform catalog refresh …`: facts read from AWS again.

What a command needs is imported when it runs, so that `--help` answers at once.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from gpuplatform.ops.commands import Print


def app(console: Print) -> typer.Typer:
    catalog = typer.Typer(help="The facts that plans are checked against and priced by.", no_args_is_help=True)
    refresh = typer.Typer(help="Read facts again, from AWS or from what its libraries carry.", no_args_is_help=True)
    catalog.add_typer(refresh, name="refresh")

    @refresh.command("instances")
    def instances(
        regions: Annotated[
            list[str] | None,
            typer.Option("--region", help="Ask EC2 here; repeat for more. Without any, moto's copy of EC2's answers."),
        ] = None,
    ) -> None:
        """Hardware of every instance type, and which zone offers it. Needs credentials with --region."""
        from gpuplatform.ops import refresh_instances

        with console(stderr=True).status("reading instance types"):
            refresh_instances.main(regions or ())

    @refresh.command("actions")
    def actions() -> None:
        """IAM actions that policies may name. Needs no credentials."""
        from gpuplatform.ops import refresh_actions

        refresh_actions.main()

    @refresh.command("api-limits")
    def api_limits() -> None:
        """What AWS's APIs accept of the properties that Pulumi sends. Needs no credentials."""
        from gpuplatform.ops import refresh_api_limits

        refresh_api_limits.main()

    @refresh.command("custom-resources")
    def custom_resources(
        folder: Annotated[
            Path, typer.Argument(help="Holds the definitions (CRDs) of the projects' releases, as YAML.")
        ],
        source: Annotated[str, typer.Option(help="Where they are from: projects and versions.")],
    ) -> None:
        """Fields of custom resources, from the projects' own definitions. Needs no credentials."""
        from gpuplatform.ops import refresh_custom_resources

        try:
            refresh_custom_resources.main(folder, source, datetime.datetime.now(datetime.UTC).date())
        except ValueError as error:
            console(stderr=True).print(str(error), markup=False)
            raise typer.Exit(2) from error

    return catalog
