"""The command `gpuplatform`: arguments in, reports out.

What a command needs is imported when it runs, so that `--help` answers at once.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from gpuplatform.console import console
from gpuplatform.ops import catalog_commands, commands, price_commands, upgrade_commands

if TYPE_CHECKING:
    from gpuplatform.plan.model import Plan

FOUND, WRONG_CALL = 1, 2
"""Exit status: the plan has an error; the settings or the call are wrong. Nothing wrong is 0."""

app = typer.Typer(
    help="AI infrastructure on AWS as one Pulumi program, with a preview that needs no account.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None if "NO_COLOR" in os.environ else "rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command(rich_help_panel="Before anything is created")
def preview(
    environment: Annotated[
        str, typer.Argument(metavar="[ENV]", help="Whose Pulumi.ENV.yaml: dev, prod. With --plan it may be left out.")
    ] = "",
    tree: Annotated[bool, typer.Option("--tree", metavar="", help="List every resource, by layer.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write all of it as JSON.")] = None,
    manifests: Annotated[
        Path | None, typer.Option("--manifests", metavar="DIR", help="Write the Kubernetes objects as YAML files.")
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", metavar="FILE", help="Write a comment for a pull request.")
    ] = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page for a browser: picture, bill, timeline.")
    ] = None,
    sarif: Annotated[
        Path | None, typer.Option("--sarif", metavar="FILE", help="Write the findings for code scanning.")
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            metavar="FILE",
            help="Compare with an older plan: --json of this command, `pulumi preview --json` or `pulumi stack export`.",
        ),
    ] = None,
    read: Annotated[
        Path | None,
        typer.Option(
            "--plan", metavar="FILE", help="Judge the plan in FILE, of whatever project, and do not run the program."
        ),
    ] = None,
    github: Annotated[
        bool, typer.Option("--github", metavar="", help="Print findings as annotations of GitHub Actions.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", metavar="", help="Show tracebacks of the program.")] = False,
) -> None:
    """Say what ENV would create, what is wrong with it, what it costs and how long it takes. Needs no account.

    Ends with 0 where nothing is wrong, with 1 where a finding is an error, with 2 where the settings or the call are wrong.
    """

    from gpuplatform.preview.preview import Preview
    from gpuplatform.preview.record.environment import CallError
    from gpuplatform.preview.report import annotations, terminal
    from gpuplatform.preview.report.outputs import Outputs

    try:
        outputs = Outputs(json=json_file, markdown=markdown, html=html_file, sarif=sarif, manifests=manifests)
        if not environment and read is None:
            raise CallError("name an environment, such as dev; or give a plan with --plan FILE")
        plan = _plan(environment, verbose=verbose, file=read, older=against)
        found = Preview.of(plan, datetime.datetime.now(datetime.UTC).date())
        outputs.write(found)
    except CallError as error:
        _refuse(*error.problems)
    except OSError as error:
        _refuse(f"{error.filename}: cannot be written: {error.strerror}")
    out = console()
    if tree:
        terminal.full_tree(out, found.plan)
    terminal.first_screen(out, found)
    if outputs.written:
        out.print(f"\nWritten: {outputs.written}", markup=False, soft_wrap=True)
    if github:
        sys.stdout.write(annotations.github(found.findings))
    if any(f.severity == "error" for f in found.findings):
        raise typer.Exit(FOUND)


@app.command(rich_help_panel="Before anything is created")
def checks() -> None:
    """List what the preview checks."""
    from rich import box
    from rich.table import Table

    from gpuplatform.preview.judgement.run import all_checks

    table = Table("rule", "severity", "what holds", box=box.SIMPLE_HEAD, pad_edge=False)
    for one in all_checks():
        table.add_row(one.rule, one.severity.value, one.sentence)
    console().print(table)


def _refuse(*sentences: str) -> NoReturn:
    err = console(stderr=True)
    for sentence in sentences:
        err.print(sentence, markup=False, soft_wrap=True)
    raise typer.Exit(WRONG_CALL)


def _plan(name: str, *, verbose: bool = False, file: Path | None = None, older: Path | None = None) -> Plan:
    """Run the program, or read the plan in `file`; what the program raises ends in a sentence and exit status 2. Raises CallError."""
    err = console(stderr=True)
    with err.status("starting") as status:
        from gpuplatform.preview.record import load
        from gpuplatform.preview.record.recorder import ProgramError

        try:
            plan = load.read(file) if file else load.run(name, status.update)
            return load.compared(plan, older) if older else plan
        except ProgramError as error:
            from gpuplatform.preview.report.terminal import progress_of

            if verbose:
                err.print_exception()
            sentences = error.problems or (str(error), progress_of(error.plan))
    _refuse(*sentences)


def _own_plan(name: str, file: Path | None = None) -> Plan:
    """What the day-two commands know of an environment."""
    from gpuplatform.preview.record.environment import CallError

    try:
        return _plan(name, file=file)
    except CallError as error:
        _refuse(*error.problems)


@app.command(name="bill", rich_help_panel="Before anything is created")
def months_of(
    environment: Annotated[str, typer.Argument(metavar="ENV", help="Whose Pulumi.ENV.yaml: dev, prod.")],
    count: Annotated[int, typer.Option("--months", min=1, max=36, help="How many, of 730 hours each.")] = 3,
    first: Annotated[
        datetime.datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="Their first day; today by default."),
    ] = None,
    json_file: commands.JsonFile = None,
) -> None:
    """Say month by month what ENV is expected to cost, what is paid and when, and what ends. Needs no account."""
    plan = _own_plan(environment)
    from gpuplatform.preview.billing import calendar
    from gpuplatform.preview.report import terminal_bill

    day = first.date() if first else datetime.datetime.now(datetime.UTC).date()
    found = calendar.months(plan, count, day)
    if not commands.as_json(console, json_file, [month.to_json() for month in found]):
        terminal_bill.show_months(console(), found)


@app.command(rich_help_panel="With Pulumi", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def up(
    context: typer.Context,
    environment: Annotated[str, typer.Argument(metavar="ENV", help="Whose Pulumi.ENV.yaml: dev, prod.")],
) -> None:
    """Update ENV with `pulumi up`, whose options may follow, such as --yes: first the sizes of node groups are read, so that none is
    cut down to the state's, and groups that failed are made again. Refuses while operations of an earlier run are pending."""
    from gpuplatform.ops import deployment

    try:
        status = deployment.up(environment, context.args, lambda line: console(stderr=True).print(line, markup=False))
    except deployment.DeploymentError as error:
        _refuse(str(error))
    raise typer.Exit(status)


