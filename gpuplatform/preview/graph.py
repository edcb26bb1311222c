"""Who waits for whom: the order in which a plan is created, and the reverse in which it is destroyed."""

from __future__ import annotations

from gpuplatform.preview.plan import Plan, PlannedResource


def waits_for(resource: PlannedResource) -> set[str]:
    """URNs of what must exist before a resource: dependencies, its provider, and the parent whose `deleted_with` it is."""
    waits = {*resource.dependencies, *(urn for urns in resource.property_dependencies.values() for urn in urns)}
    if resource.provider:
        waits.add(resource.provider.rpartition("::")[0])
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
