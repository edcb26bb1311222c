"""Karpenter's NodePools: nodes that come with the pods that ask for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal

from gpuplatform.catalog import prices
from gpuplatform.catalog.instances import instance
from gpuplatform.catalog.nodes import GPU, POOL_LABEL, ZONE_LABEL
from gpuplatform.catalog.prices import Price
from gpuplatform.kinds.cluster import node_properties
from gpuplatform.kinds.cluster.node_properties import CAPACITY_LABEL, TYPE_LABEL, ZONE_NAME_LABEL
from gpuplatform.kinds.pricing import sleep
from gpuplatform.kinds.pricing.charge import HOURS, ZERO, Charge, Entry, Unpriced, missing
from gpuplatform.kinds.pricing.context import PricingContext, expected
from gpuplatform.kinds.pricing.fleet import NodeHours
from gpuplatform.kinds.pricing.numbers import decimal, gib
from gpuplatform.kinds.pricing.volumes import Volume, volume_charges, volume_of
from gpuplatform.kinds.tokens import DEPLOYMENT, SCALED_OBJECT, SUBNET
from gpuplatform.plan.model import PlannedResource
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.plan.wording import counted

COUNTED = 4096
"""GPUs; of pools that may have more, the dearest single type is taken for the dearest mixture."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One instance type of a pool: what it costs when expected, and at most."""

    name: str
    gpus: Decimal
    usual: Price
    how: str
    ceiling: Price


