"""What every report says in the same words: sums by layer and team, what the bill lacks, and when all is ready."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from gpuplatform.catalog.prices import STALE_DAYS
from gpuplatform.kinds.pricing.charge import NOT_ON_FILE
from gpuplatform.plan.model import Plan
from gpuplatform.plan.tree import by_layer
from gpuplatform.plan.wording import cents, counted, minutes, money
from gpuplatform.preview.billing.bill import Bill
from gpuplatform.preview.billing.lines import State, Totals
from gpuplatform.preview.timeline import Timeline


def by_layer_sums(plan: Plan, bill: Bill) -> dict[str, Totals]:
    """Layer → its amounts, for the layers that cost something, in deploy order."""
    sums = bill.by_layer()
    return {layer: sums[layer] for layer in by_layer(plan) if layer in sums}


def by_team_sums(bill: Bill) -> dict[str, Totals]:
    """Team → its amounts, the dearest first."""
    sums = {team or "nobody": totals for team, totals in bill.by_team().items()}
    return dict(sorted(sums.items(), key=lambda item: (-item[1].expected_monthly, item[0])))


def rounding(total: Totals, groups: Mapping[str, Totals]) -> str:
    """A sentence where parts, as they are written, do not add up to the total as it is written; empty where they do."""
    for state in State:
        parts = sum((cents(state.of(own)) for own in groups.values()), Decimal(0))
        if groups and parts != cents(state.of(total)):
            return "Every amount is rounded by itself: a column may differ from its total by some cents."
    return ""


def reasons(bill: Bill) -> dict[str, list[str]]:
    """Why something is not in the bill → the URNs of which that is so, what concerns most first."""
    by_reason: dict[str, list[str]] = {}
    for urn, why in bill.unpriced:
        by_reason.setdefault(why, []).append(urn)
    return dict(sorted(by_reason.items(), key=lambda item: -len(item[1])))


def not_in_the_bill(plan: Plan, bill: Bill) -> str:
    """How much is not priced, and how that is mended; empty where all is."""
    if not bill.unpriced:
        return ""
    unpriced = counted(len({urn for urn, _ in bill.unpriced}), "resource")
    return f"Not in the bill: {unpriced} without a known price. {how_to_price(plan, bill)}".rstrip()


def how_to_price(plan: Plan, bill: Bill) -> str:
    """Which command learns the prices that are not on file; empty where none could."""
    lacking = sum(why.startswith(NOT_ON_FILE) for why in reasons(bill))
    if not lacking:
        return ""
    return (
        f"`gpuplatform prices refresh --region {plan.region}` asks AWS for the {counted(lacking, 'price')} of {plan.region} "
        "not on file; `gpuplatform prices add FILE` takes them from a file, without an account."
    )


def old_prices(bill: Bill) -> str:
    """How many prices of the bill are stale; empty where none is."""
    stale = len(bill.stale_prices)
    if not stale:
        return ""
    verb, them = ("are", "them") if stale > 1 else ("is", "it")
    oldest = f", the oldest of {bill.as_of}" if stale > 1 else ""
    return f"{counted(stale, 'price')} {verb} older than {STALE_DAYS} days{oldest}; `gpuplatform prices refresh` reads {them} again."


def by_terms(bill: Bill) -> str:
    """What is paid by the environment's agreements with AWS, and what no amount here holds."""
    lacking = ", ".join(bill.terms.not_included)
    not_included = f"Not included: {lacking} (`governance.terms`)." if lacking else ""
    if bill.terms.none:
        return not_included
    expected = bill.totals.expected_monthly
    return f"Of {money(expected)} $ expected, {money(bill.paid(expected))} $ are paid by `governance.terms`. {not_included}".rstrip()


def assumed_use(bill: Bill) -> str:
    """Use that the bill counts and nobody states; empty where settings state all."""
    assumed = ", ".join(f"{use.key} {use.amount:,.0f}" for use in bill.usage if not use.stated)
    return f"Assumed of a month's use, for nobody states it in `expected`: {assumed}." if assumed else ""


def ready(timeline: Timeline) -> str:
    """`Ready in about 24 min, at least 17 min`, or that it could not be sooner."""
    path, bound = timeline.critical_path_seconds, timeline.lower_bound_seconds
    least = f", at least {minutes(bound)}" if minutes(bound) != minutes(path) else ", as soon as it can be"
    return f"Ready in about {minutes(path)}{least if bound else ''}"


def critical_path(plan: Plan, timeline: Timeline, most: int = 7) -> str:
    """`network → cluster → … → operators`: the names on it, of a long one its beginning and its end."""
    chain = [plan.by_urn[urn].name for urn in timeline.chain]
    return " → ".join(chain if len(chain) <= most else [*chain[: most - 2], "…", chain[-1]])
