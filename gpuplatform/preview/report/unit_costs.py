"""What a unit of use costs, as rows for every report: an hour of a GPU in each pool, a million requests and tokens of each model."""

from __future__ import annotations

from gpuplatform.plan.model import Json
from gpuplatform.plan.values import listing, mapping
from gpuplatform.plan.wording import money


def pools(economics: Json) -> list[tuple[str, str, str, str]]:
    """Pool, how it is bought, $ a GPU-hour, and $ a GPU-hour that is made use of: that stands at a pool's first rung alone."""
    found = mapping(economics)
    useful = {
        str(p.get("pool")): p.get("dollars_per_useful_gpu_hour") for p in map(mapping, listing(found.get("pools")))
    }
    rows: list[tuple[str, str, str, str]] = []
    seen: set[str] = set()
    for hour in map(mapping, listing(found.get("gpu_hours"))):
        pool = str(hour.get("pool"))
        rows.append(
            (
                pool,
                str(hour.get("what", "")),
                dollars(hour.get("dollars")),
                "" if pool in seen else dollars(useful.get(pool)),
            )
        )
        seen.add(pool)
    return rows


def models(economics: Json) -> list[tuple[str, str, str, str]]:
    """Model, what a copy of it runs on, $ a million requests, $ a million tokens."""
    return [
        (
            str(model.get("model", "")),
            str(model.get("runs_on", "")),
            dollars(model.get("dollars_per_million_requests")),
            dollars(model.get("dollars_per_million_tokens")),
        )
        for model in map(mapping, listing(mapping(economics).get("models")))
    ]


def silent(economics: Json) -> str:
    """Which models declare nothing that would give them a price; empty where all do."""
    names = [str(name) for name in listing(mapping(economics).get("models_without_throughput"))]
    if not names:
        return ""
    verb = "declare" if len(names) > 1 else "declares"
    keys = "tokens_per_second or requests_per_minute"
    return f"{', '.join(names)} {verb} no throughput: {keys} in serving.models give the price of a million."


def dollars(amount: Json) -> str:
    """Money, or a dash where it cannot be told."""
    return "–" if amount is None else money(amount)
