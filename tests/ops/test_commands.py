"""The commands as they are typed: what is printed where, and with which exit status."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from moto import mock_aws
from rich.console import Console
from typer.testing import CliRunner, Result

from gpuplatform.kinds.tokens import NODE_POOL
from gpuplatform.ops import capacity_blocks, commands
from gpuplatform.ops.account import Aws, Unanswered
from gpuplatform.ops.capacity_blocks import Offer, Query
from gpuplatform.ops.results import Row, Verdict
from gpuplatform.plan.model import Plan, PlannedResource

PLAN = Plan(project="gpuplatform", environment="dev", region="us-east-1", resources=())
BLOCKS = ["capacity", "blocks", "--type", "p5.48xlarge", "--count", "4", "--hours", "96"]


def _plan(environment: str) -> Plan:
    if environment != "dev":
        raise typer.Exit(commands.WRONG_CALL)
    return PLAN


def _console(*, stderr: bool = False) -> Console:
    return Console(file=sys.stderr if stderr else sys.stdout, width=120, highlight=False)


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(commands.app(_plan, _console), list(arguments))


@pytest.fixture
def account() -> Iterator[None]:
    with mock_aws():
        yield


def _rows(monkeypatch: pytest.MonkeyPatch, *verdicts: Verdict) -> None:
    """What the check of quotas says, in place of an account's."""
    rows = [
        Row(check="quota", subject=f"q{n}", wanted="4 [vCPUs]", found="2", verdict=v, what_to_do="ask for 4")
        for n, v in enumerate(verdicts)
    ]
    monkeypatch.setattr("gpuplatform.ops.quotas.rows", lambda *_: rows)  # pyright: ignore[reportUnknownLambdaType,reportUnknownArgumentType] - any arguments
    monkeypatch.setattr("gpuplatform.ops.permissions.rows", lambda *_: [])  # pyright: ignore[reportUnknownLambdaType,reportUnknownArgumentType] - moto has no simulator


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("verdicts", "status", "told"),
    [
        ((Verdict.OK,), 0, "nothing would fail; 2 are right."),
        ((Verdict.OK, Verdict.UNKNOWN), 0, "nothing would fail, 1 could not be found out; 2 are right."),
        ((Verdict.FAIL, Verdict.UNKNOWN), 1, "1 would fail, 1 could not be found out; 1 are right."),
    ],
)
def test_exit_status_is_1_where_something_would_fail(
    monkeypatch: pytest.MonkeyPatch, verdicts: tuple[Verdict, ...], status: int, told: str
) -> None:
    _rows(monkeypatch, *verdicts)
    result = _run("preflight", "dev")
    assert result.exit_code == status
    assert f"dev in account 123456789012, us-east-1: {told}" in result.stdout


@pytest.mark.usefixtures("account")
def test_table_keeps_brackets_and_says_what_to_do_once_for_all_with_one_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    _rows(monkeypatch, Verdict.UNKNOWN, Verdict.FAIL, Verdict.FAIL)
    shown = _run("preflight", "dev").stdout
    assert "4 [vCPUs]" in shown
    fail, unknown = shown.index("fail quota, q1 and 1 more: ask for 4"), shown.index("unknown quota, q0: ask for 4")
    assert fail < unknown


@pytest.mark.usefixtures("account")
def test_json_goes_to_the_file_beside_the_table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _rows(monkeypatch, Verdict.OK)
    result = _run("preflight", "dev", "--json", str(tmp_path / "found.json"))
    assert "are right" in result.stdout
    assert json.loads((tmp_path / "found.json").read_text())["verdicts"]["ok"] == 2


@pytest.mark.usefixtures("account")
def test_json_on_the_screen_stands_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    _rows(monkeypatch, Verdict.FAIL)
    result = _run("preflight", "dev", "--json", "-")
    assert json.loads(result.stdout)["rows"][-1]["verdict"] == "fail"
    assert result.exit_code == 1


@pytest.mark.usefixtures("account")
def test_file_that_cannot_be_written_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _rows(monkeypatch, Verdict.OK)
    result = _run("preflight", "dev", "--json", str(tmp_path / "no" / "found.json"))
    assert (result.exit_code, result.stderr.strip().endswith("cannot be written: No such file or directory")) == (
        2,
        True,
    )


