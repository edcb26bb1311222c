"""Every cost is on somebody's bill."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final

from gpuplatform.kinds import cloudcontrol
from gpuplatform.kinds.registry import all_kinds
from gpuplatform.kinds.tokens import LAUNCH_TEMPLATE, NODE_CLASS
from gpuplatform.plan.model import SECRET, UNKNOWN, Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict, as_list, get_path, parse_json
from gpuplatform.preview.checking.check import Severity, Violation, check
from gpuplatform.preview.checking.sdk_types import input_class, is_map, properties

COST_KEYS: Final = ("team", "project", "environment", "component", "managed-by")
"""What every taggable resource carries; tests/test_house.py holds it equal to the program's own."""

POD_LABELS: Final = tuple(f"gpuplatform.io/{key}" for key in ("team", "project", "environment", "component"))
"""Labels that split cost allocation makes cost tags of."""

MOST_TAGS: Final = 50
_TAG: Final = re.compile(r"[\w\s.:/=+\-@]*")
_LAUNCHED: Final = ("instance", "volume")


@check("cost-tags", Severity.ERROR, "Every resource that can be tagged carries the cost tags.")
def cost_tags(plan: Plan) -> Iterator[Violation]:
    for resource in plan.resources:
        if taggable(resource.type):
            # The engine's own documents say those of the provider as well.
            yield from _missing(
                resource, "tags", resource.inputs.get("tagsAll") or resource.inputs.get("tags"), COST_KEYS
            )
        elif resource.type == cloudcontrol.RESOURCE:
            yield from _missing(resource, "desiredState.Tags", _cloud_control_tags(resource), COST_KEYS)


@check("tag-limit", Severity.ERROR, "Every tag is one that AWS takes.")
def tag_limit(plan: Plan) -> Iterator[Violation]:
    """Fifty of them, keys of up to 128 characters that do not begin with aws:, values of up to 256 (tagging reference, 2026-11-22)."""
    for resource in plan.resources:
        if taggable(resource.type):
            tags = as_dict(resource.inputs.get("tags"))
            if len(tags) > MOST_TAGS:
                yield Violation(f"{resource.name}: tags: has {len(tags)}; AWS takes {MOST_TAGS}", resource)
            for key, value in tags.items():
                if why := _no_tag(key, value):
                    yield Violation(f"{resource.name}: tags.{key[:80]}: {why}", resource)


def _no_tag(key: str, value: Json) -> str:
    if key.lower().startswith("aws:"):
        return "AWS keeps aws: to itself"
    if not _TAG.fullmatch(key) or not 1 <= len(key) <= 128:
        return "is no key: 1 to 128 letters, digits, spaces and _ . : / = + - @"
    if isinstance(value, str) and value not in (SECRET, UNKNOWN) and (not _TAG.fullmatch(value) or len(value) > 256):
        return f"{value[:80]!r} is no value: up to 256 letters, digits, spaces and _ . : / = + - @"
    return ""


@check("launched-tags", Severity.ERROR, "What a launch template or Karpenter starts carries the cost tags.")
def launched_tags(plan: Plan) -> Iterator[Violation]:
    for template in plan.all(LAUNCH_TEMPLATE):
        given = {
            str(get_path(s, "resourceType")): get_path(s, "tags")
            for s in as_list(template.inputs.get("tagSpecifications"))
        }
        for kind in _LAUNCHED:
            yield from _missing(template, f"tagSpecifications of {kind}", given.get(kind), COST_KEYS)
    for node_class in plan.all(NODE_CLASS):
        yield from _missing(node_class, "spec.tags", get_path(node_class.inputs, "spec", "tags"), COST_KEYS)


@check("pod-labels", Severity.ERROR, "Pods carry the labels that their cost is split by.")
def pod_labels(plan: Plan) -> Iterator[Violation]:
    for row in all_kinds().values():
        for workload in plan.all(row.token) if row.pods else ():
            labels = get_path(workload.inputs, *row.pods.split("."), "metadata", "labels")
            yield from _missing(workload, f"{row.pods}.metadata.labels", labels, POD_LABELS)


@cache
def taggable(token: str) -> bool:
    """Whether the SDK's class takes a map of tags."""
    arguments = input_class(token) if token.startswith(("aws:", "eks:")) else None
    return arguments is not None and is_map(properties(arguments).get("tags"))


def _missing(resource: PlannedResource, what: str, given: Json, wanted: Iterable[str]) -> Iterator[Violation]:
    if given in (SECRET, UNKNOWN):
        return
    tags: Mapping[str, Json] = as_dict(given)
    absent = [key for key in wanted if not tags.get(key)]
    if absent:
        yield Violation(f"{resource.name}: {what}: {', '.join(absent)} missing", resource)


def _cloud_control_tags(resource: PlannedResource) -> dict[str, Json]:
    state = parse_json(resource.inputs.get("desiredState"))
    return {str(get_path(tag, "Key")): get_path(tag, "Value") for tag in as_list(get_path(state, "Tags"))}
