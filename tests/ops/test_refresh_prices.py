"""Prices read again: what the Price List and the spot history say, in the shapes that AWS answers in, and what stays."""

from __future__ import annotations

import csv
import datetime
import json
from collections.abc import Generator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import Stubber
from typer.testing import CliRunner

from gpuplatform.catalog import prices
from gpuplatform.catalog.prices import Price, Row
from gpuplatform.cli import app
from gpuplatform.ops import refresh_prices as command
from gpuplatform.ops.account import Aws, CallError
from gpuplatform.ops.price_rules import rule

NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
OLD = datetime.date(2026, 1, 1)
EC2_LINUX = {"operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used"}


def row(
    service: str, key: str, value: str, *, unit: str = "hour", region: str = "us-east-1", how: str = "on-demand"
) -> Row:
    price = Price(value=Decimal(value), unit=unit, source="an old table", as_of=OLD)
    return Row(service=service, key=key, region=region, purchase=how, price=price)


@pytest.fixture
def pricing(aws: Aws) -> Generator[Stubber]:
    with Stubber(aws.client("pricing", command.HOME)) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def product(usage_type: str, dollars: str, unit: str = "Hrs", term: str = "OnDemand") -> str:
    """An element of GetProducts' PriceList: JSON in a text."""
    dimension = {"unit": unit, "beginRange": "0", "endRange": "Inf", "pricePerUnit": {"USD": dollars}}
    terms = {term: {"SKU.JRTCKXETXF": {"sku": "SKU", "priceDimensions": {"SKU.JRTCKXETXF.6YS6EN2CT7": dimension}}}}
    attributes = {"servicecode": "any", "regionCode": "us-east-1", "usagetype": usage_type}
    return json.dumps(
        {"product": {"sku": "SKU", "attributes": attributes}, "terms": terms, "version": "20261121000000"}
    )


def answers(pricing: Stubber, *products: str, service: str = "AmazonEC2", token: str = "", **attributes: str) -> None:
    asked: dict[str, Any] | None = None
    if attributes:
        filters = {"regionCode": "us-east-1", **attributes}
        asked = {
            "ServiceCode": service,
            "FormatVersion": "aws_v1",
            "Filters": [{"Type": "TERM_MATCH", "Field": f, "Value": v} for f, v in filters.items()],
        }
    more = {"NextToken": token} if token else {}
    pricing.add_response("get_products", {"FormatVersion": "aws_v1", "PriceList": list(products), **more}, asked)


def only(done: command.Refreshed) -> Row:
    (found,) = done.rows
    return found


def test_instance_is_found_by_its_usage_type_among_what_the_filters_leave(aws: Aws, pricing: Stubber) -> None:
    answers(
        pricing,
        product("UnusedBox:g6.xlarge", "0.7"),
        product("BoxUsage:g6.xlarge", "0.9000000000"),
        product("BoxUsage:g6.xlarge", "0.0000000000"),
        product("BoxUsage:g6.xlarge", "0.5", term="Reserved"),
        instanceType="g6.xlarge",
        **EC2_LINUX,
    )
    done = command.refresh(aws, [row("ec2", "g6.xlarge", "0.8048")], NOW)

    found = only(done).price
    assert (found.value, found.unit, found.as_of) == (Decimal("0.9"), "hour", NOW.date())
    assert found.source == "AWS Price List (GetProducts)"
    assert list(command.told(done)) == [
        "ec2 g6.xlarge us-east-1 on-demand: 0.8048 → 0.9 (+11.8 %)",
        "1 differ, 0 as before",
    ]


def test_price_on_a_later_page_is_found(aws: Aws, pricing: Stubber) -> None:
    answers(pricing, product("UnusedBox:g6.xlarge", "0.7"), token="more")
    answers(pricing, product("USW2-BoxUsage:g6.xlarge", "0.8048"))
    done = command.refresh(aws, [row("ec2", "g6.xlarge", "0.8048")], NOW)
    assert (done.confirmed, done.changes, only(done).price.as_of) == (1, [], NOW.date())


