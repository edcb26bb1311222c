"""Each fact of a reservation that a node group relies on, broken once."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from botocore.stub import Stubber

from gpuplatform.ops.account import Aws
from gpuplatform.ops.reservations import facts, rows
from gpuplatform.ops.results import Row, Verdict
from gpuplatform.pools.purchase import Moment, PurchaseType
from tests.ops.samples import BLOCK, H100, SYSTEM, wanting


def _utc(day: int, hour: int = 11, minute: int = 30) -> datetime.datetime:
    return datetime.datetime(2026, 12, day, hour, minute, tzinfo=datetime.UTC)


def _found(**different: Any) -> dict[str, Any]:
    return {
        "CapacityReservationId": BLOCK.id,
        "State": "active",
        "ReservationType": "capacity-block",
        "InstanceType": "p5.48xlarge",
        "AvailabilityZoneId": "use1-az6",
        "TotalInstanceCount": 4,
        "StartDate": _utc(6),
        "EndDate": _utc(20),
        **different,
    }


def _failing(found: dict[str, Any], **asked: Any) -> list[Row]:
    return [row for row in facts(found, H100, replace(BLOCK, **asked)) if row.verdict is not Verdict.OK]


def test_block_that_is_as_the_settings_say_is_right_in_every_fact(aws: Aws) -> None:
    with Stubber(aws.client("ec2")) as ec2:
        ec2.add_response(
            "describe_capacity_reservations",
            {"CapacityReservations": [_found()]},
            {"CapacityReservationIds": ["cr-0123456789abcdef0"]},
        )
        found = list(rows(aws, wanting(H100, SYSTEM)))
    assert [(row.subject.rpartition(": ")[2], row.verdict) for row in found] == [
        (fact, Verdict.OK) for fact in ("state", "kind", "instance type", "zone", "instances", "end")
    ]
    assert found[0].subject == "cr-0123456789abcdef0 for h100-capacity-block-0: state"


@pytest.mark.parametrize(
    ("different", "fact", "seen", "do"),
    [
        ({"State": "expired"}, "state", "expired", "it gives no capacity any more"),
        ({"State": "payment-pending"}, "state", "payment-pending", "wait until AWS has charged or delivered it"),
        ({"ReservationType": "default"}, "kind", "default", "write `how: reservation`"),
        ({"InstanceType": "p5e.48xlarge"}, "instance type", "p5e.48xlarge", "use p5e.48xlarge for the pool"),
        ({"AvailabilityZoneId": "use1-az4"}, "zone", "use1-az4", "set the pool's zone to use1-az4"),
        ({"TotalInstanceCount": 3}, "instances", "3", "lower the rung's max to 3"),
        ({"EndDate": _utc(19)}, "end", "2026-12-19 11:30 UTC", "set until to 2026-12-19T11:30:00Z"),
    ],
)
def test_fact_that_differs_fails_alone(different: dict[str, Any], fact: str, seen: str, do: str) -> None:
    (row,) = _failing(_found(**different))
    assert (row.subject, row.found, row.verdict) == (fact, seen, Verdict.FAIL)
    assert row.what_to_do.startswith(do)


def test_reservation_named_as_a_block_is_told_apart() -> None:
    group = replace(H100, how=PurchaseType.RESERVATION)
    row = next(row for row in facts(_found(), group, BLOCK) if row.subject == "kind")
    assert (row.verdict, row.what_to_do) == (Verdict.FAIL, "write `how: capacity-block` in the settings")


def test_more_instances_than_asked_are_right() -> None:
    assert not _failing(_found(TotalInstanceCount=64))


@pytest.mark.parametrize(
    ("until", "ends", "holds"),
    [
        (datetime.date(2026, 12, 20), _utc(20, 0, 0), True),  # a day is met by any moment of it
        (_utc(20), _utc(20), True),
        (_utc(20, 12), _utc(20), False),
        (datetime.datetime.fromisoformat("2026-12-20T12:30:00+01:00"), _utc(20), True),
        (None, _utc(1), True),
    ],
)
def test_end_is_compared_as_finely_as_the_settings_say_it(
    until: Moment | None, ends: datetime.datetime, holds: bool
) -> None:
    assert bool(_failing(_found(EndDate=ends), until=until)) is not holds


@pytest.mark.parametrize(("starts", "holds"), [(_utc(6), True), (_utc(6, 11, 29), False), (_utc(5).date(), False)])
def test_nodes_are_not_wanted_before_the_start(starts: Moment, holds: bool) -> None:
    found = _failing(_found(), starts=starts)
    assert bool(found) is not holds
    assert all(row.what_to_do == "set starts to 2026-12-06T11:30:00Z" for row in found)


def test_reservation_without_an_end_lasts_long_enough() -> None:
    found = _found()
    del found["EndDate"]
    assert not _failing(found)


def test_block_yet_to_start_tells_when() -> None:
    (row,) = _failing(_found(State="scheduled"))
    assert (row.verdict, row.found) == (Verdict.INFO, "2026-12-06 11:30 UTC; no node starts before")


@pytest.mark.parametrize(
    "code", ["InvalidCapacityReservationId.NotFound", "InvalidCapacityReservationId.Malformed", None]
)
def test_reservation_that_is_not_visible_fails(aws: Aws, code: str | None) -> None:
    with Stubber(aws.client("ec2")) as ec2:
        if code:
            ec2.add_client_error("describe_capacity_reservations", code)
        else:
            ec2.add_response("describe_capacity_reservations", {"CapacityReservations": []})
        (row,) = rows(aws, wanting(H100))
    assert (row.verdict, row.found) == (Verdict.FAIL, "not visible to this account in us-east-1")


def test_reservation_that_may_not_be_read_names_the_action(aws: Aws) -> None:
    with Stubber(aws.client("ec2")) as ec2:
        ec2.add_client_error("describe_capacity_reservations", "UnauthorizedOperation")
        (row,) = rows(aws, wanting(H100))
    assert (row.verdict, row.found) == (
        Verdict.UNKNOWN,
        "not allowed: the caller lacks ec2:DescribeCapacityReservations",
    )
