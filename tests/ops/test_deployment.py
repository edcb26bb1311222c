"""`gpuplatform up` against a `pulumi` that answers as the real one does: what it is asked, and where it is not asked at all.

The parties that are played: Pulumi's CLI, a program on the PATH that writes down its arguments, and the state before and after a refresh.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from gpuplatform.cli import app
from gpuplatform.ops.stack_state import stack_state

NODES = "aws:eks/nodeGroup:NodeGroup"
PLAYED = """#!{python}
import pathlib, sys
here = pathlib.Path({here!r})
with (here / "asked").open("a") as log:
    log.write(" ".join(sys.argv[1:]) + "\\n")
if sys.argv[1:3] == ["stack", "export"]:
    refreshed = "refresh" in (here / "asked").read_text()
    print((here / ("refreshed.json" if refreshed else "state.json")).read_text())
sys.exit(int((here / f"exit-{{sys.argv[1]}}").read_text()) if (here / f"exit-{{sys.argv[1]}}").exists() else 0)
"""


def urn(name: str) -> str:
    return f"urn:pulumi:dev::gpuplatform::{NODES}::{name}"


def group(name: str, status: str = "ACTIVE", **more: Any) -> dict[str, Any]:
    return {"urn": urn(name), "type": NODES, "id": f"c:{name}", "outputs": {"status": status}, **more}


def export(*resources: dict[str, Any], pending: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return {"version": 3, "deployment": {"resources": list(resources), "pending_operations": list(pending)}}


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the played CLI keeps what it is to say and what it was asked."""
    program = tmp_path / "bin" / "pulumi"
    program.parent.mkdir()
    program.write_text(PLAYED.format(python=sys.executable, here=str(tmp_path)), "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def up(folder: Path, before: dict[str, Any], after: dict[str, Any] | None = None, *options: str) -> Result:
    (folder / "state.json").write_text(json.dumps(before), "utf-8")
    (folder / "refreshed.json").write_text(json.dumps(after or before), "utf-8")
    return CliRunner().invoke(app, ["up", "dev", *options])


def asked(folder: Path) -> list[str]:
    log = folder / "asked"
    return log.read_text("utf-8").splitlines() if log.exists() else []


EXPORT = "stack export --stack dev"


def test_sizes_of_groups_that_were_made_are_read_before_the_update(pulumi: Path) -> None:
    result = up(pulumi, export(group("h100"), group("system")), None, "--yes")

    assert result.exit_code == 0
    assert asked(pulumi) == [
        EXPORT,
        f"refresh --stack dev --yes --skip-preview --target {urn('h100')} --target {urn('system')}",
        EXPORT,
        "up --stack dev --continue-on-error --refresh=false --yes",
    ]


def test_a_group_that_failed_is_left_to_its_mark(pulumi: Path) -> None:
    marked = group("h100", "CREATE_FAILED", initErrors=["InsufficientInstanceCapacity"])
    result = up(pulumi, export(marked, group("system")))

    assert [line for line in asked(pulumi) if "h100" in line] == [], "a refresh would take the mark"
    assert "h100: failed when it was made, and is made again: InsufficientInstanceCapacity" in result.stderr


def test_a_group_whose_mark_is_gone_is_replaced_by_its_status(pulumi: Path) -> None:
    result = up(pulumi, export(group("h100")), export(group("h100", "CREATE_FAILED")))

    assert asked(pulumi)[-1] == f"up --stack dev --continue-on-error --refresh=false --replace {urn('h100')}"
    assert "h100: is CREATE_FAILED in the account, and is made again" in result.stderr


def test_nothing_is_asked_while_an_operation_is_pending(pulumi: Path) -> None:
    cut_off = {"type": "creating", "resource": {"urn": urn("vpc")}}
    result = up(pulumi, export(group("h100"), pending=(cut_off,)))

    assert (result.exit_code, asked(pulumi)) == (2, [EXPORT])
    assert f"an earlier run was cut off: creating {urn('vpc')}" in result.stderr


def test_a_first_update_has_no_sizes_to_read(pulumi: Path) -> None:
    assert up(pulumi, {"deployment": {}}).exit_code == 0
    assert asked(pulumi) == [EXPORT, "up --stack dev --continue-on-error --refresh=false"]


@pytest.mark.parametrize(("command", "last"), [("refresh", "refresh"), ("up", "up")])
def test_its_exit_status_is_that_of_what_failed(pulumi: Path, command: str, last: str) -> None:
    (pulumi / f"exit-{command}").write_text("7", "utf-8")

    assert up(pulumi, export(group("h100"))).exit_code == 7
    assert asked(pulumi)[-1].startswith(last)


@pytest.mark.parametrize(
    "option", ["--refresh", "--refresh=true", "-r", "--skip-preview", "-f", "-yf", "-dyr", "--stack", "-s", "-sdev"]
)
def test_options_that_undo_it_are_refused(pulumi: Path, option: str) -> None:
    result = up(pulumi, export(), None, option)

    assert (result.exit_code, asked(pulumi)) == (2, [])
    assert result.stderr.startswith(f"{option}: ")


@pytest.mark.parametrize("option", ["-yd", "-mrefit", "-cx=refused", "--message=-f"])
def test_letters_of_a_value_are_no_options(pulumi: Path, option: str) -> None:
    assert up(pulumi, {"deployment": {}}, None, option).exit_code == 0
    assert asked(pulumi)[-1].endswith(option)


def test_a_state_that_cannot_be_read_is_one_sentence(pulumi: Path) -> None:
    (pulumi / "exit-stack").write_text("255", "utf-8")
    assert up(pulumi, export()).stderr == "the state of dev cannot be read (exit status 255); see above\n"
    (pulumi / "exit-stack").unlink()
    told = up(pulumi, {"version": 3}).stderr
    assert told.startswith("the state of dev cannot be read: the state has no `deployment`")


def test_without_the_cli_it_says_where_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert CliRunner().invoke(app, ["up", "dev"]).stderr.startswith("there is no `pulumi` on the PATH")


def test_what_is_about_to_be_deleted_or_was_never_made_is_not_read() -> None:
    gone, never = group("old", delete=True), {**group("new"), "id": ""}

    assert stack_state(export(gone, never)).made == ()


def test_other_things_that_failed_and_what_is_degraded_are_told() -> None:
    other = {
        "urn": "urn:pulumi:dev::p::aws:eks/addon:Addon::coredns",
        "type": "aws:eks/addon:Addon",
        "initErrors": ["x"],
    }

    assert stack_state(export(other, group("h100", "DEGRADED"))).told == (
        "coredns: failed when it was made, and stays as it is; look at it, and replace it: x",
        "h100: is DEGRADED; `aws eks describe-nodegroup` says why under health.issues",
    )
