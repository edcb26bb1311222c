"""What an update from an older plan ends while it runs: nodes, and the jobs and models on them.

EKS has one launch template for the nodes of a group that run and for those to come: another version, or another release of the image,
replaces all of them (EKS user guide, "Update a managed node group", read 2026-12-01). Karpenter replaces nodes that no longer match
their pool or class, as many at a time as the pool's budgets allow (karpenter.sh, v1.14, concepts/disruption, "Drift").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gpuplatform.kinds.cluster.node_launches import launches
from gpuplatform.kinds.cluster.node_properties import market, node_class, template
from gpuplatform.kinds.cluster.occupants import drifted_at_once, occupants, works
from gpuplatform.kinds.cluster.pods import pods
from gpuplatform.kinds.labels import listed
from gpuplatform.kinds.registry import duration
from gpuplatform.kinds.sagemaker import ENDPOINT
from gpuplatform.kinds.tokens import NODE_GROUP, NODE_POOL, STASH
from gpuplatform.plan.model import UNKNOWN, Plan, PlannedResource
from gpuplatform.plan.quantity import whole
from gpuplatform.plan.values import get_path
from gpuplatform.preview.comparison.changes import Change
from gpuplatform.preview.comparison.difference import Action, Changed, Difference

_RUN: Final = ("launchTemplate.version", "launchTemplate.name", "releaseVersion", "version")
"""Of a node group: what its nodes run."""
_OF_THE_TEMPLATE_ALONE: Final = ("tags", "tagsAll", "description", "defaultVersion", "updateDefaultVersion", "name")
"""Changes of a launch template that make no version of it."""
_NO_DRIFT: Final = (
    "subnetSelectorTerms",
    "securityGroupSelectorTerms",
    "capacityReservationSelectorTerms",
    "ipPrefixCount",
)
"""Of a node class: what Karpenter keeps out of its hash and what nodes need not be replaced for, where they still match
(aws/karpenter-provider-aws v1.14.0, pkg/apis/v1/ec2nodeclass.go)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Interruption:
    """Something that runs, and is ended by an update."""

    resource: PlannedResource
    what: str
    """A sentence without its end: which nodes, why, how many at a time and for how long."""
    works: tuple[str, ...]
    """The jobs and models that stand there by the plan."""
    refused: bool = False
    """Whether EKS asks for a size of 0 first, as it does of a group of a capacity block."""


def interruptions(difference: Difference) -> Iterator[Interruption]:
    """Node groups first, then Karpenter's pools, then jobs of their own."""
    changed = {c.after.urn: c for c in difference.changed}
    older, newer = difference.older, difference.newer
    for group in newer.all(NODE_GROUP):
        if found := _of_group(group, changed, older, newer):
            yield found
    for pool in newer.all(NODE_POOL):
        if found := _of_pool(pool, changed, newer):
            yield found
    workers = {pod.owner.urn for pod in pods(older) if works(pod)}
    for gone in difference.removed:
        if gone.type in (NODE_GROUP, NODE_POOL):
            yield Interruption(resource=gone, what="is removed, and its nodes end", works=_works(older, gone))
        elif gone.type == ENDPOINT:
            yield Interruption(resource=gone, what="is removed, and who calls it gets no answer", works=())
        elif gone.urn in workers:
            yield Interruption(resource=gone, what="is removed, and what it runs ends", works=())
    yield from _of_jobs(changed, newer)
    yield from _of_endpoints(changed, newer)


def _of_group(group: PlannedResource, changed: dict[str, Changed], older: Plan, newer: Plan) -> Interruption | None:
    own = changed.get(group.urn)
    if own and own.action is Action.REPLACE:
        return Interruption(
            resource=group,
            what=f"is replaced, for {', '.join(own.because[:3])} cannot be changed in place: {_nodes(older, group)} end at once",
            works=_works(older, group),
        )
    if group.urn not in older.by_urn or not (why := _moved(group, own, changed, newer)):
        return None
    at_once = whole(get_path(group.inputs, "updateConfig", "maxUnavailable"), 1)
    each = duration(NODE_GROUP).seconds / 60
    started = template(newer, group)
    block = market(started.inputs) == "capacity-block" if started else False
    if block and _another_block(started, changed):
        return Interruption(
            resource=group,
            what=f"{why}: EKS asks that no node of the block that was runs any more, and there are {_nodes(older, group)}; "
            "update after its end",
            works=_works(older, group),
        )
    return Interruption(
        resource=group,
        what=f"{why}: {_nodes(older, group)} are drained and replaced, {at_once} at a time, {each:.0f} minutes each and what "
        "their pods take to end",
        works=_works(newer, group),
        refused=block,
    )


