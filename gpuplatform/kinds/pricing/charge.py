"""Units of one price: what every pricer yields."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from gpuplatform.catalog.prices import Price
from gpuplatform.kinds.pricing.context import HOURS, PricingContext
from gpuplatform.plan.model import PlannedResource

ZERO: Final = Decimal(0)

A_MONTH: Final = {"hour": HOURS, "day": HOURS / 24}
"""Units of time in a month; every other unit is paid once a month."""
_MULTIPLE: Final = {"": 1, "k": 10**3, "M": 10**6, "B": 10**9}


@dataclass(frozen=True, kw_only=True, slots=True)
class Charge:
    """Units of one price that a resource uses in a month of each kind, and in its dearest hour."""

    what: str
    price: Price
    asleep: Decimal
    idle: Decimal
    expected: Decimal
    most_per_hour: Decimal
    most_price: Price | None = None
    """What the dearest hour is paid at, where that is another price: on-demand where spot has none."""
    note: str = ""
    """What is left out or assumed, one sentence."""
    assumes: str = ""
    """The key of `catalog.usage` that `expected` rests on."""
    instance: str = ""
    """The EC2 or SageMaker instance type whose hours these are."""
    useful: Decimal | None = None
    """Of `expected`, the units that are made use of, where others are paid too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unpriced:
    """A thing that costs, and why we cannot say how much."""

    why: str


Entry = Charge | Unpriced
Pricer = Callable[[PlannedResource, PricingContext], Iterator[Entry]]


def steady(
    context: PricingContext, what: str, service: str, key: str, count: Decimal | int = 1, note: str = ""
) -> Charge | Unpriced:
    """So many of a thing, paid by the hour or by the month whether used or not, asleep or awake."""
    found = context.price(service, key)
    if found is None:
        return missing(context, service, key)
    month = Decimal(count) * A_MONTH.get(found.unit, 1)
    return Charge(
        what=what, price=found, asleep=month, idle=month, expected=month, most_per_hour=month / HOURS, note=note
    )


def used(
    context: PricingContext, what: str, service: str, key: str, amount: Decimal, assumes: str = "", note: str = ""
) -> Charge | Unpriced:
    """A thing that costs nothing at rest: `amount` single ones (requests, GB) a month. Use has no cap, so the dearest hour counts
    its average."""
    found = context.price(service, key)
    if found is None:
        return missing(context, service, key)
    units = amount / _singles(found.unit)
    return Charge(
        what=what,
        price=found,
        asleep=ZERO,
        idle=ZERO,
        expected=units,
        most_per_hour=units / HOURS,
        note=note,
        assumes=assumes,
    )


def shared(
    context: PricingContext, what: str, service: str, key: str, usage: str, among: int, times: int = 1
) -> Charge | Unpriced:
    """One resource's part of what settings expect of all `among` of its kind."""
    amount = context.usage(usage).amount * times / max(among, 1)
    return used(context, what, service, key, amount, assumes=usage)


def tiers(before: Decimal, amount: Decimal, steps: Sequence[tuple[str, int]]) -> Iterator[tuple[str, int, Decimal]]:
    """Row, where it begins, and what of an amount it prices: `steps` say from where on each row holds, `before` is used up already."""
    ends = [Decimal(start) for _, start in steps[1:]]
    for (key, start), end in zip(steps, [*ends, before + amount], strict=True):
        inside = min(before + amount, end) - max(before, Decimal(start))
        if inside > 0:
            yield key, start, inside


NOT_ON_FILE: Final = "no source gives the price of"
"""How the reason begins that AWS's price list could lift."""


def missing(context: PricingContext, service: str, key: str, purchase: str = "on-demand") -> Unpriced:
    bought = "" if purchase == "on-demand" else f" as {purchase}"
    return Unpriced(why=f"{NOT_ON_FILE} {service} {key}{bought} in {context.region}")


def _singles(unit: str) -> int:
    """How many one unit of a price is: "10k requests" are 10,000."""
    found = re.match(r"(\d+)([kMB]?) ", unit)
    return int(found[1]) * _MULTIPLE[found[2]] if found else 1


def addresses(context: PricingContext, count: int) -> Entry:
    what = "public IPv4 address" if count == 1 else f"{count} public IPv4 addresses"
    return steady(context, what, "vpc", "public-ipv4", count)
