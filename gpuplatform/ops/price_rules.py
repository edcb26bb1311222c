"""Which product of AWS's Price List a row of our price table is.

A product is known by its usage type, which begins with the region's short name in some regions and with nothing in others
("USW2-NatGateway-Hours", "NatGateway-Hours"). Sources: usage types and units as public price lists and bills show them, read 2026-11.
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
    attributes: Mapping[str, str]
    usage_type: str
    unit: str
    """AWS's word; a price in another unit is not this one."""
    units: int = 1
    """Of ours in one of AWS's."""


def rule(row: Row) -> Rule | None:
    """None for what no rule identifies."""
    if row.purchase != "on-demand" or row.region == EVERY_REGION:
        return None
    if row.service == "ec2":
        shared = {"operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used"}
        wanted = {"instanceType": row.key, **shared}
        return Rule(service_code="AmazonEC2", attributes=wanted, usage_type=f"BoxUsage:{row.key}", unit="Hrs")
    if row.service == "sagemaker" and row.key.startswith("ml."):
        return Rule(
            service_code="AmazonSageMaker",
            attributes={"instanceName": row.key},
            usage_type=f"Host:{row.key}",
            unit="Hrs",
        )
    return _BY_KEY.get((row.service, row.key))


_GP3: Final = {"volumeApiName": "gp3"}
_NAT: Final = {"productFamily": "NAT Gateway"}
_BY_KEY: Final = {
    ("ebs", "gp3"): Rule(service_code="AmazonEC2", attributes=_GP3, usage_type="EBS:VolumeUsage.gp3", unit="GB-Mo"),
    ("ebs", "gp3-iops"): Rule(
        service_code="AmazonEC2", attributes=_GP3, usage_type="EBS:VolumeP-IOPS.gp3", unit="IOPS-Mo"
    ),
    ("ebs", "gp3-throughput"): Rule(
        service_code="AmazonEC2", attributes=_GP3, usage_type="EBS:VolumeP-Throughput.gp3", unit="GiBps-mo", units=1024
    ),
    ("vpc", "nat-gateway"): Rule(service_code="AmazonEC2", attributes=_NAT, usage_type="NatGateway-Hours", unit="Hrs"),
    ("vpc", "nat-gateway-data"): Rule(
        service_code="AmazonEC2", attributes=_NAT, usage_type="NatGateway-Bytes", unit="GB"
    ),
}


def amounts(products: Sequence[Any], which: Rule) -> Iterator[Decimal]:
    """On-demand prices of the products that the rule means; a price of 0 is that of another billing of the same usage."""
    usage = re.compile(rf"(?:[A-Z0-9]+-)?{re.escape(which.usage_type)}")
    for product in products:
        if not usage.fullmatch(product["product"]["attributes"].get("usagetype", "")):
            continue
        for term in product.get("terms", {}).get("OnDemand", {}).values():
            for dimension in term["priceDimensions"].values():
                amount = Decimal(dimension["pricePerUnit"].get(CURRENCY, "0"))
                if dimension["unit"] == which.unit and amount:
                    yield amount
