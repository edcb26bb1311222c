"""Kubernetes on EKS: how long each minor version has standard support, and which one we can run.

Standard support ends 14 months after a version came to EKS. A year of extended support follows, at six times the price; a cluster
whose upgrade policy says STANDARD is upgraded by EKS instead, at a time of its choosing (EKS user guide, "Understand the Kubernetes
version lifecycle on EKS", read 2026-12).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

from gpuplatform.catalog.charts import CLUSTER_AUTOSCALER_TAGS

STANDARD_MONTHS: Final = 14
"""Of standard support, from the day on which EKS serves a version."""

SOON: Final = datetime.timedelta(days=90)
"""Before the end of standard support: time to try the next version in dev and to wait for the end of a capacity block."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KubernetesVersion:
    minor: str
    standard_ends: datetime.date
    """Day from whose beginning, in UTC, extended support is billed."""
    source: str


_GUIDE: Final = 'EKS user guide, "Kubernetes release calendar"'
VERSIONS: Final = (
    KubernetesVersion(minor="1.32", standard_ends=datetime.date(2026, 3, 23), source=f"{_GUIDE}, of 2025-10"),
    KubernetesVersion(minor="1.33", standard_ends=datetime.date(2026, 7, 29), source=f"{_GUIDE}, of 2025-10"),
    KubernetesVersion(minor="1.34", standard_ends=datetime.date(2026, 12, 2), source=f"{_GUIDE}, of 2025-10"),
    KubernetesVersion(
        minor="1.35", standard_ends=datetime.date(2027, 3, 27), source="endoflife.date/amazon-eks, of 2026-02"
    ),
    KubernetesVersion(
        minor="1.36",
        standard_ends=datetime.date(2027, 8, 2),
        source="answers of `aws eks describe-cluster-versions` that others published on 2026-09-23 and later",
    ),
)
"""In order. EKS has 1.37 too (nodes' images of 2026-10-23 name it); the end of its support is not known here."""
NEWEST_ON_EKS: Final = "1.37"


def number(minor: str) -> int:
    """`1.35` → 35; 0 of what is no version."""
    behind = minor.partition(".")[2]
    return int(behind[:4]) if behind.isdecimal() else 0


def standard_ends(minor: str) -> datetime.date | None:
    """None where it is not known."""
    return next((v.standard_ends for v in VERSIONS if v.minor == minor), None)


def served_since(minor: str) -> datetime.date | None:
    """The day on which EKS first served a version; None where it is not known."""
    end = standard_ends(minor)
    if end is None:
        return None
    months = end.year * 12 + end.month - 1 - STANDARD_MONTHS
    return end.replace(year=months // 12, month=months % 12 + 1)


def extended(minor: str, today: datetime.date) -> bool:
    """Whether a version is past its standard support. Older ones than those listed are; newer ones are not."""
    end = standard_ends(minor)
    return number(minor) < number(VERSIONS[0].minor) if end is None else today >= end


def newest() -> str:
    """The newest that nodes can be added to: Cluster Autoscaler simulates one version's scheduler, and must have an image of it."""
    return max(CLUSTER_AUTOSCALER_TAGS, key=number)


def following(minor: str) -> str | None:
    """The next version up, one at a time as EKS upgrades; None where there is none that we can run."""
    after = f"1.{number(minor) + 1}"
    return after if after in CLUSTER_AUTOSCALER_TAGS else None
