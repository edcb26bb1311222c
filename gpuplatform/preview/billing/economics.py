"""What a unit of use costs: an hour of a GPU in each pool, and a million requests or tokens of each model.

A GPU-hour is the instance's price over its GPUs. A used GPU-hour costs more where capacity is paid and not used: the pool's
expected month over the GPU-hours that its nodes are expected to run. A model's figures are those of a replica or instance that is
busy at the throughput that settings declare; an idle one makes them dearer.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from gpuplatform.catalog.instances import UnknownInstanceType, instance
from gpuplatform.catalog.nodes import POOL_LABEL
from gpuplatform.kinds.cluster.node_properties import labels
from gpuplatform.kinds.pricing.charge import ZERO
from gpuplatform.kinds.pricing.endpoints import model_of
from gpuplatform.kinds.pricing.numbers import NoAmountError, decimal
from gpuplatform.kinds.tokens import NODE_GROUP, NODE_POOL
from gpuplatform.plan.model import Json, Plan
from gpuplatform.plan.values import as_dict
from gpuplatform.preview.billing.lines import Line

MILLION: Final = Decimal(10**6)
DIGITS: Final = Decimal("0.0001")


@dataclass(frozen=True, kw_only=True, slots=True)
class GpuHour:
    """An hour of one GPU of a pool, bought in one way."""

    pool: str
    what: str
    """Such as "p5.48xlarge on-demand"."""
    gpus: int
    """Of an instance."""
    instance_hour: Decimal

    @property
    def dollars(self) -> Decimal:
        return self.instance_hour / self.gpus


@dataclass(frozen=True, kw_only=True, slots=True)
class PoolUse:
    """The expected month of a pool, root volumes included."""

    pool: str
    expected_monthly: Decimal
    gpu_hours: Decimal
    """That its nodes are expected to run; a reservation is paid for more."""

    @property
    def dollars(self) -> Decimal | None:
        """Effective dollars per used GPU-hour; None where no use is expected."""
        return self.expected_monthly / self.gpu_hours if self.gpu_hours else None


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelCost:
    """One replica on the cluster, one instance of an endpoint, or one request at a time of a serverless one, at its declared
    throughput."""

    model: str
    runs_on: str
    """Such as "4 GPUs of g6e.12xlarge"."""
    hourly: Decimal
    requests_per_minute: Decimal
    """0 where none is declared."""
    tokens_per_second: Decimal

    @property
    def million_requests(self) -> Decimal | None:
        return per_million(self.hourly, self.requests_per_minute * 60)

    @property
    def million_tokens(self) -> Decimal | None:
        return per_million(self.hourly, self.tokens_per_second * 3600)


@dataclass(frozen=True, kw_only=True, slots=True)
class Economics:
    gpu_hours: tuple[GpuHour, ...] = ()
    pools: tuple[PoolUse, ...] = ()
    models: tuple[ModelCost, ...] = ()
    undeclared: tuple[str, ...] = ()
    """Models of which settings declare no throughput."""

    def to_json(self) -> dict[str, Json]:
        return {
            "gpu_hours": [
                {"pool": g.pool, "what": g.what, "gpus": g.gpus, "dollars": _number(g.dollars)} for g in self.gpu_hours
            ],
            "pools": [
                {
                    "pool": p.pool,
                    "expected_monthly": _number(p.expected_monthly),
                    "gpu_hours": _number(p.gpu_hours),
                    "dollars_per_useful_gpu_hour": _number(p.dollars),
                }
                for p in self.pools
            ],
            "models": [
                {
                    "model": m.model,
                    "runs_on": m.runs_on,
                    "hourly": _number(m.hourly),
                    "dollars_per_million_requests": _number(m.million_requests),
                    "dollars_per_million_tokens": _number(m.million_tokens),
                }
                for m in self.models
            ],
            "models_without_throughput": list(self.undeclared),
        }


def per_million(hourly: Decimal, units_per_hour: Decimal) -> Decimal | None:
    """Dollars of a million units; None where nothing is done."""
    return hourly / units_per_hour * MILLION if units_per_hour else None


def economics(plan: Plan, lines: Sequence[Line]) -> Economics:
    pools = list(_pool_lines(plan, lines))
    hours = [
        (GpuHour(pool=pool, what=line.what.partition(",")[0], gpus=gpus, instance_hour=line.unit_price), line)
        for pool, line in pools
        if (gpus := _gpus(line.instance))
    ]
    used: dict[str, Decimal] = {}
    for hour, line in hours:
        running = line.quantity if line.useful is None else line.useful
        used[hour.pool] = used.get(hour.pool, ZERO) + running * hour.gpus
    return Economics(
        gpu_hours=tuple(hour for hour, _ in hours),
        pools=tuple(
            PoolUse(
                pool=pool,
                expected_monthly=sum((line.expected_monthly for name, line in pools if name == pool), ZERO),
                gpu_hours=gpu_hours,
            )
            for pool, gpu_hours in used.items()
        ),
        models=tuple(_models(plan, lines, [hour for hour, _ in hours])),
        undeclared=tuple(name for name, model in declared(plan).items() if not any(_throughput(model))),
    )


def _pool_lines(plan: Plan, lines: Sequence[Line]) -> Iterator[tuple[str, Line]]:
    for line in lines:
        starter = plan.by_urn[line.urn]
        if starter.type in (NODE_GROUP, NODE_POOL) and (pool := labels(starter).get(POOL_LABEL)):
            yield pool, line


def _gpus(name: str) -> int:
    try:
        return instance(name).gpu_count if name else 0
    except UnknownInstanceType:
        return 0


def _models(plan: Plan, lines: Sequence[Line], hours: Sequence[GpuHour]) -> Iterator[ModelCost]:
    models = declared(plan)
    for name, model in models.items():
        requests, tokens = _throughput(model)
        place = _on_cluster(model, hours) if model.get("runs_on") == "eks" else _on_endpoint(name, plan, models, lines)
        if place and (requests or tokens):
            yield ModelCost(
                model=name, runs_on=place[0], hourly=place[1], requests_per_minute=requests, tokens_per_second=tokens
            )


def declared(plan: Plan) -> dict[str, dict[str, Json]]:
    """Models that settings declare."""
    models = as_dict(as_dict(plan.setting("serving")).get("models"))
    return {name: as_dict(model) for name, model in models.items()}


def _throughput(model: Mapping[str, Json]) -> tuple[Decimal, Decimal]:
    """Requests a minute and tokens a second, of a replica or an instance."""
    return _declared(model, "requests_per_minute"), _declared(model, "tokens_per_second")


def _declared(model: Mapping[str, Json], key: str) -> Decimal:
    """0 where none is declared, or no number is."""
    with contextlib.suppress(NoAmountError):
        return decimal(model.get(key))
    return ZERO


def _on_cluster(model: Mapping[str, Json], hours: Sequence[GpuHour]) -> tuple[str, Decimal] | None:
    """Where one replica runs and what its hour costs: its GPUs' share of the instance that its pool is billed as."""
    gpus = int(_declared(model, "tensor_parallel")) or 1
    found = next((h for h in hours if h.pool == model.get("pool") and h.gpus >= gpus), None)
    if found is None:
        return None
    return f"{gpus} GPU{'s' if gpus > 1 else ''} of {found.what}", found.dollars * gpus


def _on_endpoint(
    name: str, plan: Plan, declared: Mapping[str, Mapping[str, Json]], lines: Sequence[Line]
) -> tuple[str, Decimal] | None:
    """One instance of the model's endpoint, or one request at a time of a serverless one."""
    own = [line for line in lines if model_of(plan.by_urn[line.urn], declared) == name]
    for line in own:
        if line.instance:
            return line.instance, line.unit_price
        if line.unit == "GB-second":
            gb = _declared(declared[name], "memory_mib") / 1024
            return f"a serverless endpoint of {gb:f} GB", line.unit_price * gb * 3600
    return None


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount.quantize(DIGITS, ROUND_HALF_UP))
