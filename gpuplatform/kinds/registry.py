"""Every row, by the type that it is of."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from gpuplatform import kinds
from gpuplatform.kinds.kind import Duration, Immutable, Kind
from gpuplatform.kinds.kubernetes import EVERY_OBJECT

UNLISTED = Duration(seconds=2, measured=False, source="not in a row: taken for a call that answers at once", as_of=None)


@cache
def all_kinds() -> Mapping[str, Kind]:
    """Type token → its row, of every module of this package that has rows."""
    modules = [importlib.import_module(f"{kinds.__name__}.{m.name}") for m in pkgutil.iter_modules(kinds.__path__)]
    rows: list[Kind] = [row for module in modules for row in getattr(module, "KINDS", ())]
    table = {row.token: row for row in rows}
    if len(table) < len(rows):
        twice = sorted({row.token for row in rows if sum(row.token == other.token for other in rows) > 1})
        raise ValueError(f"two rows are of {', '.join(twice)}; join them")
    return table


def kind_of(token: str) -> Kind | None:
    """The row of a type; None where nothing is known of it."""
    return all_kinds().get(token)


def immutable(token: str) -> tuple[Immutable, ...] | None:
    """What a resource of a type keeps for life; None where nothing can be said."""
    row = kind_of(token)
    own = row.immutable if row else None
    general = EVERY_OBJECT if token.startswith("kubernetes:") else ()
    return (*(own or ()), *general) if own is not None or general else None


def duration(token: str, variant: str = "") -> Duration:
    """How long creating a resource of a type takes; the type's own time where the variant has none, `UNLISTED` where there is no row."""
    row = kind_of(token)
    if row is None:
        return UNLISTED
    return row.durations.get(variant) or row.duration or UNLISTED
