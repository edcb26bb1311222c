"""Who waits for whom: the order in which a plan is created, and the reverse in which it is destroyed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from gpuplatform.plan.model import Plan, PlannedResource


def waits_for(resource: PlannedResource) -> set[str]:
    """URNs of what must exist before a resource: dependencies, its provider, what it is `deleted_with`, and its parent.

    Through the parent a child waits for what its component waits for, when it is created and when it is destroyed
    (pulumi/pulumi, pkg/resource/graph/dependency_graph.go, `DependenciesOf`).
    """
    waits = {*resource.dependencies, *(urn for urns in resource.property_dependencies.values() for urn in urns)}
    return waits | {urn for urn in (resource.provider_urn, resource.parent, resource.deleted_with) if urn}


def creation_waits(plan: Plan) -> dict[str, set[str]]:
    """URN → URNs within the plan that must be there before it: its own dependencies, those of the components around it, which are
    registered before it, and of a component its parts. A part never waits for what it is part of.
    """
    return within(plan, wanted_by_all(plan))


def wanted_by_all(plan: Plan) -> dict[str, set[str]]:
    """What each resource waits for: its own dependencies and those of the components around it."""
    around = {r.urn: [plan.by_urn[a] for a in ancestors(plan, r)] for r in plan.resources}
    return {
        r.urn: waits_for(r).union(*(waits_for(above) for above in around[r.urn] if above.component))
        for r in plan.resources
    }


def within(plan: Plan, wanted: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Edges within the plan. A component is there when all its parts are; a part never waits for what it is part of."""
    parts: dict[str, set[str]] = {r.urn: set() for r in plan.resources}
    for resource in plan.resources:
        if resource.parent in parts and plan.by_urn[resource.parent].component:
            parts[resource.parent].add(resource.urn)
    around = {r.urn: ancestors(plan, r) for r in plan.resources}
    return {
        urn: {w for w in urns if w in parts and w not in around[urn] and w != urn} | parts[urn]
        for urn, urns in wanted.items()
    }


def ancestors(plan: Plan, resource: PlannedResource) -> set[str]:
    """URNs of its parent, and of its parent's parents."""
    above: set[str] = set()
    parent = plan.by_urn.get(resource.parent or "")
    while parent is not None and parent.urn not in above:
        above.add(parent.urn)
        parent = plan.by_urn.get(parent.parent or "")
    return above


def circle(waits: Mapping[str, Iterable[str]]) -> list[str]:
    """URNs of which each waits for the next, and the last for the first; empty where none do. Of several circles always the same."""
    try:
        TopologicalSorter({urn: sorted(waits[urn]) for urn in sorted(waits)}).prepare()
    except CycleError as error:
        # "Each node is an immediate predecessor of the next", and the first is the last again (Python's library, graphlib).
        way: list[str] = error.args[1][:0:-1]
        first = way.index(min(way))
        return way[first:] + way[:first]
    return []


class Graph:
    """A plan's dependencies, with what each resource reaches computed once."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._reached: dict[str, frozenset[str]] = {}

    def reaches(self, urn: str) -> frozenset[str]:
        """Everything that must exist before a resource, at any remove."""
        if urn not in self._reached:
            seen: set[str] = set()
            waiting = [urn]
            while waiting:
                current = self._plan.by_urn.get(waiting.pop())
                for wanted in waits_for(current) - seen if current else ():
                    seen.add(wanted)
                    known = self._reached.get(wanted)
                    if known is None:
                        waiting.append(wanted)
                    else:
                        seen |= known
            self._reached[urn] = frozenset(seen)
        return self._reached[urn]
