"""Which resources of a plan an input refers to."""

from __future__ import annotations

from gpuplatform.plan.model import Plan, PlannedResource, once
from gpuplatform.plan.values import strings


def linked(plan: Plan, resource: PlannedResource, path: str, type_: str) -> list[PlannedResource]:
    """Resources of a type that an input refers to: by recorded property dependency, else by the identifier sent."""
    urns = resource.property_dependencies.get(path, ())
    found = [plan.by_urn[urn] for urn in urns if urn in plan.by_urn and plan.by_urn[urn].type == type_]
    if found:
        return found
    named = _by_identifier(plan)
    sent = {r.urn for text in strings(resource.inputs.get(path)) for r in named.get((type_, text), ())}
    return [r for r in plan.all(type_) if r.urn in sent] if sent else []


@once
def _by_identifier(plan: Plan) -> dict[tuple[str, str], list[PlannedResource]]:
    """Type, and ID or name → resources."""
    found: dict[tuple[str, str], list[PlannedResource]] = {}
    for resource in plan.resources:
        for text in {*strings([resource.outputs.get("id"), resource.outputs.get("name")])}:
            found.setdefault((resource.type, text), []).append(resource)
    return found
