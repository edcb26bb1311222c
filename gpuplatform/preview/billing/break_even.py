"""What the GPU hours that a plan is expected to use cost as they are bought, and what the same hours would cost bought otherwise.

Instance-hours alone: neither volumes nor the cluster, nor what SageMaker does beside renting the instance. At list prices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from gpuplatform.kinds.cluster.pool_users import GpuPool, gpu_pools
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.pricing.endpoints import model_of
from gpuplatform.kinds.sagemaker import ENDPOINT
from gpuplatform.kinds.tokens import NODE_POOL
from gpuplatform.plan.model import Json, Plan
from gpuplatform.plan.values import as_dict, get_path
from gpuplatform.preview.billing.lines import Line, fine
from gpuplatform.preview.billing.showback import has_gpus

ML: Final = "ml."
"""How SageMaker begins the name of an EC2 instance type."""
BLOCK: Final = "in a capacity block that is used up"
ON_DEMAND: Final = "on demand"
ON_NODES: Final = "on demand as nodes of the cluster"
SERVED: Final = "as SageMaker endpoints"
TRAINED: Final = "as SageMaker training jobs"


@dataclass(frozen=True, kw_only=True)
class BreakEven:
    """The expected hours of one pool or endpoint, on one instance type."""

    what: str
    instance: str
    paid_hours: Decimal
    used_hours: Decimal
    bought: Decimal
    """Dollars a month, as the plan buys them."""
    otherwise: Mapping[str, Decimal]
    """Way of buying → dollars a month for the used hours."""
    unknown: tuple[str, ...] = ()
    """Ways of buying without a price row."""
    block_pays_from: Decimal | None = None
    """The part of a capacity block's hours from which on it is cheaper than on demand; None where one has no price or is not sold."""

    @property
    def sentence(self) -> str:
        """`h100: 2,920 hours of p5.48xlarge cost 139,459 $ as bought, at 41% use; the 1,200 used on demand 66,048 $`."""
        used = f"the {_rounded(self.used_hours)} used" if self.used_hours < self.paid_hours else "the same"
        use = f", at {self.used_hours / self.paid_hours:.0%} use" if self.used_hours < self.paid_hours else ""
        ways = [f"{way} {_rounded(cost)} $" for way, cost in self.otherwise.items()]
        ways += [f"{way} at a price that is not on file" for way in self.unknown]
        pays = "" if self.block_pays_from is None else f"; a block pays above {self.block_pays_from:.0%} use"
        return (
            f"{self.what}: {_rounded(self.paid_hours)} hours of {self.instance} cost {_rounded(self.bought)} $ as bought{use}; "
            f"{used} {', '.join(ways)}{pays}"
        )

    def to_json(self) -> dict[str, Json]:
        return {
            "what": self.what,
            "instance": self.instance,
            "paid_hours": fine(self.paid_hours),
            "used_hours": fine(self.used_hours),
            "bought_monthly": fine(self.bought),
            "otherwise_monthly": {way: fine(cost) for way, cost in self.otherwise.items()},
            "without_price": list(self.unknown),
            "block_pays_from": None if self.block_pays_from is None else fine(self.block_pays_from),
        }


def break_even(plan: Plan, lines: Sequence[Line], context: PricingContext) -> tuple[BreakEven, ...]:
    return (*_pools(plan, lines, context), *_endpoints(plan, lines, context))


def _pools(plan: Plan, lines: Sequence[Line], context: PricingContext) -> Iterator[BreakEven]:
    for pool in gpu_pools(plan):
        starters = pool.resources(plan)
        own = [line for line in lines if line.urn in starters and has_gpus(line)]
        for instance in dict.fromkeys(line.instance for line in own):
            yield from _compared(pool.name, instance, [o for o in own if o.instance == instance], _ways(pool), context)


def _ways(pool: GpuPool) -> Mapping[str, tuple[str, str]]:
    """Of nodes that models run on, and of those that jobs run on."""
    serves = all(launch.resource.type == NODE_POOL for launch in pool.launches)
    return {
        ON_DEMAND: ("ec2", ""),
        **({SERVED: ("sagemaker", ML)} if serves else {TRAINED: ("sagemaker", f"training/{ML}")}),
    }


def _endpoints(plan: Plan, lines: Sequence[Line], context: PricingContext) -> Iterator[BreakEven]:
    models = as_dict(get_path(plan.setting("serving"), "models"))
    for line in lines:
        resource = plan.by_urn.get(line.urn)
        if resource and resource.type == ENDPOINT and has_gpus(line):
            name = model_of(resource, models) or resource.name
            yield from _compared(name, line.instance, [line], {ON_NODES: ("ec2", "")}, context)


def _compared(
    what: str, instance: str, lines: Sequence[Line], ways: Mapping[str, tuple[str, str]], context: PricingContext
) -> Iterator[BreakEven]:
    """None where no hour is paid, or used."""
    paid = sum((line.quantity for line in lines), Decimal(0))
    used = sum((line.quantity if line.useful is None else line.useful for line in lines), Decimal(0))
    if not paid or not used:
        return
    plain = instance.removeprefix(ML)
    prices = {way: context.price(service, f"{prefix}{plain}") for way, (service, prefix) in ways.items()}
    block, listed = context.price("ec2", plain, "capacity-block"), context.price("ec2", plain)
    in_block = {BLOCK: used * block.value} if block and not instance.startswith(ML) else {}
    yield BreakEven(
        what=what,
        instance=instance,
        paid_hours=paid,
        used_hours=used,
        bought=sum((line.expected_monthly for line in lines), Decimal(0)),
        otherwise=in_block | {way: used * price.value for way, price in prices.items() if price},
        unknown=tuple(way for way, price in prices.items() if price is None),
        block_pays_from=block.value / listed.value if block and listed and in_block else None,
    )


def _rounded(amount: Decimal) -> str:
    return f"{amount:,.0f}"
