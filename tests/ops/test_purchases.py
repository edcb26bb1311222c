"""A capacity block that the settings name is on sale, at the price agreed to and for the time written."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from botocore.stub import Stubber

from gpuplatform.ops.account import Aws
from gpuplatform.ops.demand import Purchase
from gpuplatform.ops.purchases import rows
from gpuplatform.ops.results import Row, Verdict
from gpuplatform.pools.purchase import Consent, PurchaseOption, PurchaseType
from tests.ops.samples import wanting

TODAY = datetime.date(2026, 11, 22)
AGREED = Consent(by="anna@example.com", date=TODAY, buys="cb-01234567", dollars=12288)
RUNG = PurchaseOption(
    how=PurchaseType.CAPACITY_BLOCK,
    max=4,
    offering="cb-01234567",
    starts=datetime.date(2026, 12, 2),
    until=datetime.date(2026, 12, 6),
    consent=AGREED,
)


def _at(day: int, hour: int = 11, minute: int = 30) -> datetime.datetime:
    return datetime.datetime(2026, 12, day, hour, minute, tzinfo=datetime.UTC)


def _asked(
    aws: Aws,
    rung: PurchaseOption = RUNG,
    *,
    today: datetime.date = TODAY,
    expect: dict[str, Any] | None = None,
    **offer: Any,
) -> list[Row]:
    """What is told where EC2 offers this one block."""
    offered = {
        "CapacityBlockOfferingId": "cb-01234567",
        "InstanceType": "p5.48xlarge",
        "AvailabilityZone": "us-east-1a",
        "InstanceCount": 4,
        "StartDate": _at(2),
        "EndDate": _at(6),
        "CapacityBlockDurationHours": 96,
        "UpfrontFee": "12288.00",
        "CurrencyCode": "USD",
        **offer,
    }
    with Stubber(aws.client("ec2")) as ec2:
        ec2.add_response("describe_capacity_block_offerings", {"CapacityBlockOfferings": [offered]}, expect)
        ec2.add_response("describe_availability_zones", {"AvailabilityZones": []})
        purchase = Purchase(pool="h100", instance_type="p5.48xlarge", rung=rung)
        return list(rows(aws, wanting(purchase), today))


def test_offer_as_agreed_is_right(aws: Aws) -> None:
    expect = {
        "InstanceType": "p5.48xlarge",
        "InstanceCount": 4,
        "CapacityDurationHours": 96,
        "StartDateRange": datetime.datetime(2026, 12, 2, tzinfo=datetime.UTC),
    }
    price, time = _asked(aws, expect=expect)
    assert (price.verdict, price.found) == (Verdict.OK, "12,288.00 USD, 4.000 a GPU-hour")
    assert (time.verdict, time.found) == (Verdict.OK, "2026-12-02T11:30:00Z to 2026-12-06T11:30:00Z")


def test_offer_that_costs_more_than_agreed_fails(aws: Aws) -> None:
    price, _ = _asked(aws, UpfrontFee="12288.01")
    assert (price.verdict, price.wanted) == (Verdict.FAIL, "12,288.00 or less, as anna@example.com agreed")


def test_price_without_consent_is_told(aws: Aws) -> None:
    price, _ = _asked(aws, replace(RUNG, consent=None))
    assert (price.verdict, price.wanted) == (Verdict.INFO, "nobody has agreed to a price yet")


@pytest.mark.parametrize("offer", [{"EndDate": _at(7)}, {"StartDate": _at(2, 9, 0)}])
def test_offer_for_another_time_fails_with_the_line_to_write(aws: Aws, offer: dict[str, Any]) -> None:
    _, time = _asked(aws, **offer)
    assert time.verdict is Verdict.FAIL
    assert time.what_to_do == "write starts: {} and until: {}".format(*time.found.split(" to "))


def test_block_that_starts_at_once_is_asked_for_whole_days(aws: Aws) -> None:
    now = replace(RUNG, starts=datetime.datetime(2026, 12, 2, 15, tzinfo=datetime.UTC))
    price, _ = _asked(
        aws,
        now,
        expect={
            "InstanceType": "p5.48xlarge",
            "InstanceCount": 4,
            "CapacityDurationHours": 96,
            "StartDateRange": datetime.datetime(2026, 12, 2, tzinfo=datetime.UTC),
        },
    )
    assert price.verdict is Verdict.OK


def test_offer_that_is_gone_may_have_been_bought(aws: Aws) -> None:
    (row,) = _asked(aws, CapacityBlockOfferingId="cb-76543210")
    assert (row.verdict, row.found) == (Verdict.UNKNOWN, "not on sale: sold, or bought already")
    assert "capacity blocks --type p5.48xlarge --count 4 --hours 96 --region us-east-1`" in row.what_to_do


def test_block_whose_start_has_passed_is_asked_for_from_now_on(aws: Aws) -> None:
    expect = {"InstanceType": "p5.48xlarge", "InstanceCount": 4, "CapacityDurationHours": 96}
    (row,) = _asked(aws, today=datetime.date(2026, 12, 3), expect=expect, CapacityBlockOfferingId="cb-76543210")
    assert row.verdict is Verdict.UNKNOWN


def test_block_of_a_size_that_aws_does_not_sell_fails(aws: Aws) -> None:
    (row,) = _asked(aws, replace(RUNG, consent=None, max=65))
    assert (row.verdict, row.found) == (Verdict.FAIL, "65 instances: a capacity block holds 1 to 64")


def test_offers_that_may_not_be_read_name_the_action(aws: Aws) -> None:
    with Stubber(aws.client("ec2")) as ec2:
        ec2.add_client_error("describe_capacity_block_offerings", "UnauthorizedOperation")
        (row,) = rows(aws, wanting(Purchase(pool="h100", instance_type="p5.48xlarge", rung=RUNG)), TODAY)
    assert (row.verdict, row.found) == (
        Verdict.UNKNOWN,
        "not allowed: the caller lacks ec2:DescribeCapacityBlockOfferings",
    )
