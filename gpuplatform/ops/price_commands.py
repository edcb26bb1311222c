"""`gpuplatform prices …`: what there is, and how it gets there.

What a command needs is imported when it runs, so that `--help` answers at once.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from gpuplatform.ops.commands import Print, refuse


def app(console: Print) -> typer.Typer:
    prices = typer.Typer(help="What plans are priced by.", no_args_is_help=True)

    @prices.command("coverage")
    def coverage() -> None:
        """List how much has a price in each region that the settings accept."""
        _coverage(console)

    @prices.command("refresh")
    def refresh(
        regions: Annotated[
            list[str] | None,
            typer.Option(
                "--region",
                help="Only there, and there also what has no price yet; repeat for more. Without any, every price on file.",
            ),
        ] = None,
    ) -> None:
        """Read list prices and spot prices from AWS again, and say what differs. Needs credentials."""
        _refresh(console, regions or ())

    @prices.command("add")
    def add(
        file: Annotated[Path, typer.Argument(help="CSV: our columns, or those of SkyPilot's vms.csv.")],
        source: Annotated[str, typer.Option(help="What a line that does not say it comes from.")] = "",
        as_of: Annotated[
            datetime.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Of when such a line is.")
        ] = None,
    ) -> None:
        """Take in prices from FILE, where they are newer than what is here, and say what differs. Needs no account."""
        _add(console, file, source, as_of.date() if as_of else None)

    return prices


def _coverage(console: Print) -> None:
    from rich import box
    from rich.table import Table

    from gpuplatform.catalog.prices import rows
    from gpuplatform.ops.price_coverage import coverage as read

    heads = ("region", "types offered", "priced", "with spot", "other prices", "oldest")
    table = Table(*heads, box=box.SIMPLE_HEAD, pad_edge=False)
    for line in read(rows()):
        counts = (len(line.priced) + len(line.unpriced), len(line.priced), line.spot, line.others)
        table.add_row(line.region, *map(str, counts), str(line.oldest or ""))
    console().print(table)


def _refresh(console: Print, regions: Sequence[str]) -> None:
    from gpuplatform.catalog.prices import rows
    from gpuplatform.catalog.zones import UnknownRegion, zone_ids
    from gpuplatform.ops import refresh_prices as command
    from gpuplatform.ops.account import CallError, caller, connect

    try:
        for region in regions:
            zone_ids(region)
        with console(stderr=True).status("asking AWS") as status:
            aws = connect(command.HOME)
            caller(aws)
            done = command.refresh(aws, rows(), datetime.datetime.now(datetime.UTC), regions, status.update)
        command.write(done.rows)
    except (CallError, UnknownRegion) as error:
        refuse(console, str(error))
    except OSError as error:
        refuse(console, f"{error.filename}: cannot be written: {error.strerror}")
    for line in command.told(done):
        console().print(line, markup=False, soft_wrap=True)


def _add(console: Print, file: Path, source: str, as_of: datetime.date | None) -> None:
    from gpuplatform.catalog.prices import rows
    from gpuplatform.ops import add_prices as command
    from gpuplatform.ops.account import CallError
    from gpuplatform.ops.refresh_prices import write

    try:
        done = command.merged(rows(), command.read(file, source, as_of))
        write(done.rows)
    except CallError as error:
        refuse(console, str(error))
    except OSError as error:
        refuse(console, f"{error.filename}: cannot be written: {error.strerror}")
    for line in done.told():
        console().print(line, markup=False, soft_wrap=True)
