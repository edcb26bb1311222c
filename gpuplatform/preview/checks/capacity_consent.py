"""Capacity that is to be bought: what it is, what it costs at list price, and whether somebody has agreed to that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter, ValidationError

from gpuplatform.catalog import instances
from gpuplatform.catalog.prices import Price, price
from gpuplatform.plan.model import Json, Plan
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.pools.purchase import Consent, PurchaseOption, PurchaseType, moment, to_buy
from gpuplatform.preview.checking.check import Severity, Violation, check

SECONDS: Final = 3600
RUNG: Final = TypeAdapter(PurchaseOption)
"""A rung as the settings read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """One thing that the program would buy."""

    path: str
    what: str
    instance: str
    rung: PurchaseOption
    price: Price | None

    @property
    def hours(self) -> float | None:
        """From its start, or for a reservation from the day of the consent; None where neither is known."""
        begins = self.rung.starts or (self.rung.consent.date if self.rung.consent else None)
        if begins is None or self.rung.until is None:
            return None
        return (moment(self.rung.until) - moment(begins)).total_seconds() / SECONDS

    @property
    def dollars(self) -> float | None:
        """At list price."""
        if self.price is None or self.hours is None:
            return None
        return float(self.price.value) * self.rung.max * self.hours

    @property
    def cost(self) -> str:
        if self.price is None:
            return "at a price that the catalogue does not know"
        if self.dollars is None:
            return f"for {float(self.price.value) * self.rung.max:,.2f} $ an hour, used or not ({self._dated})"
        return f"for about {self.dollars:,.0f} $ ({self._dated})"

    @property
    def _dated(self) -> str:
        return f"list price of {self.price.as_of}" if self.price else ""


def purchases(plan: Plan) -> Iterator[Purchase]:
    for pool, settings in as_dict(get_path(plan.setting("cluster"), "pools")).items():
        name = str(get_path(settings, "instance"))
        for index, written in enumerate(as_list(get_path(settings, "buy"))):
            rung = _rung(written)
            if rung is None or name not in instances.names() or not (what := to_buy(name, rung)):
                continue
            sold = "capacity-block" if rung.how is PurchaseType.CAPACITY_BLOCK else "on-demand"
            yield Purchase(
                path=f"cluster.pools.{pool}.buy[{index}]",
                what=what,
                instance=name,
                rung=rung,
                price=price("ec2", name, plan.region, sold),
            )


def _rung(written: Json) -> PurchaseOption | None:
    """None for what the settings refuse."""
    try:
        return RUNG.validate_python(written)
    except ValidationError:
        return None


@check("capacity-to-buy", Severity.WARNING, "Capacity that the settings name stands, or somebody has agreed to buy it.")
def capacity_to_buy(plan: Plan) -> Iterator[Violation]:
    for wanted in purchases(plan):
        if wanted.rung.consent is None:
            amount = f"{wanted.dollars:.0f}" if wanted.dollars else "…"
            consent = f'consent: {{by: you@example.com, date: "…", buys: "{wanted.what}", dollars: {amount}}}'
            called = f"capacity block {wanted.what}, {wanted.rung.max} {wanted.instance}"
            thing = called if wanted.rung.how is PurchaseType.CAPACITY_BLOCK else f"reservation of {wanted.what}"
            yield Violation(
                f"{wanted.path}: with consent the {thing} would be bought {wanted.cost}; until then these nodes do not exist. "
                f"To buy, add {consent}",
                None,
                plan.setting_source(wanted.path),
            )


@check("consent-covers-price", Severity.ERROR, "Whoever agreed to a reservation agreed to what it costs.")
def consent_covers_price(plan: Plan) -> Iterator[Violation]:
    """Of a capacity block only AWS's offer knows the price; a reservation is paid at the list price until its end."""
    for wanted in purchases(plan):
        agreed: Consent | None = wanted.rung.consent
        if (
            agreed
            and wanted.rung.how is PurchaseType.RESERVATION
            and wanted.dollars
            and wanted.dollars > agreed.dollars
        ):
            yield Violation(
                f"{wanted.path}.consent: {agreed.by} agreed to {agreed.dollars:,.0f} $, but {wanted.what} cost {wanted.cost[4:]}; "
                "fewer nodes, an earlier end, or a new consent",
                None,
                plan.setting_source(f"{wanted.path}.consent"),
            )
