"""Steps of an upgrade that replace nodes: those of the operators, of models, of jobs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from gpuplatform.catalog import charts
from gpuplatform.catalog.nodes import POOL_LABEL
from gpuplatform.kinds.cluster.node_properties import labels, market, template
from gpuplatform.kinds.cluster.occupants import drifted_at_once, occupants
from gpuplatform.kinds.labels import listed
from gpuplatform.kinds.registry import duration
from gpuplatform.kinds.tokens import NODE_GROUP, NODE_POOL
from gpuplatform.ops.upgrade_step import CLUSTER, Step, behind
from gpuplatform.ops.versions import Running, release_of
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.plan.quantity import whole
from gpuplatform.plan.values import get_path

SYSTEM: Final = "system"
"""Value of the label of a pool that carries the operators."""


def system_nodes(plan: Plan, found: Sequence[Running]) -> Iterator[Step]:
    for group in plan.all(NODE_GROUP):
        if labels(group).get(POOL_LABEL) == SYSTEM:
            yield _group_step(plan, found, group, "operators move, a disruption budget at a time")


def serving_nodes(plan: Plan, found: Sequence[Running]) -> Iterator[Step]:
    moving = {one.name for one in found if one.kind == "node image" and one.behind}
    moved = bool(behind(found, "Kubernetes"))
    for pool in plan.all(NODE_POOL):
        of_class = str(get_path(pool.inputs, "spec", "template", "spec", "nodeClassRef", "name") or "")
        name = str(get_path(pool.inputs, "metadata", "name") or pool.name)
        at_once = drifted_at_once(pool)
        models = listed([owner.name for owner in occupants(plan, pool)]) or "nothing"
        due = of_class in moving or moved
        on_them = f"on them: {models}; a model with one copy is away until its next one has loaded"
        yield Step(
            title=f"nodes of Karpenter's pool {name}",
            due=due,
            do=(
                f"gpuplatform up {plan.environment}    # the image, al2023@{charts.NODE_IMAGE}, comes with the program",
                *(
                    ()
                    if at_once
                    else (f"serving.pools.{name}.drifted_at_once: 1    # until they have moved, then 0 again",)
                ),
            )
            if due
            else (),
            interrupts=(f"{at_once} nodes at a time; {on_them}",)
            if at_once
            else (
                "nothing by itself: nodes that run a model keep their image until it goes, or until drifted_at_once is 1",
                on_them,
            ),
        )


def training_nodes(plan: Plan, found: Sequence[Running]) -> Iterator[Step]:
    groups = [g for g in plan.all(NODE_GROUP) if labels(g).get(POOL_LABEL) != SYSTEM]
    for group in sorted(groups, key=lambda g: _block(plan, g)):
        yield _group_step(plan, found, group, "a job that stands on one starts again from its last checkpoint, whole")


def _group_step(plan: Plan, found: Sequence[Running], group: PlannedResource, meanwhile: str) -> Step:
    moved = bool(behind(found, "Kubernetes"))
    due = moved or any(one.name == group.name for one in behind(found, "node image"))
    most = whole(get_path(group.inputs, "scalingConfig", "maxSize"), 0)
    at_once = whole(get_path(group.inputs, "updateConfig", "maxUnavailable"), 1)
    each = duration(NODE_GROUP).seconds / 60
    works = [owner.name for owner in occupants(plan, group)]
    block = _block(plan, group)
    written = bool(group.inputs.get("releaseVersion"))
    return Step(
        title=f"nodes of {group.name}",
        due=due,
        do=_move(plan, group, written=written, block=block) if due else (),
        interrupts=(
            *(("only while it has no nodes, between two blocks: EKS refuses it otherwise",) if block else ()),
            f"up to {most} nodes, {at_once} at a time, {each:.0f} minutes each and what their pods take to end; {meanwhile}",
            *((f"on them: {listed(works)}",) if works else ()),
        ),
    )


def _move(plan: Plan, group: PlannedResource, *, written: bool, block: bool) -> tuple[str, ...]:
    pool = labels(group).get(POOL_LABEL, "POOL")
    if block:
        return (f"wait for the block's end; the next one of pool {pool} brings the newest image",)
    if written:
        return (
            f"cluster.pools.{pool}.upkeep.release: RELEASE    # now {release_of(group)}; "
            f"{charts.NODE_IMAGE.removeprefix('v')} is the day of the newest known",
            f"gpuplatform up {plan.environment}",
        )
    return (f"aws eks update-nodegroup-version --cluster-name {CLUSTER} --nodegroup-name GROUP    # {group.name}-…",)


def _block(plan: Plan, group: PlannedResource) -> bool:
    of = template(plan, group)
    return of is not None and market(of.inputs) == "capacity-block"
