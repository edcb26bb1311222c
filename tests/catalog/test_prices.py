"""The table of prices: one fact a row, each with its source; nothing where nobody says."""

from __future__ import annotations

import csv
import datetime
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gpuplatform.catalog import instances, prices, zones
from gpuplatform.ops.price_coverage import coverage

# Types that exist but that AWS lists no on-demand price for: sold by capacity block, and on the spot market (a copy of the whole
# list, May 2026, has a row in no region, nor has karpenter's of us-east-1, 2026-07-20).
NOT_ON_DEMAND = {"p5e.48xlarge"}


def test_every_row_says_its_source_and_a_date_that_is_past() -> None:
    for row in prices.rows():
        assert row.price.source.strip(), row
        assert row.price.as_of <= datetime.date.today(), row
        assert row.price.value > 0, row
        assert row.price.unit.strip(), row


def files() -> list[Path]:
    return sorted(prices.FOLDER.glob("*.csv"))


@pytest.mark.parametrize("file", files(), ids=lambda file: file.stem)
def test_file_of_a_region_is_sorted_and_says_no_fact_twice(file: Path) -> None:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    keys = [(row["service"], row["key"], row["region"], row["purchase"]) for row in rows]
    assert keys == sorted(keys)
    assert len(keys) == len(set(keys))
    assert {row["currency"] for row in rows} == {prices.CURRENCY}
    region = prices.EVERY_REGION if file.stem == "every-region" else file.stem
    assert {row["region"] for row in rows} == {region}
    assert region == prices.EVERY_REGION or region in zones.regions()


def test_one_thing_is_sold_by_one_unit_everywhere() -> None:
    units: dict[tuple[str, str], set[str]] = {}
    for row in prices.rows():
        units.setdefault((row.service, row.key), set()).add(row.price.unit)
    assert {thing: found for thing, found in units.items() if len(found) > 1} == {}


def test_looking_a_price_up_reads_its_region_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    kept = prices.file

    def file(region: str) -> Path:
        read.append(region)
        return kept(region)

    monkeypatch.setattr(prices, "file", file)
    prices._table.cache_clear()  # pyright: ignore[reportPrivateUsage] - what other tests have read must not hide it
    assert prices.price("vpc", "nat-gateway", "us-east-1")
    assert prices.price("eks", "cluster", "us-east-1")
    assert prices.spot("g6.xlarge", ("use1-az4",))
    assert sorted(read) == [prices.EVERY_REGION, "us-east-1"]


def test_every_instance_type_of_the_catalogue_has_a_price_in_us_east_1() -> None:
    missing = {name for name in instances.names() if prices.price("ec2", name, "us-east-1") is None}
    assert missing == NOT_ON_DEMAND


# Offered, and no source at hand says for how much: `gpuplatform prices coverage` counts them, `prices refresh --region` asks AWS.
KNOWN_UNKNOWNS = Path(__file__).parent / "unpriced_types.txt"


def unpriced() -> str:
    return "".join(f"{c.region}: {' '.join(c.unpriced)}\n" for c in coverage(prices.rows()) if c.unpriced)


def test_offered_type_has_a_price_or_stands_in_the_list_of_known_unknowns() -> None:
    found = unpriced()
    if "UPDATE_SNAPSHOTS" in os.environ:
        KNOWN_UNKNOWNS.write_text(found, encoding="utf-8")
    assert found == KNOWN_UNKNOWNS.read_text(encoding="utf-8")


# AWS sets a family's prices in a region at one ratio to those of us-east-1, but for rounding: a digit that is mistyped shows.
def test_types_of_a_family_cost_the_same_multiple_of_us_east_1_in_a_region() -> None:
    ratios: dict[tuple[str, str], list[Decimal]] = {}
    for row in prices.rows():
        home = prices.price("ec2", row.key, "us-east-1")
        if row.service == "ec2" and row.purchase == "on-demand" and home is not None:
            ratios.setdefault((row.region, row.key.partition(".")[0]), []).append(row.price.value / home.value)
    spread = {place: (min(found), max(found)) for place, found in ratios.items()}
    assert {place: s for place, s in spread.items() if s[1] / s[0] > Decimal("1.004")} == {}


def test_every_ec2_price_is_for_a_known_type_offered_there() -> None:
    for row in prices.rows():
        if row.service == "ec2" and row.region == prices.EVERY_REGION:
            assert any(zones.offered(row.key, region) for region in zones.regions()), row
        elif row.service == "ec2":
            offered = zones.offered(row.key, row.region)
            assert offered, f"{row.key} is not sold in {row.region}"
            if row.purchase.startswith("spot:"):
                assert row.purchase.removeprefix("spot:") in offered, row


def test_spot_never_costs_more_than_on_demand() -> None:
    for row in prices.rows():
        if row.purchase.startswith("spot"):
            ceiling = prices.price("ec2", row.key, row.region)
            assert ceiling is not None, row
            # The spot catalogue rounds to four digits.
            assert row.price.value <= ceiling.value + Decimal("0.0001"), row


def test_a_capacity_block_costs_less_than_on_demand() -> None:
    for region in zones.regions():
        for name in instances.names():
            block, ceiling = (prices.price("ec2", name, region, how) for how in ("capacity-block", "on-demand"))
            if block is not None and ceiling is not None:
                assert block.value < ceiling.value, (name, region)


# SageMaker asks 1.25 times EC2's price for G types and 1.15 for P types, and 1.40 for the smallest of each family.
ODD = {("ml.g6e.xlarge", "eu-central-1"): Decimal("1.345")}
"""What the price list says so, against its own rule."""


