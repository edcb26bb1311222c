"""The table of prices: one fact a row, each with its source; nothing where nobody says."""

from __future__ import annotations

import csv
import datetime
from decimal import Decimal

import pytest

from gpuplatform.catalog import instances, prices, zones

# Types that exist but that AWS lists no on-demand price for: sold by capacity block alone (karpenter's copy of the
# price list, 2026-07-20, has no row).
SOLD_BY_BLOCK_ALONE = {"p5e.48xlarge"}


def test_every_row_says_its_source_and_a_date_that_is_past() -> None:
    for row in prices.rows():
        assert row.price.source.strip(), row
        assert row.price.as_of <= datetime.date.today(), row
        assert row.price.value > 0, row
        assert row.price.unit.strip(), row


def test_the_file_is_sorted_and_no_fact_is_there_twice() -> None:
    with prices.DATA.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    keys = [tuple(row[:4]) for row in rows]
    assert keys == sorted(keys)
    assert len(keys) == len(set(keys))
    assert {row[6] for row in rows} == {prices.CURRENCY}


def test_every_instance_type_of_the_catalogue_has_a_price_in_us_east_1() -> None:
    missing = {name for name in instances.names() if prices.price("ec2", name, "us-east-1") is None}
    assert missing == SOLD_BY_BLOCK_ALONE


def test_every_ec2_price_is_for_a_known_type_offered_there() -> None:
    for row in prices.rows():
        if row.service == "ec2":
            offered = zones.offered(row.key, row.region)
            assert offered, f"{row.key} is not sold in {row.region}"
            if row.purchase.startswith("spot:"):
                assert row.purchase.removeprefix("spot:") in offered, row


def test_spot_never_costs_more_than_on_demand() -> None:
    for row in prices.rows():
        if row.purchase.startswith("spot:"):
            ceiling = prices.price("ec2", row.key, row.region)
            assert ceiling is not None, row
            # The spot catalogue rounds to four digits.
            assert row.price.value <= ceiling.value + Decimal("0.0001"), row


def test_a_capacity_block_costs_less_than_on_demand() -> None:
    for row in prices.rows():
        ceiling = prices.price("ec2", row.key, row.region)
        if row.purchase == "capacity-block" and ceiling is not None:
            assert row.price.value < ceiling.value, row


# SageMaker asks 1.25 times EC2's price for G types and 1.15 for P types, and 1.40 for the smallest of each family (three public
# tables that agree).
@pytest.mark.parametrize(
    "row",
    [r for r in prices.rows() if r.service == "sagemaker" and r.key.removeprefix("ml.") in instances.names()],
    ids=lambda row: f"{row.key} {row.region}",
)
def test_sagemaker_prices_are_in_proportion_to_ec2(row: prices.Row) -> None:
    ec2 = prices.price("ec2", row.key.removeprefix("ml."), "us-east-1")
    assert ec2 is not None
    smallest = row.key.endswith(".xlarge")
    expected = Decimal("1.40") if smallest else Decimal("1.15") if row.key.startswith("ml.p") else Decimal("1.25")
    assert abs(row.price.value / ec2.value - expected) < Decimal("0.01")


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


def test_a_price_of_every_region_holds_where_the_region_has_none_of_its_own() -> None:
    assert prices.price("eks", "cluster", "eu-west-3") == prices.price("eks", "cluster", prices.EVERY_REGION)


@pytest.mark.parametrize(
    ("service", "key", "region", "purchase"),
    [
        ("vpc", "nat-gateway", "eu-west-3", "on-demand"),
        ("ec2", "p5e.48xlarge", "us-east-1", "on-demand"),
        ("ec2", "p4d.24xlarge", "us-east-1", "capacity-block"),
        ("ec2", "x1.32xlarge", "us-east-1", "on-demand"),
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


def test_a_price_is_stale_after_120_days() -> None:
    price = prices.Price(value=Decimal(1), unit="hour", source="somewhere", as_of=datetime.date(2026, 1, 1))
    assert not price.stale(datetime.date(2026, 5, 1))
    assert price.stale(datetime.date(2026, 5, 2))
    assert all(row.price.stale(datetime.date(2036, 1, 1)) for row in prices.stale(datetime.date(2036, 1, 1)))
    assert len(prices.stale(datetime.date(2036, 1, 1))) == len(prices.rows())
