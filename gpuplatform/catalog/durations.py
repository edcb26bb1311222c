"""How long AWS takes to make a thing, from public logs: a model for comparing orders of creation, not a promise.

`data/durations.csv`: type, variant, seconds, measured, source, as_of. `measured` is `no` where nobody published a time and ours is an
estimate.
"""

from __future__ import annotations

import csv
import datetime
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

DATA = Path(__file__).parent / "data" / "durations.csv"


@dataclass(frozen=True, kw_only=True, slots=True)
class Duration:
    """Seconds from the call until the thing can be used."""

    seconds: float
    measured: bool
    source: str
    as_of: datetime.date | None


UNLISTED: Final = Duration(
    seconds=2, measured=False, source="not in the table: taken for a call that answers at once", as_of=None
)


def duration(type_: str, variant: str = "") -> Duration:
    """How long creating a resource of a type takes; the type's own time where the variant has none, `UNLISTED` where there is no row."""
    return _table().get((type_, variant)) or _table().get((type_, "")) or UNLISTED


def types() -> frozenset[str]:
    """Every type with a row."""
    return frozenset(type_ for type_, _ in _table())


@cache
def _table() -> dict[tuple[str, str], Duration]:
    with DATA.open(encoding="utf-8", newline="") as file:
        return {
            (row["type"], row["variant"]): Duration(
                seconds=float(row["seconds"]),
                measured=row["measured"] == "yes",
                source=row["source"],
                as_of=datetime.date.fromisoformat(row["as_of"]),
            )
            for row in csv.DictReader(file)
        }
