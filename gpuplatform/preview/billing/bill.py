"""The bill of a plan: every resource priced with source and date, or listed with the reason why not.

*Asleep* = a month with every schedule in its off state; *idle* = a month awake around the clock with everything at its minimum;
*expected* = idle while awake, asleep for the rest, and the usage that settings state; *maximum* = the dearest hour, with everything at
its cap. A month has 730 hours. Sums are exact; amounts are rounded when they are written.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Final

from gpuplatform.catalog.prices import CURRENCY, STALE_DAYS
from gpuplatform.kinds.kind import Free
from gpuplatform.kinds.pricing.charge import Charge, Entry, Unpriced
from gpuplatform.kinds.pricing.context import Assumed, PricingContext, PricingContexts
from gpuplatform.kinds.pricing.numbers import NoAmountError, decimal
from gpuplatform.kinds.registry import kind_of
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict
from gpuplatform.plan.wording import cents
from gpuplatform.preview.billing.break_even import BreakEven, break_even
from gpuplatform.preview.billing.economics import Economics, economics
from gpuplatform.preview.billing.lines import Line, Totals
from gpuplatform.preview.billing.showback import Showback, showback
from gpuplatform.preview.billing.volume_costs import VolumeCost, volume_costs
from gpuplatform.sizing.invoice import Terms

ENGINES_OWN: Final = "pulumi:"
"""Providers and stacks are records of the engine; nothing of them stands anywhere."""

ON_DEMAND: Final = (" on-demand,", "endpoint, ")
"""How lines say that hours are bought as they come: EC2's, which Compute Savings Plans cover, and SageMaker's, which its own do."""
NO_CAP: Final = (
    "use that is paid by the request or by the GB has no cap: the dearest hour counts an hour of its average"
)
NOTHING_FREE: Final = "what AWS gives every account free each month is the account's, and is not taken off"


@dataclass(frozen=True, kw_only=True)
class Bill:
    """What an environment costs, and what of it we cannot price."""

    today: datetime.date
    lines: tuple[Line, ...]
    unpriced: tuple[tuple[str, str], ...]
    """URN and reason."""
    economics: Economics = field(default_factory=Economics)
    showback: Showback = field(default_factory=Showback)
    volume_costs: tuple[VolumeCost, ...] = ()
    """Of models, a million tokens at the expected volume."""
    break_even: tuple[BreakEven, ...] = ()
    """GPU hours as they are bought and bought otherwise."""
    usage: tuple[Assumed, ...] = ()
    """What settings expect to be used of what the plan holds, or what is taken for it."""
    currency: str = CURRENCY
    terms: Terms = field(default_factory=Terms)
    """What settings say of agreements with AWS."""

    def paid(self, listed: Decimal) -> Decimal:
        """Dollars paid, by the terms, for a part of the expected month that is so dear by list prices."""
        on_demand = (line for line in self.lines if line.instance and any(words in line.what for words in ON_DEMAND))
        return self.terms.paid(listed, sum((line.expected_monthly for line in on_demand), Decimal(0)))

    @cached_property
    def totals(self) -> Totals:
        return Totals.of(self.lines)

    @property
    def as_of(self) -> datetime.date | None:
        """The date of the oldest price that the bill rests on."""
        return min((line.oldest for line in self.lines), default=None)

    @property
    def stale(self) -> tuple[Line, ...]:
        """Lines whose price is older than 120 days."""
        return tuple(line for line in self.lines if (self.today - line.oldest).days > STALE_DAYS)

    @property
    def stale_prices(self) -> list[str]:
        """`p5.48xlarge on-demand: price of 2026-01-01`, each price once."""
        return sorted({f"{line.what}: price of {line.oldest}" for line in self.stale})

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the bill leaves out or takes for granted, a sentence each."""
        notes = sorted({line.note for line in self.lines if line.note})
        return (
            *notes,
            *([NOTHING_FREE] if self.lines else ()),
            *((NO_CAP, *(use.sentence for use in self.usage)) if self.usage else ()),
        )

    def by_team(self) -> dict[str, Totals]:
        """What each team pays: see `showback`. The tag alone is each line's `team`."""
        return self.showback.by_team()

    def by_layer(self) -> dict[str, Totals]:
        return self._by(lambda line: line.layer)

    def by_resource(self) -> dict[str, Totals]:
        return self._by(lambda line: line.urn)

    def _by(self, group: Callable[[Line], str]) -> dict[str, Totals]:
        groups: dict[str, list[Line]] = {}
        for line in self.lines:
            groups.setdefault(group(line), []).append(line)
        return {name: Totals.of(lines) for name, lines in sorted(groups.items())}

    def to_json(self) -> dict[str, Json]:
        return {
            "currency": self.currency,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            **self.totals.to_json(),
            "lines": [line.to_json() for line in self.lines],
            "unpriced": [{"urn": urn, "why": why} for urn, why in self.unpriced],
            "by_layer": {name: totals.finer() for name, totals in self.by_layer().items()},
            "by_resource": {urn: totals.finer() for urn, totals in self.by_resource().items()},
            "by_team": {name: totals.finer() for name, totals in self.by_team().items()},
            "showback": self.showback.to_json(),
            "economics": self.economics.to_json(),
            "volume_costs": [cost.to_json() for cost in self.volume_costs],
            "break_even": [one.to_json() for one in self.break_even],
            "assumptions": list(self.assumptions),
            "usage": [{"key": u.key, "monthly": float(u.amount), "stated": u.stated} for u in self.usage],
            "stale": [*self.stale_prices],
            "paid_expected_monthly": float(cents(self.paid(self.totals.expected_monthly))),
            "not_included": [*self.terms.not_included],
        }


