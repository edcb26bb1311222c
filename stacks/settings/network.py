"""Settings of the network."""

from __future__ import annotations

from enum import StrEnum
from ipaddress import IPv4Network

from pydantic import Field, field_validator

from gpuplatform.catalog import zones
from gpuplatform.pools.names import ZoneId
from gpuplatform.sizing import addresses
from stacks.settings.types import LogDays, Section


class Nat(StrEnum):
    NONE = "none"
    SINGLE = "single"
    PER_ZONE = "per_zone"


class NetworkSettings(Section):
    """VPC, subnets and the ways in and out."""

    cidr: IPv4Network
    """The VPC's range. It is split by position in `zones`, so zones may be appended, never reordered."""
    zones: tuple[ZoneId, ...] = Field(min_length=2, max_length=7)
    """Zones with a public and a private subnet each. EKS needs two."""
    nat: Nat = Nat.PER_ZONE
    """NAT gateways: `none`, one for all zones, or one a zone."""
    interface_endpoints: tuple[str, ...] = ()
    """AWS services reached without NAT, such as `ecr.api`: 0.01 $ an hour and zone each."""
    flow_logs_days: LogDays = 30
    """How long VPC flow logs are kept: one of the periods that CloudWatch knows, such as 1, 7, 30, 90 or 365."""
    peers: tuple[IPv4Network, ...] = ()
    """Ranges of networks that this one will be connected to; none may overlap it."""

    @field_validator("zones")
    @classmethod
    def _distinct_zones_of_one_region(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) != len(value):
            raise ValueError(f"{', '.join(value)}: every zone once")
        if len({zones.region_of(z) for z in value}) > 1:
            raise ValueError(f"{', '.join(value)} lie in more than one region; a VPC has one")
        return value

    def plan(self) -> addresses.AddressPlan:
        return addresses.plan(self.cidr, self.zones)