@pytest.mark.parametrize(
    "row",
    [
        r
        for r in prices.rows()
        if r.service == "sagemaker"
        and r.key.startswith(("ml.p", "ml.g"))
        and r.key.removeprefix("ml.") in instances.names()
    ],
    ids=lambda row: f"{row.key} {row.region}",
)
def test_sagemaker_prices_are_in_proportion_to_ec2(row: prices.Row) -> None:
    name = row.key.removeprefix("ml.")
    ec2 = prices.price("ec2", name, row.region)
    big = Decimal("1.15") if row.key.startswith("ml.p") else Decimal("1.25")
    rule = Decimal("1.40") if row.key.endswith(".xlarge") else big
    if ec2 is not None:
        assert abs(row.price.value / ec2.value - ODD.get((row.key, row.region), rule)) < Decimal("0.004")
        return
    # Hosting has types where EC2 sells none of them: they cost more than at home, each size by the same factor.
    assert not zones.offered(name, row.region)
    family = row.key.rpartition(".")[0]
    dearer = [
        here.price.value / home.value
        for here in prices.rows()
        if (here.service, here.region) == ("sagemaker", row.region) and here.key.rpartition(".")[0] == family
        if (home := prices.price("sagemaker", here.key, "us-east-1")) is not None
    ]
    assert min(dearer) > 1
    assert max(dearer) / min(dearer) < Decimal("1.004")


@pytest.mark.parametrize(
    ("service", "key", "region", "value"),
    [
        ("ec2", "p5.48xlarge", "us-east-1", "55.04"),
        ("ec2", "t4g.medium", "us-east-1", "0.0336"),
        ("eks", "cluster", "us-east-1", "0.10"),
        ("vpc", "nat-gateway", "us-east-1", "0.045"),
        ("fsx-lustre", "persistent-2-250", "us-east-1", "0.210"),
        ("sagemaker", "ml.g6.2xlarge", "us-east-1", "1.222"),
    ],
)
def test_a_price_is_found_by_service_key_and_region(service: str, key: str, region: str, value: str) -> None:
    found = prices.price(service, key, region)
    assert found is not None
    assert found.value == Decimal(value)


@pytest.mark.parametrize("name", [n for n in instances.names() if n.startswith(("p4", "p5.48", "p5e", "p6"))])
def test_capacity_block_costs_the_same_wherever_it_is_sold(name: str) -> None:
    assert prices.price("ec2", name, "ap-northeast-1", "capacity-block")


def test_a_price_of_every_region_holds_where_the_region_has_none_of_its_own() -> None:
    assert prices.price("eks", "cluster", "eu-west-3") == prices.price("eks", "cluster", prices.EVERY_REGION)


@pytest.mark.parametrize(
    ("service", "key", "region", "purchase"),
    [
        ("fsx-lustre", "persistent-2-250", "sa-east-1", "on-demand"),
        ("ec2", "p5e.48xlarge", "us-east-1", "on-demand"),
        ("ec2", "g6.xlarge", "us-east-1", "capacity-block"),
        ("ec2", "x1.32xlarge", "us-east-1", "on-demand"),
        ("vpc", "nat-gateway", "../prices/us-east-1", "on-demand"),
        ("vpc", "nat-gateway", "nowhere" * 100, "on-demand"),
    ],
)
def test_what_nobody_says_has_no_price(service: str, key: str, region: str, purchase: str) -> None:
    assert prices.price(service, key, region, purchase) is None


def test_a_spot_reference_is_that_of_the_dearest_zone_in_question() -> None:
    cheap, dear = prices.spot("p4d.24xlarge", ("use1-az2",)), prices.spot("p4d.24xlarge", ("use1-az2", "use1-az6"))
    assert cheap is not None
    assert dear is not None
    assert (cheap.value, dear.value) == (Decimal("6.5323"), Decimal("11.7870"))
    assert prices.spot("p4d.24xlarge", ("use1-az3",)) is None


def test_the_mean_of_a_region_is_the_reference_where_no_zone_has_one_and_the_type_is_sold() -> None:
    mean = prices.price("ec2", "g6.xlarge", "eu-central-2", "spot")
    assert mean is not None
    assert prices.spot("g6.xlarge", ("euc2-az1", "euc2-az2", "euc2-az3")) == mean
    assert zones.offered("g6.xlarge", "eu-central-2") == ("euc2-az2", "euc2-az3")
    assert prices.spot("g6.xlarge", ("euc2-az1",)) is None


@pytest.mark.parametrize(("day", "value"), [(1, "0.3"), (2, "0.3"), (3, "0.6")])
def test_the_newer_of_a_zone_and_the_mean_of_its_region_is_the_reference(
    monkeypatch: pytest.MonkeyPatch, day: int, value: str
) -> None:
    def one(amount: str, day: int) -> prices.Price:
        return prices.Price(value=Decimal(amount), unit="hour", source="it", as_of=datetime.date(2026, 9, day))

    table = {("ec2", "g6.xlarge", "spot:use1-az4"): one("0.3", 2), ("ec2", "g6.xlarge", "spot"): one("0.6", day)}

    def read(region: str) -> Any:
        return table if region == "us-east-1" else {}

    monkeypatch.setattr(prices, "_table", read)
    found = prices.spot("g6.xlarge", ("use1-az4", "use1-az6"))
    assert found is not None
    assert found.value == Decimal(value)