def node_pool(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """Nodes for the workloads that never scale to zero, and those that settings expect; at most what the GPU limit allows."""
    wanted = node_properties.requirements(resource)
    types = wanted.get(TYPE_LABEL, [])
    if not types:
        yield Unpriced(why="the NodePool names no instance types, so what Karpenter would launch is unknown")
        return
    limit = decimal(node_properties.gpu_limit(resource))
    if not limit:
        yield Unpriced(why="the NodePool has no limit of nvidia.com/gpu, so its cost has no maximum")
        return
    spot = "spot" in wanted.get(CAPACITY_LABEL, ["on-demand"])
    zones = _zones(wanted, context)
    choices = [c for name in types if (c := _choice(name, zones if spot else (), context))]
    for name in types:
        if name not in {c.name for c in choices}:
            yield missing(context, "ec2", name)
    if not choices:
        return
    volumes = list(_volumes(resource, context))
    pool = node_properties.labels(resource).get(POOL_LABEL, "")
    asked, likely = _least(pool, choices, context)
    # Of workloads that ask for more than the limit, the rest waits and costs nothing.
    always = min(asked, limit // likely.gpus)
    running = _running(pool, always, max(limit // c.gpus for c in choices), max(limit // likely.gpus, always), context)
    most = dearest(choices, limit)
    named = " and ".join(f"{count} {choice.name}" for choice, count in most) if len(most) > 1 else most[0][0].name
    yield Charge(
        what=f"{likely.name} {likely.how}, {counted(int(always), 'node')} to {limit} GPUs, at most as {named} on-demand",
        price=likely.usual,
        asleep=running.asleep,
        idle=running.idle,
        expected=running.expected,
        most_per_hour=Decimal(1),
        most_price=_together(most),
        note=_range(choices, running, likely),
        instance=likely.name,
    )
    if not volumes:
        yield Unpriced(why="no EC2NodeClass of the plan states the volumes of its nodes: Karpenter chooses them")
    for volume in volumes:
        yield from volume_charges(context, volume, "of each node", running.volumes())


def _running(pool: str, always: Decimal, most: Decimal, cap: Decimal, context: PricingContext) -> NodeHours:
    """Node-hours of a pool of which `always` many nodes never go while the environment is awake. Expected are at most `cap` nodes, of
    the type that it is expected on; there may be `most`, of the smallest."""
    swept = sleep.sweeps_karpenter(context.plan)
    awake = sleep.awake_hours(context.plan) if swept else HOURS
    asleep = ZERO if swept else always
    settings = as_dict(as_dict(context.settings("serving").get("pools")).get(pool))
    running, hours = expected(settings)
    usual = sleep.node_hours(always, asleep, awake, min(running, cap), hours)
    return NodeHours(asleep=asleep * HOURS, idle=always * HOURS, expected=usual, most=max(most, always))


def dearest(choices: Sequence[Choice], limit: Decimal) -> list[tuple[Choice, int]]:
    """The nodes that cost most within the limit of GPUs: type and number, those that cost most in all first."""

    def cost(choice: Choice, count: int | Decimal) -> Decimal:
        return count * choice.ceiling.value

    if limit > COUNTED:
        top = max(choices, key=lambda c: cost(c, limit // c.gpus))
        return [(top, int(limit // top.gpus))]
    best = [ZERO]
    last: list[Choice | None] = [None]
    for gpus in range(1, int(limit) + 1):
        options = [(best[gpus - int(c.gpus)] + cost(c, 1), c) for c in choices if c.gpus <= gpus]
        value, choice = max(options, key=lambda option: option[0], default=(ZERO, None))
        best.append(value)
        last.append(choice)
    counts: dict[str, int] = {}
    left = int(limit)
    while (taken := last[left]) is not None:
        counts[taken.name] = counts.get(taken.name, 0) + 1
        left -= int(taken.gpus)
    found = [(c, counts[c.name]) for c in choices if c.name in counts]
    return sorted(found, key=lambda pair: -cost(*pair)) or [(choices[0], 0)]


def _together(nodes: Sequence[tuple[Choice, int]]) -> Price:
    """What an hour of all of them costs, as old as the oldest of their prices."""
    oldest = min((choice.ceiling for choice, _ in nodes), key=lambda price: price.as_of)
    return replace(oldest, value=sum((count * choice.ceiling.value for choice, count in nodes), ZERO))


def _zones(wanted: dict[str, list[str]], context: PricingContext) -> tuple[str, ...]:
    """IDs of the zones that a pool asks for, by ID or by the name that the account gives them; else all of the plan's."""
    if named := wanted.get(ZONE_LABEL):
        return tuple(named)
    names = wanted.get(ZONE_NAME_LABEL, ())
    subnets = [s for s in context.plan.all(SUBNET) if s.outputs.get("availabilityZone") in names]
    found = {str(zone) for s in subnets for of in (s.inputs, s.outputs) if (zone := of.get("availabilityZoneId"))}
    return tuple(sorted(found)) or context.zones()


def _choice(name: str, zones: tuple[str, ...], context: PricingContext) -> Choice | None:
    """On spot where there are zones to ask for its price."""
    ceiling = context.price("ec2", name)
    if ceiling is None:
        return None
    reference = prices.spot(name, zones)
    return Choice(
        name=name,
        gpus=Decimal(max(instance(name).gpu_count, 1)),
        usual=reference or ceiling,
        how="spot" if reference else "on-demand",
        ceiling=ceiling,
    )


def _least(pool: str, choices: list[Choice], context: PricingContext) -> tuple[Decimal, Choice]:
    """Nodes that keep the pool's workloads at their minimum of replicas, and the type on which that is dearest, of those that hold every
    pod: the rule of managed groups on spot as well, without the luck of a zone or a type."""
    workloads = list(_workloads(pool, context))
    total = sum((gpus * replicas for gpus, replicas in workloads), ZERO)
    widest = max((gpus for gpus, _ in workloads), default=Decimal(1))
    fitting = [c for c in choices if c.gpus >= widest] or choices

    def nodes(choice: Choice) -> Decimal:
        return (total / choice.gpus).to_integral_value(ROUND_CEILING)

    likely = max(fitting, key=lambda c: (max(nodes(c), 1) * c.usual.value, c.usual.value))
    return nodes(likely), likely


def _range(choices: Sequence[Choice], running: NodeHours, likely: Choice) -> str:
    """What the expected hours would cost where spot is cheapest, and where it has none."""
    low = min(c.usual.value for c in choices) * running.expected
    high = likely.ceiling.value * running.expected
    rule = "Karpenter's pools are expected on the dearest reference of the types that hold their pods, and capped at the dearest on-demand"
    return f"{rule}; expected {low:,.0f} $ on the cheapest to {high:,.0f} $ on-demand" if running.expected else rule


def _workloads(pool: str, context: PricingContext) -> Iterator[tuple[Decimal, Decimal]]:
    """GPUs of a pod, and the replicas that never go, of each Deployment that asks for the pool's nodes."""
    scalers = {
        (
            str(get_path(s.inputs, "metadata", "namespace")),
            str(get_path(s.inputs, "spec", "scaleTargetRef", "name")),
        ): as_dict(s.inputs.get("spec"))
        for s in context.plan.all(SCALED_OBJECT)
    }
    for deployment in context.plan.all(DEPLOYMENT):
        pod = as_dict(get_path(deployment.inputs, "spec", "template", "spec"))
        if as_dict(pod.get("nodeSelector")).get(POOL_LABEL) != pool:
            continue
        gpus = sum((decimal(get_path(c, "resources", "limits", GPU)) for c in as_list(pod.get("containers"))), ZERO)
        scaler = scalers.get(
            (
                str(get_path(deployment.inputs, "metadata", "namespace")),
                str(get_path(deployment.inputs, "metadata", "name")),
            )
        )
        if scaler is None:
            stated = get_path(deployment.inputs, "spec", "replicas")
            yield gpus, decimal(1 if stated is None else stated)
        else:
            yield gpus, decimal(scaler.get("idleReplicaCount", scaler.get("minReplicaCount", 0)))


def _volumes(pool: PlannedResource, context: PricingContext) -> Iterator[Volume]:
    """Those that the pool's node class states."""
    found = node_properties.node_class(context.plan, pool)
    for row in as_list(get_path(found.inputs, "spec", "blockDeviceMappings")) if found else ():
        disk = as_dict(get_path(row, "ebs"))
        yield volume_of(disk, gib(disk.get("volumeSize")), disk.get("volumeType"))