@app.command(rich_help_panel="On the cluster")
def nccl(
    environment: Annotated[str, typer.Argument(metavar="ENV", help="Whose Pulumi.ENV.yaml: dev, prod.")],
    pool: Annotated[str, typer.Argument(metavar="POOL", help="A pool of `cluster.pools`, with EFA.")],
    manifest: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the manifests there, not on the screen.")
    ] = None,
    nodes: Annotated[int, typer.Option(help="How many; a job runs on one rung of the pool.")] = 2,
    team: Annotated[
        str | None, typer.Option(help="Whose queue; by default that of whoever owns most of the pool.")
    ] = None,
) -> None:
    """Manifests of an all-reduce over POOL's GPUs, for `kubectl apply`, and the bandwidth that it must reach."""
    plan = _own_plan(environment)
    from gpuplatform.files import write_whole
    from gpuplatform.ops import nccl as command
    from gpuplatform.ops.nccl_pool import nccl_pool

    try:
        asked = nccl_pool(plan, pool)
        text, target = command.manifests(asked, nodes, team)
        if manifest:
            write_whole(manifest, text)
    except ValueError as error:
        _refuse(str(error))
    except OSError as error:
        _refuse(f"{error.filename}: cannot be written: {error.strerror}")
    if manifest is None:
        sys.stdout.write(text)
    out = console(stderr=manifest is None)
    for line in command.told(asked, nodes, target):
        out.print(line, markup=False, soft_wrap=True)


app.add_typer(catalog_commands.app(console), name="catalog", rich_help_panel="Facts")
app.add_typer(price_commands.app(console), name="prices", rich_help_panel="Facts")
app.add_typer(commands.app(_own_plan, console))
app.add_typer(upgrade_commands.app(_own_plan, console))


def _unprinted(error: OSError) -> int:
    with contextlib.suppress(OSError):
        sys.stderr.write(f"the output cannot be written: {error.strerror}\n")
    return WRONG_CALL


def main() -> None:
    """Run; what cannot be printed ends in a sentence."""
    status: str | int | None = 0
    # As Ctrl-C does: files half-way and processes that were started are cleared away.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app()
    except SystemExit as end:
        status = end.code
    except OSError as error:
        # What the commands themselves write to is named by them: this is where the screen is a file, on a disk that is full.
        status = _unprinted(error)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        pass
    except OSError as error:
        status = _unprinted(error)
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    sys.exit(status)


if __name__ == "__main__":
    main()
