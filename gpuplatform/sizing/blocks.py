"""Capacity that begins and ends: its hours within the coming month, and who runs what is expected when it has ended."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

HOURS: Final = Decimal(730)
"""Of a month: AWS's own convention, 365 × 24 / 12."""
ZERO: Final = Decimal(0)

BY_DAY, BY_WEEK = 14, 182
"""Days up to which a capacity block lasts any number of days; then whole weeks, up to the second (EC2 API, DescribeCapacityBlockOfferings,
read 2026-11-22)."""
LENGTHS: Final = (*range(1, BY_DAY + 1), *range(BY_DAY + 7, BY_WEEK + 1, 7))
"""Days for which AWS sells one."""


@dataclass(frozen=True, slots=True)
class Window:
    """Hours from now on: [begins, ends) of the coming month."""

    begins: Decimal = ZERO
    ends: Decimal = HOURS

    @property
    def hours(self) -> Decimal:
        return max(self.ends - self.begins, ZERO)


def window(starts: datetime.datetime | None, until: datetime.datetime | None, now: datetime.datetime) -> Window:
    """The part of the coming month in which capacity stands that begins and ends so; without a date, from now on or to the end."""
    begins = ZERO if starts is None else _hours(starts - now)
    ends = HOURS if until is None else _hours(until - now)
    return Window(min(max(begins, ZERO), HOURS), min(max(ends, ZERO), HOURS))


def days(starts: datetime.datetime, until: datetime.datetime) -> int:
    """Of a block: it ends at a fixed time of the day, so that one which starts at once is some hours shorter."""
    return -(-int((until - starts).total_seconds()) // 86400)


def allocation(running: Decimal, hours: Decimal, most: Sequence[Decimal], windows: Sequence[Window]) -> list[Decimal]:
    """Node-hours of each way of buying, where so many nodes are expected to run for so many hours of the month: the first that stands is
    filled first, and what is expected comes while capacity that ends is there. `most` are the nodes that each gives at once."""
    edges = sorted({ZERO, HOURS, *(w.begins for w in windows), *(w.ends for w in windows)})
    stretches: list[tuple[Decimal, list[Decimal]]] = []
    for begins, ends in pairwise(edges):
        there = [m if w.begins <= begins and ends <= w.ends else ZERO for m, w in zip(most, windows, strict=True)]
        stretches.append((ends - begins, there))
    # Capacity that ends is paid used or not: the hours in which there is most of it are used first.
    limited = [w.hours < HOURS for w in windows]
    stretches.sort(key=lambda s: sum((m for m, ends in zip(s[1], limited, strict=True) if ends), ZERO), reverse=True)
    found, left = [ZERO] * len(most), hours
    for length, there in stretches:
        used, wanted = min(length, left), running
        left -= used
        for place, nodes in enumerate(there):
            taken = min(nodes, wanted)
            wanted -= taken
            found[place] += taken * used
    return found


def _hours(span: datetime.timedelta) -> Decimal:
    return Decimal(int(span.total_seconds())) / 3600
