"""What a million tokens of a model cost at the volume that is expected, and with its part of the platform.

A busy copy's price leaves out the hours in which nodes wait, and their GPUs that nobody uses. These are in the pool's expected month,
which is divided among its models by their expected GPU-hours; an endpoint's expected month is its model's alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from gpuplatform.kinds.cluster.pool_users import gpu_pools, gpus_of, workloads
from gpuplatform.kinds.pricing.context import HOURS
from gpuplatform.kinds.pricing.endpoints import model_of
from gpuplatform.plan.model import Json, Plan
from gpuplatform.plan.values import as_dict, get_path
from gpuplatform.preview.billing.apportionment import apportioned
from gpuplatform.preview.billing.lines import Line, fine
from gpuplatform.preview.billing.pool_shares import amount_of, copies
from gpuplatform.preview.billing.showback import Showback

SECONDS: Final = Decimal(3600)
MILLION: Final = Decimal(10**6)


@dataclass(frozen=True, kw_only=True)
class VolumeCost:
    """An expected month of one model."""

    model: str
    million_tokens: Decimal
    stated: bool
    """Whether settings state them; else they are what the expected copies can make."""
    capacity: Decimal
    """Dollars a month of its nodes or instances, idle hours and volumes among them."""
    overhead: Decimal
    """Its part of its team's part of the platform."""

    @property
    def at_volume(self) -> Decimal:
        return self.capacity / self.million_tokens

    @property
    def fully_loaded(self) -> Decimal:
        return (self.capacity + self.overhead) / self.million_tokens

    def to_json(self) -> dict[str, Json]:
        return {
            "model": self.model,
            "million_tokens_monthly": fine(self.million_tokens),
            "volume_stated": self.stated,
            "capacity_monthly": fine(self.capacity),
            "overhead_monthly": fine(self.overhead),
            "dollars_per_million_tokens_at_volume": fine(self.at_volume),
            "dollars_per_million_tokens_fully_loaded": fine(self.fully_loaded),
        }


def volume_costs(plan: Plan, lines: Sequence[Line], shares: Showback) -> tuple[VolumeCost, ...]:
    """Of the models that say how many tokens they make, where any are expected."""
    models = {name: as_dict(one) for name, one in as_dict(get_path(plan.setting("serving"), "models")).items()}
    teams = {cost.team: cost for cost in shares.teams}
    found: list[VolumeCost] = []
    for name, (capacity, hours) in _capacity(plan, lines, models).items():
        stated = amount_of(models[name].get("million_tokens"))
        tokens = stated or amount_of(models[name].get("tokens_per_second")) * SECONDS * hours / MILLION
        cost = teams.get(str(models[name].get("team") or ""))
        direct = (cost.own.expected_monthly + cost.pools.expected_monthly) if cost else Decimal(0)
        overhead = cost.overhead.expected_monthly * capacity / direct if cost and direct else Decimal(0)
        if tokens:
            found.append(
                VolumeCost(model=name, million_tokens=tokens, stated=bool(stated), capacity=capacity, overhead=overhead)
            )
    return tuple(found)


def _capacity(
    plan: Plan, lines: Sequence[Line], models: Mapping[str, Mapping[str, Json]]
) -> dict[str, tuple[Decimal, Decimal]]:
    """Model → dollars of its expected month, and hours of a copy or an instance."""
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for pool in gpu_pools(plan):
        starters = pool.resources(plan)
        whole = sum((line.expected_monthly for line in lines if line.urn in starters), Decimal(0))
        served = {name: pod for pod in workloads(plan, pool) if (name := model_of(pod.owner, models))}
        hours = {name: copies(plan, pod)[1] * HOURS for name, pod in served.items()}
        weights = {name: hours[name] * Decimal(str(gpus_of(pod))) for name, pod in served.items()}
        found |= {name: (part, hours[name]) for name, part in apportioned(whole, weights).items()}
    for name in models:
        own = [
            line
            for line in lines
            if line.urn in plan.by_urn and model_of(plan.by_urn[line.urn], models) == name and name not in found
        ]
        if hours := sum((line.quantity for line in own if line.instance), Decimal(0)):
            found[name] = sum((line.expected_monthly for line in own), Decimal(0)), hours
    return found