def test_model_endpoints_are_priced_as_hosting(aws: Aws, pricing: Stubber) -> None:
    answers(
        pricing,
        product("USE1-Train:ml.g6.2xlarge", "1.1"),
        product("USE1-Host:ml.g6.2xlarge", "1.3"),
        product("USE1-AsyncInf:ml.g6.2xlarge", "1.4"),
        service="AmazonSageMaker",
        instanceName="ml.g6.2xlarge",
    )
    assert only(command.refresh(aws, [row("sagemaker", "ml.g6.2xlarge", "1.222")], NOW)).price.value == Decimal("1.3")


def test_products_of_one_question_are_asked_for_once_and_told_apart_by_unit(aws: Aws, pricing: Stubber) -> None:
    # AWS sells throughput by the GiB/s: 40.96 is 0.04 for a MiB/s.
    answers(
        pricing,
        product("EBS:VolumeUsage.gp3", "0.08", "GB-Mo"),
        product("EBS:VolumeP-IOPS.gp3", "0.005", "IOPS-Mo"),
        product("EBS:VolumeP-Throughput.gp3", "40.96", "GiBps-mo"),
        volumeApiName="gp3",
    )
    table = [
        row("ebs", "gp3", "0.1", unit="GB-month"),
        row("ebs", "gp3-iops", "0.1", unit="IOPS-month"),
        row("ebs", "gp3-throughput", "0.1", unit="MiBps-month"),
    ]
    done = command.refresh(aws, table, NOW)
    assert [(r.key, r.price.value) for r in done.rows] == [
        ("gp3", Decimal("0.08")),
        ("gp3-iops", Decimal("0.005")),
        ("gp3-throughput", Decimal("0.04")),
    ]


@pytest.mark.parametrize(
    "products",
    [
        pytest.param([], id="none"),
        pytest.param([product("BoxUsage:g6.xlarge", "0.8"), product("BoxUsage:g6.xlarge", "0.9")], id="two"),
        pytest.param([product("BoxUsage:g6.xlarge", "0.9", "Quantity")], id="another unit"),
        pytest.param([product("BoxUsage:g6.xlarge.extra", "0.9")], id="a longer name"),
        pytest.param([product("EU-Host-BoxUsage:g6.xlarge", "0.9")], id="another usage"),
    ],
)
def test_price_in_doubt_stays_as_it_was(aws: Aws, pricing: Stubber, products: list[str]) -> None:
    answers(pricing, *products)
    before = row("ec2", "g6.xlarge", "0.8048")
    done = command.refresh(aws, [before], NOW)
    assert only(done) == before
    assert done.kept == {"the Price List has none or several prices of that name": 1}


@pytest.mark.parametrize(
    "before",
    [
        row("eks", "cluster", "0.1", region="*"),
        row("ec2", "p5.48xlarge", "31.464", how="capacity-block"),
        row("fsx-lustre", "intelligent-tiering", "0.14", unit="GB-month"),
        row("sagemaker", "serverless", "0.00002", unit="GB-second"),
    ],
    ids=lambda before: before.key,
)
def test_what_no_rule_identifies_is_not_asked_for(aws: Aws, pricing: Stubber, before: Row) -> None:
    assert rule(before) is None
    done = command.refresh(aws, [before], NOW)
    assert only(done) == before
    assert list(command.told(done))[-1] == (
        "1 kept with their date: no rule says which product of the Price List they are"
    )


@pytest.mark.parametrize(
    ("before", "found", "value"),
    [
        pytest.param(
            row("kms", "key", "9", unit="month"), product("us-east-1-KMS-Keys", "1.0", "Keys"), "1", id="whole region"
        ),
        pytest.param(
            row("s3", "put-requests", "9", unit="1k requests"),
            product("EUC1-Requests-Tier1", "0.0000054", "Requests"),
            "0.0054",
            id="a thousand of theirs",
        ),
        pytest.param(
            row("fsx-lustre", "scratch-2", "9", unit="GB-month"),
            product("USW2-Storage", "0.14", "GB-Mo"),
            "0.14",
            id="scratch",
        ),
        pytest.param(
            row("fsx-lustre", "persistent-2-250", "9", unit="GB-month"),
            product("USW2-Storage.SSD.250", "0.21", "GB-Mo"),
            "0.21",
            id="file system by throughput",
        ),
        pytest.param(
            row("sqs", "requests", "9", unit="1M requests"),
            product("Requests-RBP", "0.0000004", "Requests"),
            "0.4",
            id="queue, in us-east-1",
        ),
        pytest.param(
            row("sqs", "fifo-requests", "9", unit="1M requests"),
            product("EU-Requests-Tier1", "0.0000005", "Requests"),
            "0.5",
            id="queue, elsewhere",
        ),
        pytest.param(
            row("cloudwatch", "logs-storage", "9", unit="GB-month"),
            product("APS3-TimedStorage-ByteHrs", "0.0314", "GB-Mo"),
            "0.0314",
            id="logs",
        ),
        pytest.param(
            row("elb", "application", "9"), product("EUC1-LoadBalancerUsage", "0.027"), "0.027", id="load balancer"
        ),
    ],
)
def test_other_services_are_found_by_their_usage_type(
    aws: Aws, pricing: Stubber, before: Row, found: str, value: str
) -> None:
    answers(pricing, product("EUC1-TS-LoadBalancerUsage", "0.007"), found)
    assert only(command.refresh(aws, [before], NOW)).price.value == Decimal(value)


