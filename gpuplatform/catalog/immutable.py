"""Properties that cannot be changed in place: a change of one replaces the resource.

`data/immutable.csv`: type, property, when, source, as_of. A property counts with all below it; `*` is every property but the tags. A
type that ends in a colon stands for all that begin with it. `when` narrows a row: `decreases` (the value sinks) or `removed` (it
goes). The provider's own ForceNew is the authority; where it was not read, the API that lacks the change is.
"""

from __future__ import annotations

import csv
import datetime
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

DATA = Path(__file__).parent / "data" / "immutable.csv"

TAGS: Final = ("tags", "tagsAll")


@dataclass(frozen=True, kw_only=True, slots=True)
class Immutable:
    """One property that a resource keeps for life."""

    property: str
    when: str
    source: str
    as_of: datetime.date


def immutable(type_: str) -> tuple[Immutable, ...] | None:
    """Rows of a type; None where the table does not have it, so that nothing can be said."""
    table = _table()
    own = table.get(type_, ())
    general = tuple(
        row for prefix, rows in table.items() if prefix.endswith(":") and type_.startswith(prefix) for row in rows
    )
    return (*own, *general) or None


def types() -> frozenset[str]:
    """Every type, or beginning of types, with a row."""
    return frozenset(_table())


@cache
def _table() -> dict[str, tuple[Immutable, ...]]:
    table: dict[str, tuple[Immutable, ...]] = {}
    with DATA.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            entry = Immutable(
                property=row["property"],
                when=row["when"],
                source=row["source"],
                as_of=datetime.date.fromisoformat(row["as_of"]),
            )
            table[row["type"]] = (*table.get(row["type"], ()), entry)
    return table
