"""What every report says in the same words: the verdict, sums by layer, money and minutes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gpuplatform.catalog.prices import STALE_DAYS
from gpuplatform.preview.check import Finding, Severity
from gpuplatform.preview.look import listing, mapping
from gpuplatform.preview.plan import Json, Plan
from gpuplatform.preview.tree import by_layer
from gpuplatform.preview.words import counted

STATES: Final = ("asleep_monthly", "idle_monthly", "expected_monthly", "maximum_hourly")
_NOUN: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def verdict(findings: Iterable[Finding]) -> str:
    """`2 errors and 1 warning`, or `nothing wrong`."""
    found = [f.severity for f in findings]
    parts = [counted(found.count(severity), noun) for severity, noun in _NOUN.items() if severity in found]
    if not parts:
        return "Nothing wrong"
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]


def by_layer_sums(plan: Plan, bill: dict[str, Json]) -> dict[str, dict[str, float]]:
    """Layer → its amounts, for the layers that cost something, in deploy order."""
    sums: dict[str, dict[str, float]] = {}
    for line in map(mapping, listing(bill.get("lines"))):
        resource = plan.by_urn.get(str(line.get("urn")))
        own = sums.setdefault(resource.layer if resource else "program", dict.fromkeys(STATES, 0.0))
        for state in STATES:
            own[state] += float(line.get(state) or 0)
    return {layer: sums[layer] for layer in by_layer(plan) if layer in sums}


def old_prices(bill: dict[str, Json]) -> str:
    """How many prices of the bill are stale, and which is told first; empty where none is."""
    stale = [str(line) for line in listing(bill.get("stale"))]
    if not stale:
        return ""
    which = f"{stale[0]} and {len(stale) - 1} more" if len(stale) > 1 else stale[0]
    return f"{counted(len(stale), 'price')} older than {STALE_DAYS} days: {which}; `gpuplatform prices refresh` reads them again."


def money(value: Json) -> str:
    return f"{float(value):,.2f}" if value is not None else "?"


def minutes(seconds: float) -> str:
    return f"{round(seconds / 60)} min" if seconds >= 90 else f"{round(seconds)} s"


def shortened(chain: list[str], most: int = 7) -> list[str]:
    """The beginning and the end of a long chain."""
    return chain if len(chain) <= most else [*chain[: most - 2], "…", chain[-1]]