def test_of_prices_that_fall_with_volume_the_first_counts(aws: Aws, pricing: Stubber) -> None:
    tiered = json.loads(product("TimedStorage-ByteHrs", "0.023", "GB-Mo"))
    (term,) = tiered["terms"]["OnDemand"].values()
    (first,) = term["priceDimensions"].values()
    term["priceDimensions"]["second"] = {**first, "beginRange": "51200", "pricePerUnit": {"USD": "0.022"}}
    answers(pricing, json.dumps(tiered))
    done = command.refresh(aws, [row("s3", "standard", "9", unit="GB-month")], NOW)
    assert only(done).price.value == Decimal("0.023")


def test_answer_that_breaks_off_after_a_page_changes_nothing(aws: Aws, pricing: Stubber) -> None:
    answers(pricing, product("BoxUsage:g6.xlarge", "0.9"), token="more")
    pricing.add_client_error("get_products", "ThrottlingException", "Rate exceeded")
    before = row("ec2", "g6.xlarge", "0.8048")
    done = command.refresh(aws, [before], NOW)
    assert only(done) == before
    assert done.kept == {"pricing:GetProducts answered ThrottlingException: Rate exceeded": 1}


def test_right_that_is_missing_keeps_the_rows_and_is_named(aws: Aws, pricing: Stubber) -> None:
    pricing.add_client_error("get_products", "AccessDeniedException")
    done = command.refresh(aws, [row("ec2", "g6.xlarge", "0.8048")], NOW)
    assert only(done).price.as_of == OLD
    assert done.kept == {"not allowed: the caller lacks pricing:GetProducts": 1}


def test_credentials_that_are_over_end_it(aws: Aws, pricing: Stubber) -> None:
    pricing.add_client_error("get_products", "ExpiredTokenException")
    with pytest.raises(CallError, match="have expired"):
        command.refresh(aws, [row("ec2", "g6.xlarge", "0.8048")], NOW)


# Spot.


