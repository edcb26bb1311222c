"""Every cost is on somebody's bill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final

from gpuplatform.preview.check import Fault, Severity, check
from gpuplatform.preview.look import at, listing, mapping, parsed
from gpuplatform.preview.plan import SECRET, UNKNOWN, Json, Plan, PlannedResource
from gpuplatform.preview.sdk import input_class, is_map, properties
from gpuplatform.preview.tokens import LAUNCH_TEMPLATE, NODE_CLASS

COST_KEYS: Final = ("team", "project", "environment", "component", "managed-by")
"""What every taggable resource carries; tests/test_house.py holds it equal to the program's own."""

POD_LABELS: Final = tuple(f"gpuplatform.io/{key}" for key in ("team", "project", "environment", "component"))
"""Labels that split cost allocation makes cost tags of."""

_LAUNCHED: Final = ("instance", "volume")
_POD_TEMPLATES: Final = {
    "kubernetes:apps/v1:Deployment": ("spec", "template"),
    "kubernetes:apps/v1:StatefulSet": ("spec", "template"),
    "kubernetes:apps/v1:DaemonSet": ("spec", "template"),
    "kubernetes:batch/v1:Job": ("spec", "template"),
    "kubernetes:batch/v1:CronJob": ("spec", "jobTemplate", "spec", "template"),
}


@check("cost-tags", Severity.ERROR, "Every resource that can be tagged carries the cost tags.")
def cost_tags(plan: Plan) -> Iterator[Fault]:
    for resource in plan.resources:
        if taggable(resource.type):
            yield from _missing(resource, "tags", resource.inputs.get("tags"), COST_KEYS)
        elif resource.type == "aws:cloudcontrol/resource:Resource":
            yield from _missing(resource, "desiredState.Tags", _cloud_control_tags(resource), COST_KEYS)


@check("launched-tags", Severity.ERROR, "What a launch template or Karpenter starts carries the cost tags.")
def launched_tags(plan: Plan) -> Iterator[Fault]:
    for template in plan.all(LAUNCH_TEMPLATE):
        given = {str(at(s, "resourceType")): at(s, "tags") for s in listing(template.inputs.get("tagSpecifications"))}
        for kind in _LAUNCHED:
            yield from _missing(template, f"tagSpecifications of {kind}", given.get(kind), COST_KEYS)
    for node_class in plan.all(NODE_CLASS):
        yield from _missing(node_class, "spec.tags", at(node_class.inputs, "spec", "tags"), COST_KEYS)


@check("pod-labels", Severity.ERROR, "Pods carry the labels that their cost is split by.")
def pod_labels(plan: Plan) -> Iterator[Fault]:
    for type_, path in _POD_TEMPLATES.items():
        for workload in plan.all(type_):
            labels = at(workload.inputs, *path, "metadata", "labels")
            yield from _missing(workload, f"{'.'.join(path)}.metadata.labels", labels, POD_LABELS)


@cache
def taggable(token: str) -> bool:
    """Whether the SDK's class takes a map of tags."""
    arguments = input_class(token) if token.startswith(("aws:", "eks:")) else None
    return arguments is not None and is_map(properties(arguments).get("tags"))


def _missing(resource: PlannedResource, what: str, given: Json, wanted: Iterable[str]) -> Iterator[Fault]:
    if given in (SECRET, UNKNOWN):
        return
    tags: Mapping[str, Json] = mapping(given)
    absent = [key for key in wanted if not tags.get(key)]
    if absent:
        yield Fault(f"{resource.name}: {what}: {', '.join(absent)} missing", resource)


def _cloud_control_tags(resource: PlannedResource) -> dict[str, Json]:
    state = parsed(resource.inputs.get("desiredState"))
    return {str(at(tag, "Key")): at(tag, "Value") for tag in listing(at(state, "Tags"))}