def _moved(group: PlannedResource, own: Changed | None, changed: dict[str, Changed], newer: Plan) -> str:
    """Why the nodes of a group move to another template or image; empty where they stay."""
    for change in own.changes if own else ():
        if change.path in _RUN:
            return _said(change)
    of_template = newer.by_urn.keys() & {*group.property_dependencies.get("launchTemplate", ())}
    kept = [urn for urn in of_template if newer.by_urn[urn].type == STASH]
    if moved := [changed[urn] for urn in kept if urn in changed and changed[urn].action is Action.REPLACE]:
        because = [c for c in moved[0].changes if c.replaces]
        return listed([_said(c) for c in because]) or f"{moved[0].after.name} is replaced"
    started = template(newer, group)
    if kept or started is None or started.urn not in changed or not _follows(group, started, newer):
        return ""
    new = [c.path for c in changed[started.urn].changes if c.path.partition(".")[0] not in _OF_THE_TEMPLATE_ALONE]
    return f"it follows the newest version of {started.name}, where {listed(new[:3])} changes" if new else ""


def _said(change: Change) -> str:
    before, after = ("absent" if value is None else value for value in (change.before, change.after))
    return f"{change.path.removeprefix('replacementTrigger.')} goes from {before} to {after}"


def _follows(group: PlannedResource, started: PlannedResource, newer: Plan) -> bool:
    """Whether a group takes the newest version of its template: the value is the template's, and so not known before."""
    first = newer.first.by_urn.get(group.urn) if newer.first else None
    version = get_path((first or group).inputs, "launchTemplate", "version")
    return version == UNKNOWN or (first is None and str(version) == str(started.outputs.get("latestVersion")))


def _another_block(started: PlannedResource | None, changed: dict[str, Changed]) -> bool:
    """Whether the template targets another reservation, as it must when the block that was has ended."""
    own = changed.get(started.urn) if started else None
    return bool(own) and any(c.path.startswith("capacityReservationSpecification") for c in own.changes)


def _of_pool(pool: PlannedResource, changed: dict[str, Changed], newer: Plan) -> Interruption | None:
    of_class = node_class(newer, pool)
    moved: list[str] = []
    for resource, below, kept in ((of_class, "spec.", _NO_DRIFT), (pool, "spec.template.", ())):
        own = changed.get(resource.urn) if resource else None
        if own is None:
            continue
        if own.action is Action.REPLACE:
            return Interruption(
                resource=pool,
                what=f"{own.after.name} is replaced, and all nodes end with it",
                works=_works(newer, pool),
            )
        paths = [c.path for c in own.changes if c.path.startswith(below)]
        moved += [path for path in paths if not path.removeprefix(below).startswith(kept)]
    if not moved or not (at_once := drifted_at_once(pool)):
        return None
    return Interruption(
        resource=pool,
        what=f"{listed(moved[:3])} changes: its nodes no longer match and are replaced, {at_once} at a time",
        works=_works(newer, pool),
    )


def _of_jobs(changed: dict[str, Changed], newer: Plan) -> Iterator[Interruption]:
    """Objects with pods on GPUs that are made anew: a job starts again, from its last checkpoint if it has one."""
    told: set[str] = set()
    for pod in pods(newer):
        own = changed.get(pod.owner.urn)
        if own and own.action is Action.REPLACE and pod.owner.urn not in told and works(pod):
            told.add(pod.owner.urn)
            yield Interruption(
                resource=pod.owner,
                what=f"is replaced, for {', '.join(own.because[:3])} cannot be changed in place: what it runs ends and starts again",
                works=(),
            )


def _of_endpoints(changed: dict[str, Changed], newer: Plan) -> Iterator[Interruption]:
    """One that is changed in place keeps answering with its old instances until the new ones do."""
    for endpoint in newer.all(ENDPOINT):
        own = changed.get(endpoint.urn)
        if own and own.action is Action.REPLACE:
            minutes = duration(ENDPOINT).seconds / 60
            yield Interruption(
                resource=endpoint,
                what=f"is replaced, for {', '.join(own.because[:3])} cannot be changed in place: another name to call, or no answer "
                f"for about {minutes:.0f} minutes",
                works=(),
            )


def _nodes(older: Plan, group: PlannedResource) -> str:
    """How many, as far as the older plan knows: an export says what ran when somebody last refreshed it, a program only what may."""
    before = older.by_urn.get(group.urn, group)
    running = get_path(before.outputs, "scalingConfig", "desiredSize") if older.origin == "stack-export" else None
    types = next((one.types for one in launches(older) if one.resource.urn == before.urn), ())
    named = f" × {types[0].name}" if types else " nodes"
    most = f"up to {get_path(before.inputs, 'scalingConfig', 'maxSize')}{named}"
    return f"{most} ({running} when the state was last refreshed)" if isinstance(running, int) else most


def _works(plan: Plan, nodes: PlannedResource) -> tuple[str, ...]:
    return tuple(owner.name for owner in occupants(plan, nodes))
