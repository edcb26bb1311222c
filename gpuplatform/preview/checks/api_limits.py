"""Values against what AWS's APIs accept of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gpuplatform.catalog.api_limits import wrong
from gpuplatform.kinds import cloudcontrol
from gpuplatform.plan.model import SECRET, UNKNOWN, Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict, parse_json
from gpuplatform.preview.checking.check import Severity, Violation, check


@check(
    "api-limit",
    Severity.ERROR,
    "Every value is one that AWS's API takes: listed, within range, not too long, well formed.",
)
def api_limit(plan: Plan) -> Iterator[Violation]:
    for resource in plan.resources:
        for path, why in wrong(*_sent(resource), (SECRET, UNKNOWN)):
            yield Violation(f"{resource.name}: {path}: {why}", resource)


def _sent(resource: PlannedResource) -> tuple[str, Mapping[str, Json]]:
    """Type and properties; those of Cloud Control's resources are in a JSON text."""
    if resource.type != cloudcontrol.RESOURCE:
        return resource.type, resource.inputs
    return str(resource.inputs.get("typeName")), as_dict(parse_json(resource.inputs.get("desiredState")))
