"""Prices from files: whose date is newer stays, and nothing enters without a source."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gpuplatform.catalog import prices
from gpuplatform.catalog.prices import Price, Row
from gpuplatform.cli import app
from gpuplatform.ops import add_prices as command
from gpuplatform.ops import refresh_prices
from gpuplatform.ops.account import CallError

DAY = datetime.date(2026, 4, 2)
OURS = "service,key,region,purchase,unit,value,source,as_of\n"
THEIRS = "InstanceType,AcceleratorName,Price,SpotPrice,Region,AvailabilityZone\n"


def row(value: str, day: datetime.date, key: str = "nat-gateway") -> Row:
    price = Price(value=Decimal(value), unit="hour", source="somewhere", as_of=day)
    return Row(service="vpc", key=key, region="us-east-1", purchase="on-demand", price=price)


def written(folder: Path, text: str) -> Path:
    file = folder / "prices.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_newer_source_replaces_and_older_one_is_only_told() -> None:
    table = [row("1", DAY), row("2", DAY, "nat-gateway-data")]
    later, earlier = DAY + datetime.timedelta(1), DAY - datetime.timedelta(1)
    done = command.merged(table, [row("3", later), row("4", earlier, "nat-gateway-data"), row("5", DAY, "public-ipv4")])
    assert [(r.key, r.price.value) for r in done.rows] == [
        ("nat-gateway", Decimal(3)),
        ("nat-gateway-data", Decimal(2)),
        ("public-ipv4", Decimal(5)),
    ]
    assert list(done.told()) == [
        "vpc nat-gateway us-east-1 on-demand: 1 of 2026-04-02 → 3",
        "vpc nat-gateway-data us-east-1 on-demand: 2 stays, of 2026-04-02; the file says 4",
        "1 new, 1 newer, 1 differ and are older",
    ]


def test_of_one_day_what_is_here_stays() -> None:
    assert command.merged([row("1", DAY)], [row("2", DAY)]).rows == [row("1", DAY)]


def test_own_form_says_source_and_date_in_each_line(tmp_path: Path) -> None:
    text = f"{OURS}vpc,nat-gateway,us-west-2,on-demand,hour,0.045,a page,2026-09-01\n"
    (found,) = command.read(written(tmp_path, text))
    assert (found.region, found.price) == (
        "us-west-2",
        Price(value=Decimal("0.045"), unit="hour", source="a page", as_of=datetime.date(2026, 9, 1)),
    )


def test_skypilots_form_becomes_on_demand_and_spot_of_what_the_catalogue_offers(tmp_path: Path) -> None:
    lines = (
        "g6.xlarge,L4,1.0064,1.0065,eu-central-1,euc1-az1",
        "g6.xlarge,L4,1.0064,,eu-central-1,euc1-az2",
        "x1.32xlarge,,13.338,4.0,us-east-1,use1-az1",
        "g6.xlarge,L4,0.8048,0.3,us-west-2,usw2-lax1-az1",
        "p5e.48xlarge,H200,,24.4586,us-east-2,use2-az1",
    )
    found = command.read(written(tmp_path, THEIRS + "\n".join(lines)), "a catalogue", DAY)
    assert [(r.region, r.purchase, str(r.price.value)) for r in found] == [
        ("eu-central-1", "on-demand", "1.0064"),
        ("eu-central-1", "spot:euc1-az1", "1.0064"),
        ("eu-central-1", "on-demand", "1.0064"),
        ("us-west-2", "on-demand", "0.8048"),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"{OURS}vpc,nat-gateway,us-west-2,on-demand,hour,0.045,,2026-09-01\n", "no source, no date or no price"),
        (f"{OURS}vpc,nat-gateway,us-west-2,on-demand,hour,0.045,a page,\n", "no source, no date or no price"),
        (f"{OURS}vpc,nat-gateway,us-west-2,on-demand,hour,0,a page,2026-09-01\n", "no price above 0"),
        (f"{OURS}vpc,nat-gateway,us-west-2,on-demand,hour,cheap,a page,2026-09-01\n", "a line cannot be read"),
        (f"{OURS}vpc,nat-gateway,us-west-9,on-demand,hour,1,a page,2026-09-01\n", "region 'us-west-9' is not in"),
        ("service,key\nvpc,nat-gateway\n", "no column 'region'"),
        (f"{THEIRS}g6.xlarge,L4,1.0,0.5,us-east-1,use1-az1\n", "needs --source and --as-of"),
    ],
)
def test_line_without_what_a_price_needs_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(CallError, match=says):
        command.read(written(tmp_path, text))


def test_command_takes_the_file_in_and_says_what_differs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[Row] = []
    monkeypatch.setattr(refresh_prices, "write", rows.extend)
    text = f"{OURS}vpc,nat-gateway,us-east-1,on-demand,hour,0.05,a page,2036-09-01\n"
    result = CliRunner().invoke(app, ["prices", "add", str(written(tmp_path, text))])
    assert result.exit_code == 0, result.output
    assert len(rows) == len(prices.rows())
    assert "vpc nat-gateway us-east-1 on-demand: 0.045 of" in result.output


def test_file_that_is_not_there_is_one_sentence_and_status_2() -> None:
    result = CliRunner().invoke(app, ["prices", "add", "nowhere.csv"])
    assert (result.exit_code, result.output) == (2, "nowhere.csv: cannot be read: No such file or directory\n")


def test_coverage_has_a_line_for_every_region_that_the_settings_accept() -> None:
    from gpuplatform.catalog import zones

    result = CliRunner().invoke(app, ["prices", "coverage"])
    assert result.exit_code == 0
    for region in zones.regions():
        assert f" {region} " in f" {result.output} "
