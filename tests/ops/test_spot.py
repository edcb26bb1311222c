"""Scores, prices and the role of spot."""

from __future__ import annotations

import datetime
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest
from botocore.stub import Stubber

from gpuplatform.ops.account import Aws
from gpuplatform.ops.demand import ElasticPoolDemand, NodeGroupDemand
from gpuplatform.ops.results import Row, Verdict
from gpuplatform.ops.spot import rows
from gpuplatform.pools.purchase import PurchaseType
from tests.ops.samples import H100, SMALL, SYSTEM, wanting

NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
GROUP = replace(SYSTEM, name="l4", instance_types=("g6.xlarge",), how=PurchaseType.SPOT, max=3)


@pytest.fixture
def ec2(aws: Aws) -> Generator[Stubber]:
    with Stubber(aws.client("ec2")) as stubber:
        yield stubber


def _scores(ec2: Stubber, *scores: tuple[str, int], asked: dict[str, Any] | None = None) -> None:
    found = [{"Region": "us-east-1", "AvailabilityZoneId": zone, "Score": score} for zone, score in scores]
    ec2.add_response("get_spot_placement_scores", {"SpotPlacementScores": found}, asked)


def _zones(ec2: Stubber) -> None:
    zones = [("use1-az4", "us-east-1d"), ("use1-az6", "us-east-1a"), ("use1-az1", "us-east-1b")]
    found = [{"ZoneId": zone, "ZoneName": name, "State": "available"} for zone, name in zones]
    ec2.add_response("describe_availability_zones", {"AvailabilityZones": found})


def _prices(ec2: Stubber, *points: tuple[str, int, str], asked: dict[str, Any] | None = None) -> None:
    found = [
        {"AvailabilityZone": name, "Timestamp": NOW - datetime.timedelta(hours=ago), "SpotPrice": price}
        for name, ago, price in points
    ]
    ec2.add_response("describe_spot_price_history", {"SpotPriceHistory": found}, asked)


def _rows(aws: Aws, *asked: NodeGroupDemand | ElasticPoolDemand) -> list[Row]:
    return list(rows(aws, wanting(*asked), NOW))


def test_without_spot_nothing_is_asked(aws: Aws, ec2: Stubber) -> None:
    assert _rows(aws, H100, replace(SMALL, hows=(PurchaseType.ON_DEMAND,))) == []


def test_scores_and_prices_of_the_pools_own_zones(aws: Aws, ec2: Stubber) -> None:
    asked = {
        "InstanceTypes": ["g6.xlarge"],
        "TargetCapacity": 3,
        "TargetCapacityUnitType": "units",
        "SingleAvailabilityZone": True,
        "RegionNames": ["us-east-1"],
    }
    _scores(ec2, ("use1-az6", 7), ("use1-az4", 2), ("use1-az1", 9), asked=asked)
    _zones(ec2)
    history = [
        ("us-east-1a", 1, "0.31"),
        ("us-east-1a", 30, "0.35"),
        ("us-east-1d", 50, "0.40"),
        ("us-east-1b", 1, "9"),
    ]
    period = {
        "InstanceTypes": ["g6.xlarge"],
        "ProductDescriptions": ["Linux/UNIX"],
        "StartTime": NOW - datetime.timedelta(days=7),
        "EndTime": NOW,
    }
    _prices(ec2, *history, asked=period)
    score, price = _rows(aws, GROUP)
    assert (score.verdict, score.found) == (
        Verdict.INFO,
        "use1-az6 7, use1-az4 2 of 10; always low for fewer than three types",
    )
    assert (price.verdict, price.found) == (
        Verdict.INFO,
        "use1-az4 0.40 $ an hour, use1-az6 0.31 $ an hour (0.31 to 0.35 in 7 days)",
    )


