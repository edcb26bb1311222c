"""The Kubernetes objects of a plan, as the API server would be sent them."""

from __future__ import annotations

from gpuplatform.plan.model import Json, Plan, PlannedResource, once
from gpuplatform.plan.values import as_dict


@once
def objects(plan: Plan) -> tuple[tuple[PlannedResource, dict[str, Json]], ...]:
    """Every object with its resource; the name that Pulumi would choose where the program chose none."""
    sent = (r for r in plan.resources if r.type.startswith("kubernetes:") and "kind" in r.inputs)
    return tuple((r, {**r.inputs, "metadata": _metadata(r)}) for r in sent)


def of_kind(plan: Plan, *kinds: str) -> list[tuple[PlannedResource, dict[str, Json]]]:
    """Those objects that are of one of some kinds."""
    return [(resource, body) for resource, body in objects(plan) if body["kind"] in kinds]


def _metadata(resource: PlannedResource) -> dict[str, Json]:
    named, written = as_dict(resource.outputs.get("metadata")), as_dict(resource.inputs.get("metadata"))
    return {"name": named.get("name", resource.name), **written}
