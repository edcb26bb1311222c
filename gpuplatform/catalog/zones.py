"""Which zone of which region offers what.

Zones are named by ID ("use1-az4"), because a name such as us-east-1a means another zone in another account.

`data/zones.json` and `data/offerings.json` are written by `gpuplatform.ops.refresh_instances` and say source and date.
"""

import difflib
import json
from functools import cache
from pathlib import Path
from typing import Any

from gpuplatform.catalog import instances

DATA = Path(__file__).parent / "data"

# Source: EKS user guide, "View Amazon EKS networking requirements for VPC and subnets" (network-reqs), table
# "Disallowed Availability Zone IDs", read 2026-11-22.
_EKS_CONTROL_PLANE_EXCLUDED = frozenset({"use1-az3", "usw1-az2", "cac1-az3"})


class UnknownRegion(ValueError):  # noqa: N818 - says what is wrong, as KeyError does
    """A region the catalogue does not know; the message names the nearest it does."""


class UnknownZone(ValueError):  # noqa: N818 - says what is wrong, as KeyError does
    """A zone id the catalogue does not know; the message names the nearest it does."""


def regions() -> tuple[str, ...]:
    """Every region the catalogue knows, sorted."""
    return tuple(_zones())


def zone_ids(region: str) -> tuple[str, ...]:
    """The region's standard zones by ID, sorted. Raises UnknownRegion."""
    _require_region(region)
    return tuple(_zones()[region])


def region_of(zone_id: str) -> str:
    """The region a zone id lies in. Raises UnknownZone."""
    found = _regions_by_zone().get(zone_id)
    if found is not None:
        return found
    if zone_id[:-1] in _zones():
        ids = ", ".join(_zones()[zone_id[:-1]])
        raise UnknownZone(f"zone {zone_id!r} is a name that differs by account; use a zone ID: one of {ids}")
    near = difflib.get_close_matches(zone_id, _regions_by_zone(), n=3)
    hint = f"nearest: {', '.join(near)}" if near else "accepted: IDs such as use1-az4"
    raise UnknownZone(f"zone {zone_id!r} is not in the catalogue; {hint}")


def offered(instance_name: str, region: str) -> tuple[str, ...]:
    """The zone ids of the region that offer the type: none where it is not sold. Raises UnknownRegion and
    UnknownInstanceType."""
    _require_region(region)
    instances.instance(instance_name)
    return tuple(_offerings()[region].get(instance_name, ()))


def eks_control_plane_excluded() -> frozenset[str]:
    """Zone ids in which EKS cannot place the control plane's interfaces, so that no cluster subnet may lie in them.
    Nodes may."""
    return _EKS_CONTROL_PLANE_EXCLUDED


def _require_region(region: str) -> None:
    if region not in _zones():
        near = difflib.get_close_matches(region, regions(), n=3, cutoff=0.5)
        hint = f"nearest: {', '.join(near)}" if near else f"known: {', '.join(regions())}"
        raise UnknownRegion(f"region {region!r} is not in the catalogue; {hint}")


@cache
def _regions_by_zone() -> dict[str, str]:
    return {zone: region for region, ids in _zones().items() for zone in ids}


@cache
def _zones() -> dict[str, list[str]]:
    return _read("zones.json")["zones"]


@cache
def _offerings() -> dict[str, dict[str, list[str]]]:
    return _read("offerings.json")["offerings"]


def _read(name: str) -> dict[str, Any]:
    return json.loads((DATA / name).read_text(encoding="utf-8"))
