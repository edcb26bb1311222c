"""What a unit of use costs, as rows for every report: an hour of a GPU in each pool, a million requests and tokens of each model."""

from __future__ import annotations

from decimal import Decimal

from gpuplatform.plan.wording import money
from gpuplatform.preview.billing.economics import Economics


def pools(economics: Economics) -> list[tuple[str, str, str, str]]:
    """Pool, how it is bought, $ a GPU-hour, and effective $ per used GPU-hour, which only a pool's first row holds."""
    used = {pool.pool: dollars(pool.dollars) for pool in economics.pools}
    return [(hour.pool, hour.what, dollars(hour.dollars), used.pop(hour.pool, "")) for hour in economics.gpu_hours]


def models(economics: Economics) -> list[tuple[str, str, str, str]]:
    """Model, what a copy of it runs on, $ a million requests, $ a million tokens."""
    return [
        (model.model, model.runs_on, dollars(model.million_requests), dollars(model.million_tokens))
        for model in economics.models
    ]


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
