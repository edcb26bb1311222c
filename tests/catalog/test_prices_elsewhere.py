"""What dev and prod are billed for beside instances: where it has a price, and what nobody at hand says."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pytest

from gpuplatform.catalog import prices, zones

USED = (
    *("cloudwatch alarm", "cloudwatch logs-ingestion", "cloudwatch logs-storage"),
    *("ebs gp3", "ebs gp3-iops", "ebs gp3-throughput", "eks cluster", "fsx-lustre persistent-2-250"),
    *("kms key", "kms requests", "s3 get-requests", "s3 glacier-instant-retrieval", "s3 put-requests", "s3 standard"),
    *("s3 standard-ia", "sagemaker serverless", "secretsmanager secret", "sns publishes", "sqs requests"),
    *("vpc data-between-zones", "vpc internet-out", "vpc nat-gateway", "vpc nat-gateway-data", "vpc public-ipv4"),
)
KNOWN_UNKNOWNS = Path(__file__).parent / "unpriced_things.txt"
COMPLETE = {
    *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1"),
    *("eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2"),
    *("ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
}
# What a bill is mostly of, but for instances: each region that the settings accept has them.
BULK = (
    *("cloudwatch alarm", "cloudwatch logs-ingestion", "cloudwatch logs-storage", "ebs gp3"),
    *("ebs gp3-iops", "ebs gp3-throughput", "s3 get-requests", "s3 put-requests", "s3 standard", "s3 standard-ia"),
    *("sns publishes", "vpc interface-endpoint", "vpc internet-out", "vpc nat-gateway"),
    "vpc nat-gateway-data",
)


def missing(region: str, things: tuple[str, ...] = USED) -> list[str]:
    pairs = [thing.split() for thing in things]
    return [f"{service} {key}" for service, key in pairs if prices.price(service, key, region) is None]


def test_what_has_no_price_in_a_region_stands_in_the_list_of_known_unknowns() -> None:
    found = "".join(f"{region}: {', '.join(gaps)}\n" for region in zones.regions() if (gaps := missing(region)))
    if "UPDATE_SNAPSHOTS" in os.environ:
        KNOWN_UNKNOWNS.write_text(found, encoding="utf-8")
    assert found == KNOWN_UNKNOWNS.read_text(encoding="utf-8")


def test_regions_with_a_price_for_everything_keep_it() -> None:
    assert {region for region in zones.regions() if not missing(region)} >= COMPLETE


@pytest.mark.parametrize("region", zones.regions())
def test_what_a_bill_is_mostly_of_has_a_price_in_every_region(region: str) -> None:
    assert missing(region, BULK) == []


# Northern Virginia is as cheap as any region but for a few: a price far from its own is a slip of the pen.
@pytest.mark.parametrize(
    "thing", ["cloudwatch logs-ingestion", "ebs gp3", "s3 standard", "vpc internet-out", "vpc nat-gateway-data"]
)
def test_no_region_is_far_from_the_first(thing: str) -> None:
    service, key = thing.split()
    home = prices.price(service, key, "us-east-1")
    assert home is not None
    for region in zones.regions():
        here = prices.price(service, key, region)
        assert here is not None
        assert Decimal("0.9") <= here.value / home.value <= Decimal("2.1"), region