def test_unknown_environment_ends_where_the_plan_is_made() -> None:
    assert _run("preflight", "staging").exit_code == 2


@pytest.mark.usefixtures("account")
def test_no_credentials_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setattr("botocore.credentials.EnvProvider.load", lambda _: None)  # pyright: ignore[reportUnknownLambdaType,reportUnknownArgumentType] - moto sets keys of its own
    result = _run("preflight", "dev")
    assert result.exit_code == 2
    assert result.stderr.strip().startswith("there are no AWS credentials; log in")


def test_plan_without_what_a_command_needs_is_one_sentence() -> None:
    spec: dict[str, Any] = {"template": {"spec": {"requirements": []}}, "limits": {}}
    pool = PlannedResource(
        urn="u",
        type=NODE_POOL,
        name="small",
        parent=None,
        custom=True,
        inputs={"metadata": {"name": "small"}, "spec": spec},
    )
    result = CliRunner().invoke(
        commands.app(lambda _: replace(PLAN, resources=(pool,)), _console), ["preflight", "dev"]
    )
    assert (result.exit_code, result.stderr.startswith("Karpenter pool small names no instance types")) == (2, True)


def test_no_region_is_one_sentence() -> None:
    result = _run(*BLOCKS)
    assert (result.exit_code, result.stderr.startswith("no region: give --region")) == (2, True)


def test_number_that_is_not_sold_is_one_sentence() -> None:
    result = _run(*BLOCKS, "--region", "us-east-1", "--count", "65")
    assert (result.exit_code, result.stderr) == (2, "65 instances: a capacity block holds 1 to 64\n")


OFFER = Offer(
    id="cb-0123456789abcdef0",
    zone_id="use1-az6",
    starts=datetime.datetime(2026, 12, 2, 11, 30, tzinfo=datetime.UTC),
    ends=datetime.datetime(2026, 12, 6, 11, 30, tzinfo=datetime.UTC),
    instance_type="p5.48xlarge",
    count=4,
    hours=96,
    upfront=12288.0,
    currency="USD",
    per_gpu_hour=4.0,
)


def _offers(monkeypatch: pytest.MonkeyPatch, *found: Offer) -> list[Query]:
    asked: list[Query] = []

    def answer(aws: Aws, query: Query) -> list[Offer]:
        asked.append(query)
        return list(found)

    monkeypatch.setattr(capacity_blocks, "offers", answer)
    return asked


def test_offers_are_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _offers(monkeypatch, OFFER)
    today = datetime.datetime.now(datetime.UTC).date()
    result = _run(*BLOCKS, "--region", "us-east-2", "--earliest", today.isoformat())
    assert result.exit_code == 0
    (row,) = (line for line in result.stdout.splitlines() if "use1-az6" in line)
    assert row.split() == [
        *("cb-0123456789abcdef0", "use1-az6", "2026-12-02", "11:30", "2026-12-06", "11:30"),
        *("4", "96", "12,288.00", "USD", "4.000"),
    ]
    assert [(q.region, q.earliest) for q in asked] == [("us-east-2", today)]


def test_offers_are_json(monkeypatch: pytest.MonkeyPatch) -> None:
    _offers(monkeypatch, OFFER)
    (told,) = json.loads(_run(*BLOCKS, "--region", "us-east-1", "--json", "-").stdout)
    assert (told["id"], told["per_gpu_hour"], told["ends"]) == (
        "cb-0123456789abcdef0",
        4.0,
        "2026-12-06T11:30:00+00:00",
    )


def test_no_offer_is_said_and_is_status_1(monkeypatch: pytest.MonkeyPatch) -> None:
    _offers(monkeypatch)
    result = _run(*BLOCKS, "--region", "us-east-1")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("no capacity block of 4 × p5.48xlarge for 96 hours is on offer in us-east-1;")


def test_offers_that_may_not_be_read_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> list[Offer]:
        raise Unanswered("not allowed: the caller lacks ec2:DescribeCapacityBlockOfferings", "allow it and run again")

    monkeypatch.setattr(capacity_blocks, "offers", refuse)
    result = _run(*BLOCKS, "--region", "us-east-1")
    assert (result.exit_code, result.stderr) == (
        2,
        "not allowed: the caller lacks ec2:DescribeCapacityBlockOfferings; allow it and run again\n",
    )
