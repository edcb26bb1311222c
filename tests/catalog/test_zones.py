"""Zones by ID, and which of them offers what."""

import re

import pytest

from gpuplatform.catalog import instances, zones


def test_us_east_1_has_six_zones() -> None:
    assert zones.zone_ids("us-east-1") == tuple(f"use1-az{n}" for n in range(1, 7))


# As the offerings stood in moto 5.2.5.
@pytest.mark.parametrize(
    ("name", "region", "where"),
    [
        ("p6-b200.48xlarge", "us-east-1", ("use1-az6",)),
        ("p6-b200.48xlarge", "us-west-2", ("usw2-az1", "usw2-az2", "usw2-az4")),
        ("p6-b300.48xlarge", "us-west-2", ("usw2-az1", "usw2-az2")),
        ("p5en.48xlarge", "us-east-1", ("use1-az2", "use1-az6")),
        ("p4d.24xlarge", "eu-west-1", ("euw1-az2",)),
        ("p5.48xlarge", "eu-west-1", ()),
    ],
)
def test_offerings(name: str, region: str, where: tuple[str, ...]) -> None:
    assert zones.offered(name, region) == where


@pytest.mark.parametrize("region", zones.regions())
def test_every_zone_leads_back_to_its_region_and_every_offering_names_a_zone_of_it(region: str) -> None:
    ids = zones.zone_ids(region)
    assert len(ids) >= 2
    assert list(ids) == sorted(set(ids))
    for zone in ids:
        assert re.fullmatch(r"[a-z]+\d-az\d", zone)
        assert zones.region_of(zone) == region
    for name in instances.names():
        assert set(zones.offered(name, region)) <= set(ids)


def test_every_type_is_sold_somewhere() -> None:
    assert [name for name in instances.names() if not any(zones.offered(name, r) for r in zones.regions())] == []


def test_a_type_is_offered_in_some_regions_alone() -> None:
    assert zones.offered("p6-b300.48xlarge", "us-west-2")
    assert not zones.offered("p5.48xlarge", "eu-west-1")


def test_control_plane_cannot_lie_in_the_excluded_zones() -> None:
    assert zones.eks_control_plane_excluded() == {"use1-az3", "usw1-az2", "cac1-az3"}


@pytest.mark.parametrize(("region", "hint"), [("us-est-1", "us-east-1"), ("moon", "known: af-south-1")])
def test_unknown_region_names_the_nearest(region: str, hint: str) -> None:
    with pytest.raises(zones.UnknownRegion, match=hint):
        zones.zone_ids(region)
    with pytest.raises(zones.UnknownRegion, match=hint):
        zones.offered("g6.xlarge", region)


@pytest.mark.parametrize(
    ("zone", "hint"),
    [
        ("use1-az9", "use1-az"),
        ("us-east-1a", "differs by account; use a zone ID: one of use1-az1"),
        ("?", "such as use1-az4"),
    ],
)
def test_unknown_zone_says_what_is_accepted(zone: str, hint: str) -> None:
    with pytest.raises(zones.UnknownZone, match=hint):
        zones.region_of(zone)


def test_offerings_of_an_unknown_type_are_an_error_not_an_empty_answer() -> None:
    with pytest.raises(instances.UnknownInstanceType):
        zones.offered("p9.huge", "us-east-1")
