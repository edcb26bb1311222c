"""Names that settings give to hardware and places, checked against the catalogue where they are written."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from gpuplatform.catalog import instances, zones


def _known_instance(name: str) -> str:
    instances.instance(name)
    return name


def _known_zone(zone: str) -> str:
    zones.region_of(zone)
    return zone


InstanceName = Annotated[str, AfterValidator(_known_instance), Field(description="EC2 instance type of the catalog.")]
ZoneId = Annotated[
    str,
    AfterValidator(_known_zone),
    Field(description="Availability zone ID, such as use1-az4; the same place in every account."),
]