@pytest.mark.parametrize(
    ("types", "max_gpus", "nodes"),
    [
        (("g6.xlarge", "g5.xlarge", "g6e.xlarge"), 2, 2),
        (("g6e.12xlarge", "g6e.24xlarge", "g6.48xlarge"), 17, 4),  # four of 4 GPUs
        (("g6.48xlarge", "g5.48xlarge", "g6e.48xlarge"), 4, 1),  # a score wants one node at least
    ],
)
def test_elastic_pool_is_scored_for_as_many_nodes_as_its_gpus_allow(
    aws: Aws, ec2: Stubber, types: tuple[str, ...], max_gpus: int, nodes: int
) -> None:
    with Stubber(aws.client("iam")) as iam:
        iam.add_client_error("get_role", "AccessDenied")
        ec2.add_client_error("get_spot_placement_scores", "UnauthorizedOperation")
        found = _rows(aws, replace(SMALL, instance_types=types, max_gpus=max_gpus))
    score = next(row for row in found if row.check == "spot score")
    assert (score.wanted, score.verdict) == (f"room for {nodes} in one zone", Verdict.UNKNOWN)
    assert score.found == "not allowed: the caller lacks ec2:GetSpotPlacementScores"


def test_three_types_are_scored_in_earnest(aws: Aws, ec2: Stubber) -> None:
    _scores(ec2, ("use1-az6", 7))
    _zones(ec2)
    for _ in range(3):
        _prices(ec2)
    score, *prices = _rows(aws, replace(GROUP, instance_types=("g6.xlarge", "g5.xlarge", "g6e.xlarge")))
    assert score.found == "use1-az6 7 of 10"
    assert {row.found for row in prices} == {"none in 7 days"}


def test_prices_that_may_not_be_read_name_the_action(aws: Aws, ec2: Stubber) -> None:
    _scores(ec2)
    _zones(ec2)
    ec2.add_client_error("describe_spot_price_history", "UnauthorizedOperation")
    score, price = _rows(aws, GROUP)
    assert score.found.startswith("no zone scored")
    assert (price.verdict, price.found) == (
        Verdict.UNKNOWN,
        "not allowed: the caller lacks ec2:DescribeSpotPriceHistory",
    )


def test_prices_are_told_by_zone_id_though_zone_names_may_not_be_read(aws: Aws, ec2: Stubber) -> None:
    _scores(ec2)
    ec2.add_client_error("describe_availability_zones", "UnauthorizedOperation")
    point = {"AvailabilityZone": "us-east-1a", "AvailabilityZoneId": "use1-az6", "Timestamp": NOW, "SpotPrice": "0.3"}
    ec2.add_response("describe_spot_price_history", {"SpotPriceHistory": [point]})
    assert _rows(aws, GROUP)[1].found == "use1-az6 0.30 $ an hour"


def _role(aws: Aws, *asked: NodeGroupDemand | ElasticPoolDemand) -> Row | None:
    with Stubber(aws.client("ec2")) as ec2:
        for operation in ("get_spot_placement_scores", "describe_availability_zones"):
            ec2.add_client_error(operation, "UnauthorizedOperation")
        for _ in range(2):
            ec2.add_client_error("describe_spot_price_history", "UnauthorizedOperation")
        return next((row for row in _rows(aws, *asked) if row.check == "spot role"), None)


def test_karpenter_without_the_role_of_spot_fails_with_the_command_that_makes_it(aws: Aws) -> None:
    row = _role(aws, SMALL)
    assert row is not None
    assert (row.verdict, row.found) == (Verdict.FAIL, "missing")
    assert "create-service-linked-role --aws-service-name spot.amazonaws.com" in row.what_to_do


def test_role_of_spot_once_made_is_right(aws: Aws) -> None:
    aws.client("iam").create_service_linked_role(AWSServiceName="spot.amazonaws.com")
    with Stubber(aws.client("iam")) as iam:
        # moto names service-linked roles after the service; AWS says AWSServiceRoleForEC2Spot.
        role = {
            "Path": "/aws-service-role/spot.amazonaws.com/",
            "RoleName": "AWSServiceRoleForEC2Spot",
            "RoleId": "AROA2X4EXAMPLEEXAMPLE",
            "Arn": "arn:aws:iam::123456789012:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot",
            "CreateDate": NOW,
        }
        iam.add_response("get_role", {"Role": role}, {"RoleName": "AWSServiceRoleForEC2Spot"})
        row = _role(aws, SMALL)
    assert row is not None
    assert row.verdict is Verdict.OK


def test_managed_groups_do_not_ask_for_the_role(aws: Aws) -> None:
    assert _role(aws, GROUP) is None