@pytest.fixture
def ec2(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Generator[Stubber]:
    """The client of the region, whoever asks for it."""
    client = aws.client("ec2")
    kept = Aws.client

    def same(self: Aws, service: str, region: str | None = None) -> Any:
        return client if service == "ec2" else kept(self, service, region)

    monkeypatch.setattr(Aws, "client", same)
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def history(ec2: Stubber, *points: tuple[str, str, int, str], types: list[str]) -> None:
    named = [("use1-az4", "us-east-1d"), ("use1-az6", "us-east-1a")]
    listed = [{"ZoneId": zone, "ZoneName": name, "State": "available"} for zone, name in named]
    ec2.add_response("describe_availability_zones", {"AvailabilityZones": listed})
    found = [
        {
            "AvailabilityZone": zone,
            "InstanceType": name,
            "ProductDescription": "Linux/UNIX",
            "SpotPrice": price,
            "Timestamp": NOW - datetime.timedelta(hours=ago),
        }
        for name, zone, ago, price in points
    ]
    asked = {
        "InstanceTypes": types,
        "ProductDescriptions": ["Linux/UNIX"],
        "StartTime": NOW - datetime.timedelta(minutes=1),
        "EndTime": NOW,
    }
    ec2.add_response("describe_spot_price_history", {"SpotPriceHistory": found}, asked)


def test_spot_reference_is_the_latest_price_of_its_zone(aws: Aws, ec2: Stubber) -> None:
    table = [row("ec2", "g6.xlarge", "0.3", how="spot:use1-az4"), row("ec2", "g6.xlarge", "0.4", how="spot:use1-az6")]
    points = [("g6.xlarge", "us-east-1d", 2, "0.3500"), ("g6.xlarge", "us-east-1d", 9, "0.9")]
    history(ec2, *points, types=["g6.xlarge"])
    done = command.refresh(aws, table, NOW)

    first, second = done.rows
    assert (first.price.value, first.price.source, first.price.as_of) == (
        Decimal("0.35"),
        "EC2 DescribeSpotPriceHistory",
        NOW.date(),
    )
    assert second == table[1]
    assert done.kept == {"spot is not sold there now": 1}


def test_prices_of_zones_take_the_place_of_their_mean(aws: Aws, ec2: Stubber) -> None:
    table = [row("ec2", "g6.xlarge", "0.3", how="spot"), row("ec2", "g6e.xlarge", "0.9", how="spot")]
    points = [("g6.xlarge", "us-east-1d", 2, "0.3500"), ("g6.xlarge", "us-east-1a", 2, "0.3600")]
    history(ec2, *points, types=["g6.xlarge", "g6e.xlarge"])
    done = command.refresh(aws, table, NOW)
    assert [(r.key, r.purchase, str(r.price.value)) for r in done.rows] == [
        ("g6.xlarge", "spot:use1-az4", "0.3500"),
        ("g6.xlarge", "spot:use1-az6", "0.3600"),
        ("g6e.xlarge", "spot", "0.9"),
    ]
    assert done.kept == {"spot is not sold there now": 1}


def test_spot_history_that_breaks_off_after_a_page_changes_nothing(aws: Aws, ec2: Stubber) -> None:
    table = [row("ec2", "g6.xlarge", "0.3", how="spot:use1-az4")]
    listed = [{"ZoneId": "use1-az4", "ZoneName": "us-east-1d", "State": "available"}]
    ec2.add_response("describe_availability_zones", {"AvailabilityZones": listed})
    point = {"AvailabilityZone": "us-east-1d", "InstanceType": "g6.xlarge", "SpotPrice": "0.9", "Timestamp": NOW}
    ec2.add_response("describe_spot_price_history", {"SpotPriceHistory": [point], "NextToken": "more"})
    ec2.add_client_error("describe_spot_price_history", "RequestLimitExceeded", "slow down")
    done = command.refresh(aws, table, NOW)
    assert done.rows == table
    assert done.kept == {"us-east-1: ec2:DescribeSpotPriceHistory answered RequestLimitExceeded: slow down": 1}


def test_region_that_the_account_cannot_use_keeps_its_rows(aws: Aws, ec2: Stubber) -> None:
    table = [row("ec2", "g6.xlarge", "0.3", region="me-central-1", how="spot:mec1-az1")]
    ec2.add_client_error("describe_availability_zones", "AuthFailure")
    done = command.refresh(aws, table, NOW)
    assert done.rows == table
    (why,) = done.kept
    assert why.startswith("me-central-1: AWS does not accept the credentials")


def offered(name: str, region: str) -> tuple[str, ...]:
    return ("use1-az4",) if (name, region) == ("g6.xlarge", "us-east-1") else ()


def test_named_region_gets_what_it_lacks_and_the_others_stay(
    aws: Aws, pricing: Stubber, ec2: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "names", lambda: ("g6.xlarge", "p6e-none.xlarge"))
    monkeypatch.setattr(command.zones, "offered", offered)
    elsewhere = row("ec2", "g6.xlarge", "0.8048", region="us-east-2")
    balancer = row("elb", "application", "0.0225", region="us-east-2")
    unknown = row("sagemaker", "serverless", "0.00002", unit="GB-second", region="us-east-2")
    answers(pricing, product("BoxUsage:g6.xlarge", "0.8048"))
    answers(pricing, product("LoadBalancerUsage", "0.03"))
    points = [("g6.xlarge", "us-east-1d", 2, "0.3500"), ("g6.xlarge", "us-east-1a", 2, "0.3600")]
    history(ec2, *points, types=["g6.xlarge"])
    done = command.refresh(aws, [elsewhere, balancer, unknown], NOW, ["us-east-1"])

    assert [(r.region, r.purchase, str(r.price.value)) for r in done.rows] == [
        ("us-east-1", "on-demand", "0.8048"),
        # us-east-1a is a zone that offers no such type.
        ("us-east-1", "spot:use1-az4", "0.3500"),
        ("us-east-2", "on-demand", "0.8048"),
        ("us-east-1", "on-demand", "0.03"),
        ("us-east-2", "on-demand", "0.0225"),
        ("us-east-2", "on-demand", "0.00002"),
    ]
    assert list(command.told(done)) == [
        "ec2 g6.xlarge us-east-1 on-demand: new, 0.8048",
        "elb application us-east-1 on-demand: new, 0.03",
        "ec2 g6.xlarge us-east-1 spot:use1-az4: new, 0.35",
        "3 differ, 0 as before",
        "3 kept with their date: of another region",
    ]


# The files.


def test_files_on_disk_are_what_the_command_writes(tmp_path: Path) -> None:
    command.write(prices.rows(), tmp_path)
    written = {file.name: file.read_text(encoding="utf-8") for file in tmp_path.iterdir()}
    assert written == {file.name: file.read_text(encoding="utf-8") for file in prices.FOLDER.iterdir()}


def test_file_a_region_is_sorted_and_free_of_needless_digits(tmp_path: Path) -> None:
    table = [
        row("vpc", "nat-gateway", "0.0450000000"),
        row("ec2", "p5.48xlarge", "60"),
        row("eks", "cluster", "0.1", region="*"),
    ]
    (tmp_path / "eu-west-9.csv").write_text("a region that is left", encoding="utf-8")
    command.write(table, tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["every-region.csv", "us-east-1.csv"]
    rows = list(csv.DictReader((tmp_path / "us-east-1.csv").read_text(encoding="utf-8").splitlines()))
    assert [(r["service"], r["value"], r["currency"], r["as_of"]) for r in rows] == [
        ("ec2", "60", "USD", "2026-01-01"),
        ("vpc", "0.045", "USD", "2026-01-01"),
    ]


def test_failed_write_leaves_every_old_file_and_no_scrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("eu-west-1.csv", "us-east-1.csv"):
        (tmp_path / name).write_text("old", encoding="utf-8")

    def full(rows: list[Row]) -> str:
        if rows[0].region == "us-east-1":
            raise OSError(28, "No space left on device")
        return "new"

    monkeypatch.setattr(command, "text", full)
    with pytest.raises(OSError, match="No space left"):
        command.write([row("vpc", "nat-gateway", "1", region=r) for r in ("eu-west-1", "us-east-1")], tmp_path)
    assert {f.name: f.read_text() for f in tmp_path.iterdir()} == {"eu-west-1.csv": "old", "us-east-1.csv": "old"}


# The command.


def test_without_credentials_one_sentence_and_status_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.delattr(command, "write")
    result = CliRunner().invoke(app, ["prices", "refresh"])
    assert result.exit_code == 2
    assert result.output.startswith("there are no AWS credentials; log in")
    assert result.output.count("\n") == 1


def test_command_writes_the_table_and_says_what_differs(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = row("ec2", "g6.xlarge", "0.8"), row("ec2", "g6.xlarge", "0.9")
    written: list[list[Row]] = []
    asked: list[object] = []

    def refresh(aws: Aws, table: object, now: object, regions: object, say: object) -> command.Refreshed:
        asked.append(regions)
        return command.Refreshed(rows=[after], changes=[command.Change(before=before, after=after)])

    monkeypatch.setattr(command, "refresh", refresh)
    monkeypatch.setattr(command, "write", written.append)
    result = CliRunner().invoke(app, ["prices", "refresh", "--region", "us-east-1"])
    assert result.exit_code == 0, result.output
    assert (written, asked) == ([[after]], [["us-east-1"]])
    assert "ec2 g6.xlarge us-east-1 on-demand: 0.8 → 0.9 (+12.5 %)" in result.output


def test_unknown_region_is_refused_before_anything_is_asked() -> None:
    result = CliRunner().invoke(app, ["prices", "refresh", "--region", "us-east-9"])
    assert result.exit_code == 2
    assert "region 'us-east-9' is not in the catalogue; nearest: us-east" in result.output
