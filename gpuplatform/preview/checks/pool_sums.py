"""Whether a pool holds everything that is to run on it at once: copies, those that an update adds, and a first node at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from typing import Final

from gpuplatform.kinds.cluster.copies import Copies, copies
from gpuplatform.kinds.cluster.node_launches import Launch, launches
from gpuplatform.kinds.cluster.node_selection import nodes_elsewhere, unmet
from gpuplatform.kinds.cluster.room import fits, gpus, hosts, letting_in, limits, smallest, total_gpus
from gpuplatform.plan.model import Plan, Source, once
from gpuplatform.plan.values import as_dict
from gpuplatform.preview.checking.check import Severity, Violation, check

_GIB: Final = 2.0**30

Placed = tuple[Copies, tuple[Launch, ...]]
"""Copies that ask for GPUs, and the groups and pools that let them in."""


@once
def _placed(plan: Plan) -> tuple[Placed, ...]:
    """Where the hardware of everything that lets them in is known; of others no sum can be told."""
    found = ((one, tuple(hosts(plan, one.pod))) for one in copies(plan) if gpus(one.pod) and not one.pod.queue)
    return tuple((one, there) for one, there in found if there and not _elsewhere(plan, one))


def _elsewhere(plan: Plan, one: Copies) -> bool:
    """Whether some pool of which no hardware is known may take them as well."""
    return any(not launch.types and not unmet(plan, launch, one.pod.spec) for launch in launches(plan))


@check("pool-too-small", Severity.ERROR, "Pools hold all copies that are to run on them at the least.")
def pool_too_small(plan: Plan) -> Iterator[Violation]:
    """The limits of Karpenter's pools, and the largest sizes of node groups."""
    yield from _beyond_limits(plan)
    for there in {_urns(there): there for _, there in _placed(plan)}.values():
        inside = [one for one, where in _placed(plan) if _urns(where) <= _urns(there) and one.least]
        if not inside:
            continue
        asked, room = sum(gpus(one.pod) * one.least for one in inside), _total(plan, there)
        cramped = [one for one in inside if one.least > sum(fits(plan, launch, gpus(one.pod)) for launch in there)]
        if asked <= room and not cramped:
            continue
        worst = max(cramped or inside, key=lambda one: gpus(one.pod) * one.least)
        told = ", ".join(f"{one.name} {one.least} × {gpus(one.pod):g}" for one in inside)
        yield Violation(
            f"{worst.pod.owner.name}: {told} are {asked:g} GPUs that must run at once, and {_named(there)} "
            f"{'have' if len(there) > 1 else 'has'} {room:g} at most; pods beyond that wait for ever. Raise the limit, or run fewer",
            worst.pod.owner,
        )


def _beyond_limits(plan: Plan) -> Iterator[Violation]:
    """Cores and memory of what has one of Karpenter's pools and no other."""
    alone = [
        (one, there[0])
        for one in copies(plan)
        if one.least and not one.pod.queue and len(there := letting_in(plan, one.pod)) == 1
    ]
    for launch in launches(plan) if not nodes_elsewhere(plan) else ():
        inside = [one for one, there in alone if there.resource.urn == launch.resource.urn]
        for resource, unit, said in (("cpu", 1.0, "cores"), ("memory", _GIB, "GiB of memory")):
            limit = limits(launch).get(resource)
            asked = sum(one.pod.asks.get(resource, 0) * one.least for one in inside)
            if limit is not None and asked > limit:
                worst = max(inside, key=lambda one: one.pod.asks.get(resource, 0) * one.least)
                yield Violation(
                    f"{worst.pod.owner.name}: {', '.join(f'{one.name} × {one.least}' for one in inside)} ask for "
                    f"{asked / unit:,.6g} {said} at once, and {launch.resource.name} has {limit / unit:,.6g} at most; pods beyond that "
                    "wait for ever. Raise the limit, or run fewer",
                    worst.pod.owner,
                )


def _urns(there: Sequence[Launch]) -> frozenset[str]:
    return frozenset(launch.resource.urn for launch in there)


def _total(plan: Plan, there: Sequence[Launch]) -> float:
    return sum(total_gpus(plan, launch) for launch in there)


@check("scaler-above-pool", Severity.WARNING, "No scaler goes further than its pool has GPUs.")
def scaler_above_pool(plan: Plan) -> Iterator[Violation]:
    for one, there in _placed(plan):
        room = sum(fits(plan, launch, gpus(one.pod)) for launch in there)
        if one.scaler and one.most > room >= one.least:
            yield Violation(
                f"{one.scaler.resource.name}: up to {one.most} copies of {gpus(one.pod):g} GPUs, and {_named(there)} can hold "
                f"{room:g}; lower the maximum to that, or raise the pool's",
                one.scaler.resource,
            )


@check("no-room-for-surge", Severity.WARNING, "An update that adds pods before old ones go has GPUs for them.")
def no_room_for_surge(plan: Plan) -> Iterator[Violation]:
    """At the most copies, beside the least of what shares the pool. With no room the first new pod waits for ever, and no old one goes."""
    for one, there in _placed(plan):
        each = gpus(one.pod)
        others = sum(
            gpus(other.pod) * other.least
            for other, where in _placed(plan)
            if other is not one and _urns(where) & _urns(there)
        )
        room = sum(fits(plan, launch, each) for launch in there)
        left = min(room, (_total(plan, there) - others) // each) if room < inf else inf
        if one.surge and one.most and one.most <= room and one.most + 1 > left:
            yield Violation(
                f"{one.pod.owner.name}: {one.most} copies of {each:g} GPUs fill {_named(there)}, and an update first adds "
                f"{one.surge}, for which there is no GPU: it would never end. Raise the pool's limit by {each:g} GPUs, lower the "
                "maximum by one, or let one copy be unavailable",
                one.pod.owner,
                _setting(plan, one),
            )


def _setting(plan: Plan, one: Copies) -> Source | None:
    models = as_dict(plan.setting("serving").get("models"))
    return plan.setting_source(f"serving.models.{one.name}.replicas") if one.name in models else None


def _named(there: Sequence[Launch]) -> str:
    return " and ".join(launch.resource.name for launch in there)


@check("limit-below-node", Severity.ERROR, "The limits of every Karpenter pool let it start one node.")
def limit_below_node(plan: Plan) -> Iterator[Violation]:
    """Karpenter starts no node that would pass a limit: one below the smallest of its types is a pool of none."""
    for launch in launches(plan):
        for resource, amount in limits(launch).items() if launch.types else ():
            least = smallest(launch, resource)
            if 0 < amount < least:
                unit, said = (_GIB, "GiB of memory") if resource == "memory" else (1, resource)
                yield Violation(
                    f"{launch.resource.name}: limits.{resource}: {amount / unit:,.6g} {said}, and the smallest of its types has "
                    f"{least / unit:,.6g}; it would never start a node",
                    launch.resource,
                )
