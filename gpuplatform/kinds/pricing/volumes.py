"""EBS volumes: size, provisioned IOPS, and for gp3 what exceeds the included IOPS and throughput."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from gpuplatform.catalog import gp3
from gpuplatform.kinds.pricing.charge import HOURS, ZERO, Charge, Entry, Unpriced, missing, tiers
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.pricing.numbers import decimal
from gpuplatform.plan.model import Json

PROVISIONED: Final[Mapping[str, tuple[tuple[str, int], ...]]] = {
    "io1": (("io1-iops", 0),),
    "io2": (("io2-iops", 0), ("io2-iops-above-32000", 32_000), ("io2-iops-above-64000", 64_000)),
}
"""Row, and the IOPS of a volume above which it is the price (aws.amazon.com/ebs/pricing)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Volume:
    """One EBS volume; `iops` and `mibps` are 0 where the defaults stand."""

    kind: str
    gib: Decimal
    iops: Decimal = ZERO
    mibps: Decimal = ZERO


@dataclass(frozen=True, kw_only=True, slots=True)
class Copies:
    """How many of a volume there are on average in a month of each kind, and at most."""

    asleep: Decimal
    idle: Decimal
    expected: Decimal
    most: Decimal


ONE: Final = Copies(asleep=Decimal(1), idle=Decimal(1), expected=Decimal(1), most=Decimal(1))


def volume_of(disk: Mapping[str, Json], size: Decimal, kind: Json, default: str = "") -> Volume:
    """A volume as EC2, a launch template or Karpenter's node class states it. Raises NoAmountError."""
    return Volume(
        kind=str(kind or default), gib=size, iops=decimal(disk.get("iops")), mibps=decimal(disk.get("throughput"))
    )


def ec2_volume(disk: Mapping[str, Json], default: str = "") -> Volume:
    """One of `blockDeviceMappings[].ebs`, sized in GiB."""
    return volume_of(disk, decimal(disk.get("volumeSize")), disk.get("volumeType"), default)


def volume_charges(context: PricingContext, volume: Volume, whose: str, copies: Copies) -> Iterator[Entry]:
    """One charge a dimension of the volume."""
    if not volume.gib or not volume.kind:
        lacking = "size" if not volume.gib else "type"
        yield Unpriced(
            why=f"the volume {whose} states no {lacking}: the image or the snapshot that it is made of decides"
        )
        return
    for key, units, what in _dimensions(volume):
        price = context.price("ebs", key)
        if not units:
            continue
        if price is None:
            yield missing(context, "ebs", key)
            continue
        yield Charge(
            what=f"volume {whose}, {what}",
            price=price,
            asleep=copies.asleep * units,
            idle=copies.idle * units,
            expected=copies.expected * units,
            most_per_hour=copies.most * units / HOURS,
        )


def _dimensions(volume: Volume) -> Iterator[tuple[str, Decimal, str]]:
    """Row, units, and what they are."""
    yield volume.kind, volume.gib, f"{volume.gib:f} GiB {volume.kind}"
    if volume.kind == "gp3":
        more_iops, more_mibps = volume.iops - gp3.INCLUDED_IOPS, volume.mibps - gp3.INCLUDED_THROUGHPUT
        yield "gp3-iops", max(more_iops, ZERO), f"{volume.iops:f} IOPS of gp3, {gp3.INCLUDED_IOPS} included"
        yield (
            "gp3-throughput",
            max(more_mibps, ZERO),
            f"{volume.mibps:f} MiB/s of gp3, {gp3.INCLUDED_THROUGHPUT} included",
        )
    elif volume.kind in PROVISIONED:
        for key, above, inside in tiers(ZERO, volume.iops, PROVISIONED[volume.kind]):
            yield key, inside, f"{inside:f} IOPS of {volume.kind}{f' above {above}' if above else ''}"
