"""The address plan: no overlap, nothing outside, nothing moves when a zone is added."""

from ipaddress import IPv4Network
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpuplatform.sizing.addresses import plan

ZONES = tuple(f"use1-az{n}" for n in range(1, 8))


@st.composite
def vpcs(draw: st.DrawFn) -> tuple[IPv4Network, tuple[str, ...]]:
    count = draw(st.integers(1, 7))
    length = draw(st.integers(16, 22 if count <= 3 else 21))
    return IPv4Network((draw(st.integers(0, 2**32 - 1)) >> (32 - length) << (32 - length), length)), ZONES[:count]


@settings(deadline=None)  # a busy machine is no fault of the arithmetic
@given(vpcs())
def test_subnets_lie_in_the_vpc_and_apart(vpc: tuple[IPv4Network, tuple[str, ...]]) -> None:
    cidr, zones = vpc
    found = plan(cidr, zones)
    assert tuple(found.private) == tuple(found.public) == zones
    subnets = [*found.private.values(), *found.public.values()]
    assert all(subnet.subnet_of(cidr) for subnet in subnets)
    assert not any(a.overlaps(b) for a, b in combinations(subnets, 2))
    assert all(subnet.prefixlen <= 24 for subnet in found.private.values())
    assert all(subnet.prefixlen <= 28 for subnet in found.public.values())


@pytest.mark.parametrize("counts", [(1, 2), (2, 3), (4, 5), (5, 6), (6, 7)])
def test_zone_appended_within_its_size_class_moves_nothing(counts: tuple[int, int]) -> None:
    before, after = (plan(IPv4Network("10.40.0.0/16"), ZONES[:count]) for count in counts)
    assert before.private.items() <= after.private.items()
    assert before.public.items() <= after.public.items()


def test_three_zones_in_full() -> None:
    found = plan(IPv4Network("10.40.0.0/16"), ["a", "b", "c"])
    assert {zone: str(net) for zone, net in found.private.items()} == {
        "a": "10.40.0.0/18",
        "b": "10.40.64.0/18",
        "c": "10.40.128.0/18",
    }
    assert {zone: str(net) for zone, net in found.public.items()} == {
        "a": "10.40.192.0/22",
        "b": "10.40.196.0/22",
        "c": "10.40.200.0/22",
    }


def test_four_zones_use_eighths() -> None:
    found = plan(IPv4Network("10.40.0.0/16"), ["a", "b", "c", "d"])
    assert [str(net) for net in found.private.values()] == [
        "10.40.0.0/19",
        "10.40.32.0/19",
        "10.40.64.0/19",
        "10.40.96.0/19",
    ]
    assert str(found.public["a"]) == "10.40.224.0/22"


@pytest.mark.parametrize(
    ("cidr", "zones", "message"),
    [
        ("10.0.0.0/15", 2, "10.0.0.0/15 is larger than AWS accepts"),
        ("10.0.0.0/23", 3, r"too small for 3 zones: a private subnet would be a /25.*use a /22"),
        ("10.0.0.0/22", 4, r"too small for 4 zones: a private subnet would be a /25.*use a /21"),
        ("10.0.0.0/28", 1, "too small for 1 zones"),
        ("10.0.0.0/16", 0, "0 zones"),
    ],
)
def test_ranges_that_cannot_be_divided(cidr: str, zones: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plan(IPv4Network(cidr), ZONES[:zones])


def test_eight_zones_are_too_many() -> None:
    with pytest.raises(ValueError, match="8 zones: the address plan has room for 1 to 7"):
        plan(IPv4Network("10.0.0.0/16"), [*ZONES, "use1-az8"])


def test_zone_named_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="each may be named once"):
        plan(IPv4Network("10.0.0.0/16"), ["a", "a"])
