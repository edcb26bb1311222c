"""Cash by month: blocks on the day on which they start, what ends, and what follows."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gpuplatform.cli import app
from gpuplatform.preview.billing.bill import bill
from gpuplatform.preview.billing.calendar import months
from tests.conftest import ROOT
from tests.preview.comparison.test_interruptions import prod

FIRST = datetime.date(2026, 12, 1)
BUY: list[dict[str, Any]] = [
    {
        "how": "capacity-block",
        "reservation": "cr-0123456789abcdef0",
        "max": 4,
        "starts": "2026-12-05",
        "until": "2026-12-15",
    },
    {"how": "on-demand", "max": 4},
]
EXPECTED = {"running": 4, "hours": 300}


def test_a_block_is_paid_whole_when_it_starts_and_its_successor_as_it_runs(tmp_path: Path) -> None:
    plan = prod(tmp_path, cluster__pools__h100__buy=BUY, cluster__pools__h100__expected=EXPECTED)
    first, second = months(plan, 2, FIRST)

    assert first.events == (
        "2026-12-05 capacity block cr-0123456789abcdef0 starts: 45,849.60 $, paid up front",
        "2026-12-15 capacity block cr-0123456789abcdef0 of pool h100 ends; then on-demand",
    )
    assert first.cash == first.expected == bill(plan, FIRST).totals.expected_monthly
    assert (second.begins, second.events) == (datetime.date(2026, 12, 31), ())
    # 4 × 60 h on demand beside the block; 4 × 300 h without it.
    assert second.cash - first.cash == pytest.approx(Decimal(4 * (300 - 60)) * Decimal("55.04") - Decimal("45849.60"))


def test_a_block_over_two_months_is_paid_in_the_first_and_costs_in_both(tmp_path: Path) -> None:
    buy = [{**BUY[0], "max": 8, "starts": "2026-12-20", "until": "2027-01-17"}]
    plan = prod(tmp_path, cluster__pools__h100__buy=buy, cluster__pools__h100__expected=EXPECTED)
    first, second = months(plan, 2, FIRST)
    price = Decimal("47.76") * 8

    assert first.cash - first.expected == pytest.approx(price * (28 * 24) - price * 274)
    assert second.expected - second.cash == pytest.approx(price * 408)
    assert second.events == (
        "2027-01-17 capacity block cr-0123456789abcdef0 of pool h100 ends; nothing takes its place",
    )


def test_terms_change_what_is_paid_and_not_what_is_listed(tmp_path: Path) -> None:
    plan = prod(tmp_path, governance__terms={"discount": 0.1, "tax": 0.2}, cluster__pools__h100__buy=BUY)
    (month,) = months(plan, 1, FIRST)
    found = bill(plan, FIRST)

    assert month.cash == pytest.approx(month.expected * Decimal("0.9") * Decimal("1.2"))
    assert found.to_json()["paid_expected_monthly"] == pytest.approx(float(month.cash), abs=0.01)
    assert found.to_json()["not_included"] == ["Savings Plans", "the support plan"]


def test_savings_plans_cover_what_is_bought_on_demand_alone(tmp_path: Path) -> None:
    plan = prod(tmp_path, governance__terms={"committed": 1, "committed_discount": 0.5})
    found = bill(plan, FIRST)
    covered = sum(
        line.expected_monthly
        for line in found.lines
        if line.instance and (" on-demand," in line.what or "endpoint, " in line.what)
    )

    assert covered
    expected = found.totals.expected_monthly
    assert found.paid(expected) == expected - covered / 2


def test_the_command_prints_a_table_and_writes_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    file = tmp_path / "months.json"
    result = CliRunner().invoke(app, ["bill", "prod", "--months", "2", "--from", "2026-12-01", "--json", str(file)])

    assert result.exit_code == 0, result.output
    assert "cr-0123456789abcdef0" in result.output
    found = json.loads(file.read_text("utf-8"))
    assert [month["begins"] for month in found] == ["2026-12-01", "2026-12-31"]
    assert found[0].keys() == {"begins", "expected", "cash", "events", "by_team"}
    assert sum(found[0]["by_team"].values()) == pytest.approx(found[0]["expected"], abs=0.02)


def test_each_month_is_shown_by_team(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(app, ["bill", "prod", "--months", "2", "--from", "2026-12-01", "--by", "team"])

    assert result.exit_code == 0, result.output
    assert all(team in result.output for team in ("research", "applied", "safety", "in all"))
    assert "cr-0123456789abcdef0" not in result.output
