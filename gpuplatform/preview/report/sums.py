"""What every report says in the same words: sums by layer, money and minutes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from gpuplatform.catalog.prices import STALE_DAYS
from gpuplatform.kinds.pricing.charge import NOT_ON_FILE
from gpuplatform.plan.model import Json, Plan
from gpuplatform.plan.tree import by_layer
from gpuplatform.plan.values import listing, mapping
from gpuplatform.plan.wording import cents, counted, minutes

STATES: Final = ("asleep_monthly", "idle_monthly", "expected_monthly", "maximum_hourly")


def by_layer_sums(plan: Plan, bill: dict[str, Json]) -> dict[str, dict[str, float]]:
    """Layer → its amounts, for the layers that cost something, in deploy order."""
    sums = _groups(bill, "by_layer", lambda line: _layer(plan, line))
    return {layer: sums[layer] for layer in by_layer(plan) if layer in sums}


def by_team_sums(bill: dict[str, Json]) -> dict[str, dict[str, float]]:
    """Team → its amounts, the dearest first."""
    sums = _groups(bill, "by_team", lambda line: str(line.get("team") or ""))
    named = {team or "nobody": own for team, own in sums.items()}
    return dict(sorted(named.items(), key=lambda item: (-item[1]["expected_monthly"], item[0])))


def _groups(bill: dict[str, Json], key: str, group: Callable[[dict[str, Json]], str]) -> dict[str, dict[str, float]]:
    """As the bill itself sums them, else the sums of its lines."""
    if key in bill:
        groups = {name: mapping(own) for name, own in mapping(bill[key]).items()}
        return {name: {state: float(own.get(state) or 0) for state in STATES} for name, own in groups.items()}
    sums: dict[str, dict[str, float]] = {}
    for line in map(mapping, listing(bill.get("lines"))):
        own = sums.setdefault(group(line), dict.fromkeys(STATES, 0.0))
        for state in STATES:
            own[state] += float(line.get(state) or 0)
    return sums


def _layer(plan: Plan, line: dict[str, Json]) -> str:
    resource = plan.by_urn.get(str(line.get("urn")))
    return resource.layer if resource else "program"


def rounding(bill: Mapping[str, Json], groups: Mapping[str, Mapping[str, float]]) -> str:
    """Said where parts, as they are written, do not add up to the total as it is written; empty where they do."""
    for state in STATES:
        parts = sum((cents(own[state]) for own in groups.values()), Decimal(0))
        if groups and parts != cents(bill.get(state) or 0):
            return "Every amount is rounded by itself: a column may differ from its total by some cents."
    return ""


def reasons(bill: dict[str, Json]) -> dict[str, list[str]]:
    """Why something is not in the bill → the URNs of which that is so, what concerns most first."""
    found: dict[str, list[str]] = {}
    for line in map(mapping, listing(bill.get("unpriced"))):
        found.setdefault(str(line.get("why", "")), []).append(str(line.get("urn")))
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def not_in_the_bill(plan: Plan, bill: dict[str, Json]) -> str:
    """How much is not priced, and how that is mended; empty where all is."""
    why = reasons(bill)
    if not why:
        return ""
    told = f"Not in the bill: {counted(len({urn for urns in why.values() for urn in urns}), 'resource')} without a known price."
    return f"{told} {how_to_price(plan, bill)}".rstrip()


def how_to_price(plan: Plan, bill: dict[str, Json]) -> str:
    """Which command learns the prices that are not on file; empty where none could."""
    lacking = sum(why.startswith(NOT_ON_FILE) for why in reasons(bill))
    if not lacking:
        return ""
    return (
        f"`gpuplatform prices refresh --region {plan.region}` asks AWS for the {counted(lacking, 'price')} of {plan.region} "
        "not on file; `gpuplatform prices add FILE` takes them from a file, without an account."
    )


def old_prices(bill: dict[str, Json]) -> str:
    """How many prices of the bill are stale; empty where none is."""
    stale = len(listing(bill.get("stale")))
    if not stale:
        return ""
    verb, them = ("are", "them") if stale > 1 else ("is", "it")
    oldest = f", the oldest of {bill['as_of']}" if stale > 1 and bill.get("as_of") else ""
    return f"{counted(stale, 'price')} {verb} older than {STALE_DAYS} days{oldest}; `gpuplatform prices refresh` reads {them} again."


def assumed_use(bill: dict[str, Json]) -> str:
    """Use that the bill counts and nobody states; empty where settings state all."""
    assumed = [use for use in map(mapping, listing(bill.get("usage"))) if not use.get("stated")]
    if not assumed:
        return ""
    told = ", ".join(f"{use.get('key')} {float(use.get('monthly') or 0):,.0f}" for use in assumed)
    return f"Assumed of a month's use, for nobody states it in `expected`: {told}."


def ready(timeline: dict[str, Json]) -> str:
    """`Ready in about 24 min, at least 17 min`, or that it could not be sooner."""
    seconds, bound = (float(timeline.get(key) or 0) for key in ("critical_path_seconds", "lower_bound_seconds"))
    least = f", at least {minutes(bound)}" if minutes(bound) != minutes(seconds) else ", as soon as it can be"
    return f"Ready in about {minutes(seconds)}{least if bound else ''}"


def shortened(chain: list[str], most: int = 7) -> list[str]:
    """The beginning and the end of a long chain."""
    return chain if len(chain) <= most else [*chain[: most - 2], "…", chain[-1]]
