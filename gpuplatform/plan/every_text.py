"""Every text of a plan, which several checks look through."""

from __future__ import annotations

from gpuplatform.plan.model import Plan, PlannedResource, once
from gpuplatform.plan.values import leaves


@once
def every_text(plan: Plan) -> list[tuple[PlannedResource, str, str]]:
    """Each text among the inputs, at any depth: resource, path, text."""
    return [
        (resource, path, value)
        for resource in plan.resources
        for path, value in leaves(resource.inputs)
        if isinstance(value, str)
    ]
