"""When each resource of a plan could be made, what the last one waits for, and how long it would take at least.

Everything starts as soon as what it waits for is there, and takes what its row in `kinds` says: a model that compares orders of
creation. The lower bound is the same plan with only the edges that cannot be left out: values that flow, and what a service or the
cluster needs in order (`NECESSARY`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Final

from gpuplatform.kinds import eks, fsx, kubernetes, sagemaker
from gpuplatform.kinds.cluster.names import chart
from gpuplatform.kinds.registry import duration
from gpuplatform.kinds.tokens import NODE_GROUP, RELEASE
from gpuplatform.plan.graph import circle, wanted_by_all, within
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict, as_list

ASSOCIATION: Final = fsx.DATA_REPOSITORY_ASSOCIATION
ENDPOINT: Final = sagemaker.ENDPOINT
ENDPOINT_CONFIGURATION: Final = sagemaker.ENDPOINT_CONFIGURATION

# Orders without a value that flows, which nevertheless cannot be left out: who waits (beginning of its type) → for what.
NECESSARY: Final = (
    # A release waits until its pods run, and pods run on nodes.
    (RELEASE, NODE_GROUP),
    # Pods need names, addresses and volumes, which the add-ons bring.
    (RELEASE, eks.ADDON),
    # A custom resource is refused before its definition and its webhooks are there, which a release brings.
    ("kubernetes:", RELEASE),
    ("kubernetes:", kubernetes.NAMESPACE),
    # A node that joins before the network add-on is set up keeps the wrong number of pod addresses.
    (NODE_GROUP, eks.ADDON),
    # FSx makes one association at a time; in parallel they fail (hashicorp/terraform-provider-aws#24678).
    (ASSOCIATION, ASSOCIATION),
    # An add-on that is a Deployment is called failed while no node can run it.
    (eks.ADDON, NODE_GROUP),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeline:
    """The order of creation as times, in seconds from the start."""

    critical_path_seconds: float
    lower_bound_seconds: float
    chain: tuple[str, ...]
    """URNs of the critical path: each starts when the one before it is there."""
    starts: Mapping[str, tuple[float, float]]
    """URN → start and end; a component's from its first to its last part."""
    needless: tuple[tuple[str, str], ...]
    """Links of the chain that no value and no need of the cluster asks for: (who waits, for what)."""
    estimated: tuple[str, ...]
    """Types whose duration nobody has published."""

    def to_json(self) -> dict[str, Json]:
        return {
            "critical_path_seconds": round(self.critical_path_seconds, 1),
            "lower_bound_seconds": round(self.lower_bound_seconds, 1),
            "chain": list(self.chain),
            "starts": {urn: [round(start, 1), round(end, 1)] for urn, (start, end) in self.starts.items()},
            "needless": [{"urn": urn, "waits_for": awaited} for urn, awaited in self.needless],
            "estimated": list(self.estimated),
        }


def timeline(plan: Plan, without: tuple[str, str] | None = None) -> Timeline:
    """Times of a plan by its recorded dependencies, but for one edge that may be left out: who waits, and for what."""
    lasting = {r.urn: _seconds(r, plan) for r in plan.resources}
    wanted = wanted_by_all(plan)
    if without:
        wanted[without[0]] = wanted[without[0]] - {without[1]}
    waits = within(plan, wanted)
    needed = within(plan, {r.urn: _necessary(r, wanted[r.urn], plan) for r in plan.resources})
    ends = _ends(waits, lasting)
    bound = _ends(needed, lasting)
    chain = _chain(waits, ends, lasting)
    return Timeline(
        critical_path_seconds=max(ends.values(), default=0.0),
        lower_bound_seconds=max(bound.values(), default=0.0),
        chain=tuple(urn for urn in chain if not plan.by_urn[urn].component or lasting[urn]),
        starts={r.urn: _span(plan, r, ends, lasting) for r in plan.resources},
        needless=tuple((urn, before) for before, urn in pairwise(chain) if before not in needed[urn]),
        estimated=tuple(sorted({r.type for r in plan.resources if r.custom and not duration(r.type).measured})),
    )


def _seconds(resource: PlannedResource, plan: Plan) -> float:
    """A component of ours takes what its parts take; a remote one, and every other resource, its own time. Where the plan shows the
    part that takes the time of a remote one, as the engine's own does, that is counted once."""
    if resource.type.startswith("pulumi:") or (resource.component and not resource.remote):
        return 0.0
    own = duration(resource.type, _variant(resource, plan)).seconds
    if resource.remote and any(d.custom and duration(d.type).seconds >= own for d in plan.descendants(resource)):
        return 0.0
    return own


def _variant(resource: PlannedResource, plan: Plan) -> str:
    if resource.type == RELEASE:
        return "definitions" if chart(resource).endswith(("-crd", "-crds")) else ""
    if resource.type != ENDPOINT:
        return ""
    configurations = [
        plan.by_urn[urn]
        for urn in resource.property_dependencies.get("endpointConfigName", ())
        if urn in plan.by_urn and plan.by_urn[urn].type == ENDPOINT_CONFIGURATION
    ]
    variants = [as_dict(v) for c in configurations for v in as_list(c.inputs.get("productionVariants"))]
    return "serverless" if variants and all(v.get("serverlessConfig") for v in variants) else ""


def _necessary(resource: PlannedResource, wanted: set[str], plan: Plan) -> set[str]:
    """What of all that a resource waits for it cannot be made without."""
    valued = {urn for urns in resource.property_dependencies.values() for urn in urns}
    if resource.provider_urn:
        valued.add(resource.provider_urn)
    ordered = {
        urn
        for urn in wanted
        if urn in plan.by_urn
        and any(resource.type.startswith(who) and plan.by_urn[urn].type == what for who, what in NECESSARY)
    }
    return valued | ordered


def _ends(waits: Mapping[str, set[str]], lasting: Mapping[str, float]) -> dict[str, float]:
    """When each resource is there: after the last of what it waits for, and its own time."""
    ends: dict[str, float] = {}
    try:
        for urn in TopologicalSorter(waits).static_order():
            ends[urn] = max((ends[before] for before in waits[urn]), default=0.0) + lasting[urn]
    except CycleError:
        raise ValueError(f"resources wait for one another in a circle: {' → '.join(circle(waits))}") from None
    return ends


def _chain(waits: Mapping[str, set[str]], ends: Mapping[str, float], lasting: Mapping[str, float]) -> list[str]:
    """From the resource that is there last back to one that waits for nothing; by URN where two tie."""
    if not ends:
        return []
    chain = [min(ends, key=lambda urn: (-ends[urn], not lasting[urn], urn))]
    while waits[chain[-1]]:
        chain.append(min(waits[chain[-1]], key=lambda urn: (-ends[urn], urn)))
    return chain[::-1]


def _span(
    plan: Plan, resource: PlannedResource, ends: Mapping[str, float], lasting: Mapping[str, float]
) -> tuple[float, float]:
    end = ends[resource.urn]
    if not resource.component or lasting[resource.urn]:
        return end - lasting[resource.urn], end
    first = [ends[d.urn] - lasting[d.urn] for d in plan.descendants(resource) if d.custom or d.remote]
    return min(first, default=end), end
