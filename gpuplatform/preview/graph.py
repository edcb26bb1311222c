"""Who waits for whom: the order in which a plan is created, and the reverse in which it is destroyed."""

from __future__ import annotations

from gpuplatform.preview.plan import Plan, PlannedResource


def waits_for(resource: PlannedResource) -> set[str]:
    """URNs of what must exist before a resource: dependencies, its provider, what it is `deleted_with`, and its parent.

    Through the parent a child waits for what its component waits for, when it is created and when it is destroyed
    (pulumi/pulumi, pkg/resource/graph/dependency_graph.go, `DependenciesOf`).
    """
    waits = {*resource.dependencies, *(urn for urns in resource.property_dependencies.values() for urn in urns)}
    if resource.provider:
        waits.add(resource.provider.rpartition("::")[0])
    if resource.parent:
        waits.add(resource.parent)
    if resource.deleted_with:
        waits.add(resource.deleted_with)
    return waits


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
