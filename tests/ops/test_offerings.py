"""Zones and instance types against what the account is offered, as moto's captures of EC2's API tell it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from botocore.stub import Stubber

from gpuplatform.ops.account import Aws
from gpuplatform.ops.offerings import rows, zone_rows
from gpuplatform.ops.results import Verdict
from tests.ops.samples import H100, SMALL, SYSTEM, wanting


def test_zones_of_the_account_are_right_and_shown_by_their_name(aws: Aws) -> None:
    assert [(row.subject, row.verdict) for row in zone_rows(aws, wanting(H100, SYSTEM))] == [
        ("use1-az4", Verdict.OK),
        ("use1-az6", Verdict.OK),
    ]
    assert all(row.found.startswith("us-east-1") for row in zone_rows(aws, wanting(SMALL)))


def test_zone_that_the_account_lacks_fails_with_those_it_has(aws: Aws) -> None:
    (row,) = zone_rows(aws, wanting(replace(H100, zone_ids=("use1-az9",))))
    assert (row.verdict, row.found) == (Verdict.FAIL, "not among the account's zones")
    assert "use1-az1, use1-az2, use1-az3" in row.what_to_do


def test_zone_that_is_down_is_not_available(aws: Aws) -> None:
    down = {"ZoneId": "use1-az6", "ZoneName": "us-east-1a", "State": "unavailable"}
    with Stubber(aws.client("ec2")) as ec2:
        ec2.add_response("describe_availability_zones", {"AvailabilityZones": [down]})
        (row,) = zone_rows(aws, wanting(H100))
    assert row.verdict is Verdict.FAIL


def test_type_offered_in_its_zone_is_right(aws: Aws) -> None:
    (row,) = rows(aws, wanting(H100))
    assert (row.subject, row.found, row.verdict) == (
        "p5.48xlarge for h100-capacity-block-0",
        "offered in use1-az6",
        Verdict.OK,
    )


def test_type_not_offered_in_its_zone_fails_with_the_zones_that_offer_it(aws: Aws) -> None:
    (row,) = rows(aws, wanting(replace(H100, instance_types=("p5en.48xlarge",), zone_ids=("use1-az4",))))
    assert row.verdict is Verdict.FAIL
    assert row.found == "none of them; offered in use1-az2, use1-az6"
    assert "another type" in row.what_to_do


def test_type_not_offered_in_the_region_fails(aws: Aws) -> None:
    (row,) = rows(Aws(aws.session, "eu-west-1"), wanting(replace(H100, zone_ids=("euw1-az1",))))
    assert (row.verdict, row.found) == (Verdict.FAIL, "none of them; offered in no zone of the region")


def test_type_offered_in_some_of_its_zones_is_told_and_fails_nothing(aws: Aws) -> None:
    (row,) = rows(aws, wanting(replace(H100, instance_types=("p5en.48xlarge",), zone_ids=("use1-az2", "use1-az4"))))
    assert (row.verdict, row.found, row.what_to_do) == (Verdict.INFO, "offered in use1-az2", "")


@pytest.mark.parametrize(
    ("types", "verdicts"),
    [
        (("g6.xlarge", "p5en.48xlarge"), [Verdict.OK, Verdict.INFO]),
        (("p5en.48xlarge", "p6-b200.48xlarge"), [Verdict.FAIL, Verdict.FAIL]),
    ],
)
def test_elastic_pool_fails_only_without_all_of_its_types(
    aws: Aws, types: tuple[str, ...], verdicts: list[Verdict]
) -> None:
    pool = replace(SMALL, instance_types=types, zone_ids=("use1-az4",))
    assert [row.verdict for row in rows(aws, wanting(pool))] == verdicts


@pytest.mark.parametrize("code", ["UnauthorizedOperation", "InternalError"])
def test_offerings_that_are_not_told_leave_every_pool_unknown(aws: Aws, code: str) -> None:
    with Stubber(aws.client("ec2")) as ec2:
        ec2.add_client_error("describe_instance_type_offerings", code)
        found = list(rows(aws, wanting(H100, SMALL)))
    assert [row.verdict for row in found] == [Verdict.UNKNOWN, Verdict.UNKNOWN]
    assert all("ec2:DescribeInstanceTypeOfferings" in row.found for row in found)


def test_zones_that_may_not_be_listed_name_the_action(aws: Aws) -> None:
    with Stubber(aws.client("ec2")) as ec2:
        ec2.add_client_error("describe_availability_zones", "UnauthorizedOperation")
        (row,) = zone_rows(aws, wanting(H100))
    assert (row.verdict, row.found) == (
        Verdict.UNKNOWN,
        "not allowed: the caller lacks ec2:DescribeAvailabilityZones",
    )
