"""What pricers look up in a plan: linked resources, zones, and the usage that settings state."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final

from gpuplatform.catalog import prices, zones
from gpuplatform.catalog.prices import Price
from gpuplatform.catalog.usage import USAGE
from gpuplatform.kinds.pricing.numbers import NoAmountError, decimal
from gpuplatform.kinds.tokens import SUBNET
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.references import linked
from gpuplatform.plan.values import as_dict

HOURS: Final = Decimal(730)
"""Hours of a month: AWS's own convention, 365 × 24 / 12, by which an EKS cluster at 0.10 $ an hour is 73.00 $ a month."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Assumed:
    """An amount of use a month, and whether settings state it."""

    key: str
    amount: Decimal
    stated: bool

    @property
    def sentence(self) -> str:
        source = "stated in" if self.stated else "assumed, for nobody states"
        return f"{self.amount:,f} {USAGE[self.key].what} a month ({source} expected.{self.key})"


@dataclass(frozen=True)
class PricingContext:
    """A plan, on a day."""

    plan: Plan
    today: datetime.date
    elsewhere: str = ""
    """The region, where it is another than the plan's."""

    @property
    def region(self) -> str:
        return self.elsewhere or self.plan.region

    def settings(self, layer: str) -> Mapping[str, Json]:
        """A layer's settings; none where they are something else than settings."""
        return as_dict(self.plan.setting(layer))

    def usage(self, key: str) -> Assumed:
        """What settings expect of the whole environment a month, else what `catalog.usage` takes for it."""
        stated = self.settings("expected").get(key)
        with contextlib.suppress(NoAmountError):
            if stated is not None:
                return Assumed(key=key, amount=decimal(stated), stated=True)
        return Assumed(key=key, amount=Decimal(USAGE[key].default), stated=False)

    def once(self, what: str, number: Callable[[], int]) -> int:
        """A number that many resources ask for, worked out at the first."""
        if what not in self._numbers:
            self._numbers[what] = number()
        return self._numbers[what]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {}

    def count(self, *types: str) -> int:
        """How many resources of some types there are."""
        return sum(len(self.plan.all(type_)) for type_ in types)

    def price(self, service: str, key: str, purchase: str = "on-demand") -> Price | None:
        return prices.price(service, key, self.region, purchase)

    def linked(self, resource: PlannedResource, path: str, type_: str) -> list[PlannedResource]:
        """Resources of a type that an input refers to: see `linked`."""
        return linked(self.plan, resource, path, type_)

    def zones(self, resource: PlannedResource | None = None, path: str = "subnetIds") -> tuple[str, ...]:
        """IDs of the zones whose subnets a resource names; all of the plan's where it names none that we know, and all of the
        region's where subnets are placed by names of zones, which mean another place in every account."""
        subnets = self.linked(resource, path, SUBNET) if resource else []
        named = {str(zone) for s in subnets or self.plan.all(SUBNET) if (zone := s.inputs.get("availabilityZoneId"))}
        if named or self.region not in zones.regions():
            return tuple(sorted(named))
        return zones.zone_ids(self.region)

    def team(self, resource: PlannedResource) -> str:
        """Who pays: the resource's tag or label, else that of its nearest ancestor, or of all that stands under that ancestor;
        else the platform's owner."""
        node: PlannedResource | None = resource
        while node is not None:
            if own := _team_of(node):
                return own
            if node is not resource and len(below := self._teams_below.get(node.urn, ())) == 1:
                return next(iter(below))
            node = self.plan.by_urn.get(node.parent or "")
        return str(self.settings("owner").get("team", ""))

    @cached_property
    def _teams_below(self) -> Mapping[str, set[str]]:
        """URN → teams of all that stands under it."""
        below: dict[str, set[str]] = {}
        for resource in self.plan.resources:
            if team := _team_of(resource):
                above = self.plan.by_urn.get(resource.parent or "")
                while above is not None:
                    below.setdefault(above.urn, set()).add(team)
                    above = self.plan.by_urn.get(above.parent or "")
        return below


class PricingContexts:
    """A plan as its resources find it, each in its own region."""

    def __init__(self, plan: Plan, today: datetime.date) -> None:
        self.home = PricingContext(plan, today)
        self._by_region = {plan.region: self.home}

    def of(self, resource: PlannedResource) -> PricingContext:
        """In the region that the resource itself names, or its provider."""
        plan = self.home.plan
        provider = plan.by_urn.get(resource.provider.rpartition("::")[0])
        stated = resource.inputs.get("region") or (provider.inputs.get("region") if provider else None)
        # A bucket in another region is made through `region` too; other providers mean other things by the word.
        region = stated if isinstance(stated, str) and resource.type.startswith("aws:") else plan.region
        if region not in self._by_region:
            self._by_region[region] = PricingContext(plan, self.home.today, region)
        return self._by_region[region]


def expected(settings: Mapping[str, Json]) -> tuple[Decimal, Decimal]:
    """How many of a pool or a model run, and for how many hours a month, as its settings expect; 0 and 0 where they do not say."""
    stated = as_dict(settings.get("expected"))
    return decimal(stated.get("running")), min(decimal(stated.get("hours")), HOURS)


def _team_of(resource: PlannedResource) -> str:
    inputs = resource.inputs
    metadata = as_dict(inputs.get("metadata"))
    for tags in (
        inputs.get("tags"),
        inputs.get("tagsAll"),
        inputs.get("clusterTags"),
        metadata.get("labels"),
        inputs.get("labels"),
    ):
        for key in ("team", "gpuplatform.io/team"):
            if found := as_dict(tags).get(key):
                return str(found)
    return ""
