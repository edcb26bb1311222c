"""Which product of AWS's Price List a row of our price table is.

A product is known by its usage type, which begins with the region's short name in some regions and with nothing in others
("USW2-NatGateway-Hours", "NatGateway-Hours"). Sources: usage types and units as public price lists and bills show them, read 2026-11.
A rule that is wrong finds nothing, and the row stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from gpuplatform.catalog.prices import CURRENCY, EVERY_REGION, Row


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """Which product of the Price List a row is."""

    service_code: str
    filters: Mapping[str, str]
    usage_type: str
    """A regular expression, without the region's short name."""
    unit: str
    """AWS's word; a price in another unit is not this one."""
    each: Decimal = Decimal(1)
    """How many of ours make one of AWS's: a GiB/s is 1,024 MiB/s, a request a ten thousandth of ten thousand."""


def rule(row: Row) -> Rule | None:
    """None for what no rule identifies."""
    if row.purchase != "on-demand" or row.region == EVERY_REGION:
        return None
    if row.service == "ec2":
        shared = {"operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used"}
        return Rule(
            service_code="AmazonEC2",
            filters={"instanceType": row.key, **shared},
            usage_type=re.escape(f"BoxUsage:{row.key}"),
            unit="Hrs",
        )
    if row.service == "sagemaker" and row.key.startswith("ml."):
        return Rule(
            service_code="AmazonSageMaker",
            filters={"instanceName": row.key},
            usage_type=re.escape(f"Host:{row.key}"),
            unit="Hrs",
        )
    if row.service == "fsx-lustre":
        return _lustre(row.key)
    return _BY_KEY.get((row.service, row.key))


def _lustre(key: str) -> Rule | None:
    """SSD: a persistent file system by its throughput ("persistent-2-250"); scratch has none in its usage type."""
    deployment, _, throughput = key.rpartition("-")
    if not throughput.isdigit() or deployment not in ("scratch", "persistent-1", "persistent-2"):
        return None
    return Rule(
        service_code="AmazonFSx",
        filters={"fileSystemType": "Lustre", "operation": "CreateFileSystem:Lustre", "storageType": "SSD"},
        usage_type="Storage" if deployment == "scratch" else rf"Storage\.SSD\.{throughput}",
        unit="GB-Mo",
    )


def _gp3(usage_type: str, unit: str, each: Decimal = Decimal(1)) -> Rule:
    return Rule(service_code="AmazonEC2", filters={"volumeApiName": "gp3"}, usage_type=usage_type, unit=unit, each=each)


def _family(service_code: str, family: str, usage_type: str, unit: str) -> Rule:
    return Rule(service_code=service_code, filters={"productFamily": family}, usage_type=usage_type, unit=unit)


def _usage(service_code: str, usage_type: str, unit: str, each: Decimal = Decimal(1)) -> Rule:
    return Rule(service_code=service_code, filters={}, usage_type=usage_type, unit=unit, each=each)


def _queue(kind: str) -> Rule:
    return Rule(
        service_code="AWSQueueService",
        filters={"productFamily": "API Request", "queueType": kind},
        usage_type="Requests-.+",
        unit="Requests",
        each=_MILLIONTH,
    )


_THOUSANDTH: Final = Decimal("0.001")
_MILLIONTH: Final = Decimal("0.000001")
_APPLICATION: Final = "Load Balancer-Application"
_NETWORK: Final = "Load Balancer-Network"
_BY_KEY: Final = {
    ("cloudwatch", "alarm"): _usage("AmazonCloudWatch", "CW:AlarmMonitorUsage", "Alarms"),
    ("cloudwatch", "custom-metric"): _usage("AmazonCloudWatch", "CW:MetricMonitorUsage", "Metrics"),
    ("cloudwatch", "logs-ingestion"): _usage("AmazonCloudWatch", "DataProcessing-Bytes", "GB"),
    ("cloudwatch", "logs-storage"): _family("AmazonCloudWatch", "Storage Snapshot", "TimedStorage-ByteHrs", "GB-Mo"),
    ("ebs", "gp3"): _gp3(r"EBS:VolumeUsage\.gp3", "GB-Mo"),
    ("ebs", "gp3-iops"): _gp3(r"EBS:VolumeP-IOPS\.gp3", "IOPS-Mo"),
    ("ebs", "gp3-throughput"): _gp3(r"EBS:VolumeP-Throughput\.gp3", "GiBps-mo", Decimal(1024)),
    ("ecr", "storage"): _usage("AmazonECR", "TimedStorage-ByteHrs", "GB-Mo"),
    ("elb", "application"): _family("AWSELB", _APPLICATION, "LoadBalancerUsage", "Hrs"),
    ("elb", "application-lcu"): _family("AWSELB", _APPLICATION, "LCUUsage", "LCU-Hrs"),
    ("elb", "network"): _family("AWSELB", _NETWORK, "LoadBalancerUsage", "Hrs"),
    ("elb", "network-lcu"): _family("AWSELB", _NETWORK, "LCUUsage", "LCU-Hrs"),
    ("kms", "key"): _usage("awskms", "KMS-Keys", "Keys"),
    ("s3", "standard"): _usage("AmazonS3", "TimedStorage-ByteHrs", "GB-Mo"),
    ("s3", "put-requests"): _usage("AmazonS3", "Requests-Tier1", "Requests", _THOUSANDTH),
    ("s3", "get-requests"): _usage("AmazonS3", "Requests-Tier2", "Requests", _THOUSANDTH),
    ("secretsmanager", "secret"): _usage("AWSSecretsManager", "AWSSecretsManager-Secrets", "Secrets"),
    # us-east-1 names its requests Requests-RBP, others Requests-Tier1: the queue's type tells them apart.
    ("sqs", "requests"): _queue("Standard"),
    ("sqs", "fifo-requests"): _queue("FIFO (first-in, first-out)"),
    ("vpc", "interface-endpoint"): _family("AmazonVPC", "VpcEndpoint", "VpcEndpoint-Hours", "Hrs"),
    ("vpc", "interface-endpoint-data"): _family("AmazonVPC", "VpcEndpoint", "VpcEndpoint-Bytes", "GB"),
    ("vpc", "nat-gateway"): _family("AmazonEC2", "NAT Gateway", "NatGateway-Hours", "Hrs"),
    ("vpc", "nat-gateway-data"): _family("AmazonEC2", "NAT Gateway", "NatGateway-Bytes", "GB"),
}


def amounts(products: Sequence[Any], which: Rule) -> Iterator[Decimal]:
    """On-demand prices of the products that the rule means, of the first units where more of them are cheaper.

    A price of 0 is that of another billing of the same usage. KMS begins its usage types with the region's whole name.
    """
    usage = re.compile(rf"(?:[A-Z0-9]+-|[a-z]+(?:-[a-z]+)+-\d-)?(?:{which.usage_type})")
    for product in products:
        if not usage.fullmatch(product["product"]["attributes"].get("usagetype", "")):
            continue
        for term in product.get("terms", {}).get("OnDemand", {}).values():
            for dimension in term["priceDimensions"].values():
                amount = Decimal(dimension["pricePerUnit"].get(CURRENCY, "0"))
                if dimension["unit"] == which.unit and dimension.get("beginRange", "0") == "0" and amount:
                    yield amount