def bill(plan: Plan, today: datetime.date | None = None) -> Bill:
    """Price a plan as of a day, by default today: the day decides extended support and which prices are stale."""
    day = today or datetime.date.today()
    everywhere = PricingContexts(plan, day)
    lines: list[Line] = []
    unpriced: list[tuple[str, str]] = []
    for resource in plan.resources:
        context = everywhere.of(resource)
        for entry in _told(resource, context):
            if isinstance(entry, Unpriced):
                unpriced.append((resource.urn, entry.why))
            else:
                lines.append(_line(resource, entry, context))
    shares = showback(plan, lines)
    used = dict.fromkeys(line.assumes for line in lines if line.assumes)
    return Bill(
        today=day,
        lines=tuple(lines),
        unpriced=tuple(unpriced),
        economics=economics(plan, lines),
        showback=shares,
        volume_costs=volume_costs(plan, lines, shares),
        break_even=break_even(plan, lines, everywhere.home),
        usage=tuple(everywhere.home.usage(key) for key in sorted(used)),
        terms=_terms(plan),
    )


def _terms(plan: Plan) -> Terms:
    stated = as_dict(plan.setting("governance").get("terms"))
    try:
        return Terms(**{key: decimal(stated.get(key)) for key in Terms.__dataclass_fields__})
    except NoAmountError:
        return Terms()


def _told(resource: PlannedResource, context: PricingContext) -> list[Entry]:
    """A resource's entries. One that cannot be priced because a value is not what its price goes by leaves the others priced."""
    try:
        return list(_entries(resource, context))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        told = " ".join(f"{type(error).__name__}: {error}".split())[:120]
        return [Unpriced(why=f"an input or a setting that its price goes by is not of its kind ({told})")]


def _entries(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    row = kind_of(resource.type)
    price = row.price if row else None
    if isinstance(price, Free):
        return
    if price is not None:
        try:
            yield from price(resource, context)
        except NoAmountError as error:
            yield Unpriced(why=str(error))
    elif resource.remote and not any(part.custom for part in context.plan.descendants(resource)):
        yield Unpriced(why=f"what {resource.type} makes is not in the plan")
    elif resource.custom and not resource.type.startswith(ENGINES_OWN):
        yield Unpriced(why=f"nothing here knows what {resource.type} costs, nor that it is free")


def _line(resource: PlannedResource, charge: Charge, context: PricingContext) -> Line:
    price = charge.price
    return Line(
        urn=resource.urn,
        team=context.team(resource),
        layer=resource.layer,
        what=charge.what,
        quantity=charge.expected,
        unit=price.unit,
        unit_price=price.value,
        asleep_monthly=charge.asleep * price.value,
        idle_monthly=charge.idle * price.value,
        expected_monthly=charge.expected * price.value,
        maximum_hourly=charge.most_per_hour * (charge.most_price or price).value,
        source=price.source,
        as_of=price.as_of,
        oldest=min(price.as_of, (charge.most_price or price).as_of),
        note=charge.note,
        assumes=charge.assumes,
        instance=charge.instance,
        useful=charge.useful,
    )
