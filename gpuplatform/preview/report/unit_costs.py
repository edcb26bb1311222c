"""What a unit of use costs, as rows for every report: an hour of a GPU in each pool, a million requests and tokens of each model."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from gpuplatform.plan.wording import money
from gpuplatform.preview.billing.economics import Economics
from gpuplatform.preview.billing.volume_costs import VolumeCost

MODEL_HEADS: Final = ("$ a million requests", "$ a million tokens", "at expected volume", "fully loaded")
AT_VOLUME: Final = (
    "At expected volume: the model's part of its pool's or endpoint's expected month, idle nodes among it, by its tokens. Fully loaded: "
    "with its part of the platform."
)


def pools(economics: Economics) -> list[tuple[str, str, str, str]]:
    """Pool, how it is bought, $ a GPU-hour, and effective $ per used GPU-hour, which only a pool's first row holds."""
    used = {pool.pool: dollars(pool.dollars) for pool in economics.pools}
    return [(hour.pool, hour.what, dollars(hour.dollars), used.pop(hour.pool, "")) for hour in economics.gpu_hours]


def models(economics: Economics, volumes: Sequence[VolumeCost] = ()) -> list[tuple[str, ...]]:
    """Model, what a copy of it runs on, and of a busy one $ a million requests and tokens; where any model has an expected volume,
    $ a million tokens at that and fully loaded as well."""
    loaded = {cost.model: (dollars(cost.at_volume), dollars(cost.fully_loaded)) for cost in volumes}
    return [
        (
            model.model,
            model.runs_on,
            dollars(model.million_requests),
            dollars(model.million_tokens),
            *(loaded.get(model.model, ("–", "–")) if loaded else ()),
        )
        for model in economics.models
    ]


def model_heads(volumes: Sequence[VolumeCost]) -> tuple[str, ...]:
    return MODEL_HEADS if volumes else MODEL_HEADS[:2]


def volumes(costs: Sequence[VolumeCost]) -> str:
    """What the last two columns include, and the volumes; empty where no model has one."""
    if not costs:
        return ""
    told = ", ".join(
        f"{c.model} {c.million_tokens:,.0f} million{'' if c.stated else ' at full throughput'}" for c in costs
    )
    return f"{AT_VOLUME} A month: {told}."


def without_throughput(economics: Economics) -> str:
    """Which models declare nothing that would give them a price; empty where all do."""
    names = economics.undeclared
    if not names:
        return ""
    verb = "declare" if len(names) > 1 else "declares"
    keys = "tokens_per_second or requests_per_minute"
    return f"{', '.join(names)} {verb} no throughput: {keys} in serving.models give the price of a million."


def dollars(amount: Decimal | None) -> str:
    """Money, or a dash where there is none to state."""
    return "–" if amount is None else money(amount)
