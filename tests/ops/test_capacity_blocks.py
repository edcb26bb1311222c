"""Capacity blocks on offer: what may be asked, and what is told of each."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from botocore.stub import Stubber

from gpuplatform.ops.account import Aws, CallError, Unanswered
from gpuplatform.ops.capacity_blocks import Query, offers

TODAY = datetime.date(2026, 11, 22)


def _query(**different: Any) -> Query:
    asked: dict[str, Any] = {
        "instance_type": "p5.48xlarge",
        "count": 4,
        "hours": 96,
        "region": "us-east-1",
        "today": TODAY,
    }
    return Query(**{**asked, **different})


@pytest.mark.parametrize("days", [1, 13, 14, 21, 28, 175, 182])
def test_lengths_that_aws_sells(days: int) -> None:
    assert _query(hours=24 * days).hours == 24 * days


@pytest.mark.parametrize(
    ("hours", "nearest"),
    [
        (0, "nearest: 24"),
        (-24, "nearest: 24"),
        (23, "nearest: 24"),
        (100, "nearest: 96 or 120"),
        (15 * 24, "nearest: 336 or 504"),
        (20 * 24, "nearest: 336 or 504"),
        (189 * 24, "nearest: 4368"),
    ],
)
def test_length_that_aws_does_not_sell_is_refused_with_the_nearest(hours: int, nearest: str) -> None:
    with pytest.raises(CallError, match=rf"^{hours} hours: a capacity block lasts 1 to 14 days, .*{nearest}$"):
        _query(hours=hours)


@pytest.mark.parametrize("count", [1, 64])
def test_numbers_that_aws_sells(count: int) -> None:
    assert _query(count=count).count == count


@pytest.mark.parametrize("count", [0, 65])
def test_number_that_aws_does_not_sell_is_refused(count: int) -> None:
    with pytest.raises(CallError, match=rf"^{count} instances: a capacity block holds 1 to 64$"):
        _query(count=count)


@pytest.mark.parametrize(
    ("different", "sentence"),
    [
        ({"instance_type": "p5.48xlrge"}, r"'p5\.48xlrge' is not in the catalogue; nearest: p5\.48xlarge"),
        ({"instance_type": "g6.xlarge"}, r"^g6\.xlarge is not sold in capacity blocks; accepted: .*p5\.48xlarge"),
        ({"region": "us-eats-1"}, r"'us-eats-1' is not in the catalogue; nearest: us-east-1"),
        ({"earliest": TODAY - datetime.timedelta(days=1)}, r"^start on 2026-11-21: .* from 2026-11-22 to 2027-01-17"),
        ({"earliest": TODAY + datetime.timedelta(days=57)}, r"^start on 2027-01-18: .* within eight weeks"),
    ],
)
def test_other_wrong_calls(different: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CallError, match=sentence):
        _query(**different)


def _offer(identifier: str, zone: str, day: int, fee: str, **different: Any) -> dict[str, Any]:
    starts = datetime.datetime(2026, 12, day, 11, 30, tzinfo=datetime.UTC)
    return {
        "CapacityBlockOfferingId": identifier,
        "InstanceType": "p5.48xlarge",
        "AvailabilityZone": zone,
        "InstanceCount": 4,
        "StartDate": starts,
        "EndDate": starts + datetime.timedelta(hours=96),
        "CapacityBlockDurationHours": 96,
        "UpfrontFee": fee,
        "CurrencyCode": "USD",
        **different,
    }


def _offered(ec2: Stubber, found: list[dict[str, Any]], asked: dict[str, Any] | None = None) -> None:
    ec2.add_response("describe_capacity_block_offerings", {"CapacityBlockOfferings": found}, asked)
    zones = [{"ZoneId": "use1-az6", "ZoneName": "us-east-1a", "State": "available"}]
    ec2.add_response("describe_availability_zones", {"AvailabilityZones": zones})


def test_offers_are_told_cheapest_first_by_gpu_and_hour(aws: Aws) -> None:
    found = [
        _offer("cb-3", "us-east-1a", 9, "12288.00"),
        _offer("cb-2", "us-east-1a", 2, "12288.00"),
        _offer("cb-1", "us-east-1f", 12, "9216.0", CapacityBlockDurationMinutes=96 * 60),
    ]
    with Stubber(aws.client("ec2")) as ec2:
        _offered(ec2, found, {"InstanceType": "p5.48xlarge", "InstanceCount": 4, "CapacityDurationHours": 96})
        told = offers(aws, _query())
    # 9216 $ over 4 nodes of 8 GPUs for 96 hours, 3,072 GPU-hours, are 3 $ each; 12288 $ are 4 $.
    assert [(o.id, o.zone_id, o.upfront, o.per_gpu_hour) for o in told] == [
        ("cb-1", "us-east-1f", 9216.0, 3.0),
        ("cb-2", "use1-az6", 12288.0, 4.0),
        ("cb-3", "use1-az6", 12288.0, 4.0),
    ]
    assert told[0].to_json()["starts"] == "2026-12-12T11:30:00+00:00"


def test_earliest_start_is_passed_on_as_the_beginning_of_the_day(aws: Aws) -> None:
    asked = {
        "InstanceType": "p5.48xlarge",
        "InstanceCount": 4,
        "CapacityDurationHours": 96,
        "StartDateRange": datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC),
    }
    with Stubber(aws.client("ec2")) as ec2:
        _offered(ec2, [], asked)
        assert offers(aws, _query(earliest=datetime.date(2026, 12, 1))) == []


def test_offers_that_may_not_be_read_name_the_action(aws: Aws) -> None:
    with Stubber(aws.client("ec2")) as ec2:
        ec2.add_client_error("describe_capacity_block_offerings", "UnauthorizedOperation")
        with pytest.raises(Unanswered, match="lacks ec2:DescribeCapacityBlockOfferings"):
            offers(aws, _query())
