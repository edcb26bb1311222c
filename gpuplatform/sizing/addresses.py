"""The address plan of a VPC: one large private and one small public subnet in each zone.

It depends on the VPC's range and on each zone's position alone, so that a zone appended later moves no subnet, up to
the third zone, and again from the fourth to the seventh. Going from three to four zones halves the subnets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

MAX_ZONES = 7
SMALLEST_PRIVATE = 24
"""A /24 holds about a dozen nodes with prefix delegation; less is no place for a cluster."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressPlan:
    private: Mapping[str, IPv4Network]
    """By zone: nodes, pods, endpoints, file systems."""
    public: Mapping[str, IPv4Network]
    """By zone: NAT gateways and load balancers."""


def plan(cidr: IPv4Network, zones: Sequence[str]) -> AddressPlan:
    """The subnets of every zone: quarters of the VPC for up to three zones, eighths for up to seven; the last part
    holds the public ones, each 1/64 of the VPC. Raises ValueError where that cannot be.
    """
    if cidr.prefixlen < 16:
        raise ValueError(f"VPC range {cidr} is larger than AWS accepts; use a /16 or smaller")
    if not 1 <= len(zones) <= MAX_ZONES:
        raise ValueError(f"{len(zones)} zones: the address plan has room for 1 to {MAX_ZONES}")
    if len(set(zones)) != len(zones):
        raise ValueError(f"zones {', '.join(zones)}: each may be named once")
    bits = 2 if len(zones) <= 3 else 3
    if cidr.prefixlen + bits > SMALLEST_PRIVATE:
        raise ValueError(
            f"VPC range {cidr} is too small for {len(zones)} zones: a private subnet would be a "
            f"/{cidr.prefixlen + bits}, and at least a /{SMALLEST_PRIVATE} is needed; use a "
            f"/{SMALLEST_PRIVATE - bits} or larger"
        )
    *private, rest = cidr.subnets(prefixlen_diff=bits)
    public = rest.subnets(new_prefix=cidr.prefixlen + 6)
    return AddressPlan(
        private=dict(zip(zones, private, strict=False)),
        public=dict(zip(zones, public, strict=False)),
    )
