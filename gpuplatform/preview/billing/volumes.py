"""EBS volumes: size, and for gp3 what exceeds the included IOPS and throughput."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from gpuplatform.preview.billing.charge import HOURS, ZERO, Charge, Entry, missing
from gpuplatform.preview.billing.situation import Situation

# Included in the price of gp3 storage (EBS user guide, "General Purpose SSD volumes").
INCLUDED_IOPS: Final = Decimal(3000)
INCLUDED_MIBPS: Final = Decimal(125)


@dataclass(frozen=True, kw_only=True, slots=True)
class Volume:
    """One EBS volume; `iops` and `mibps` are 0 where the defaults stand."""

    kind: str
    gib: Decimal
    iops: Decimal = ZERO
    mibps: Decimal = ZERO


def volume_charges(
    situation: Situation,
    volume: Volume,
    whose: str,
    *,
    asleep: Decimal,
    idle: Decimal,
    expected: Decimal,
    most: Decimal,
) -> Iterator[Entry]:
    """One charge a dimension of the volume, for so many volumes on average in a month of each kind, and at most."""
    dimensions = [(volume.kind, volume.gib, f"{volume.gib} GiB {volume.kind}")]
    if volume.kind == "gp3":
        more_iops = max(volume.iops - INCLUDED_IOPS, ZERO)
        more_mibps = max(volume.mibps - INCLUDED_MIBPS, ZERO)
        dimensions += [
            ("gp3-iops", more_iops, f"{volume.iops} IOPS of gp3, {INCLUDED_IOPS} included"),
            ("gp3-throughput", more_mibps, f"{volume.mibps} MiB/s of gp3, {INCLUDED_MIBPS} included"),
        ]
    for key, units, what in dimensions:
        if not units:
            continue
        price = situation.price("ebs", key)
        if price is None:
            yield missing(situation, "ebs", key)
            continue
        yield Charge(
            what=f"volume {whose}, {what}",
            price=price,
            asleep=asleep * units,
            idle=idle * units,
            expected=expected * units,
            most_per_hour=most * units / HOURS,
        )
