"""What two plans can be compared by: where one is simulated and the other is not, values that come from other resources are unknown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.tokens import STASH
from gpuplatform.plan.model import UNKNOWN, Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict, as_list, leaves
from gpuplatform.preview.comparison.changes import Change, differing

SIMULATED: Final = ("recording", "document")
"""Sources of plans whose outputs are ours, not a cloud's."""


def comparable(resource: PlannedResource, before: Plan, after: Plan) -> dict[str, Json]:
    """A resource's inputs for a comparison: where one of two plans is simulated and the other is not, what comes from other resources
    is unknown."""
    inputs = dict(resource.inputs)
    if (before.origin in SIMULATED) == (after.origin in SIMULATED):
        return _without_stashed(resource, inputs, before, after)
    first = after.first.by_urn.get(resource.urn) if after.first else None
    if first:
        return as_dict(_known_at_first(first.inputs, resource.inputs))
    return {key: UNKNOWN if resource.property_dependencies.get(key) else value for key, value in inputs.items()}


def _known_at_first(first: Json, then: Json) -> Json:
    """What a program says before anything exists; what is there only once it does is unknown."""
    if first is None and then is not None:
        return UNKNOWN
    if isinstance(first, dict):
        before, after = as_dict(first), as_dict(then) if isinstance(then, dict) else {}
        return before | {key: _known_at_first(before.get(key, UNKNOWN), value) for key, value in after.items()}
    if isinstance(first, list):
        before, after = as_list(first), as_list(then) if isinstance(then, list) else []
        same = len(before) == len(after)
        return [_known_at_first(a, b) for a, b in zip(before, after, strict=True)] if same else before
    return first


def _without_stashed(resource: PlannedResource, inputs: dict[str, Json], before: Plan, after: Plan) -> dict[str, Json]:
    """A stash gives what it was first given until something replaces it, which a simulation does not remember: such values are unknown."""
    for key, urns in resource.property_dependencies.items():
        kept = [after.by_urn[u] for u in urns if u in before.by_urn and u in after.by_urn and STASH in u]
        same = [one for one in kept if not any(triggered(before.by_urn[one.urn], one.replacement_trigger))]
        values = [value for one in same for value in outputs_of(one)]
        if key in inputs and values:
            inputs[key] = _unknown_where(inputs[key], values)
    return inputs


def _unknown_where(value: Json, stashed: list[Json]) -> Json:
    if isinstance(value, dict):
        return {key: _unknown_where(inner, stashed) for key, inner in as_dict(value).items()}
    if isinstance(value, list):
        return [_unknown_where(inner, stashed) for inner in as_list(value)]
    return UNKNOWN if value in stashed else value


def trigger_of(resource: PlannedResource, before: Plan, after: Plan) -> Json:
    """A resource's replacement trigger for a comparison, as `comparable` gives its inputs."""
    trigger = resource.replacement_trigger
    if trigger is None or (before.origin in SIMULATED) == (after.origin in SIMULATED):
        return trigger
    first = after.first.by_urn.get(resource.urn) if after.first else None
    if first:
        return _known_at_first(first.replacement_trigger, trigger)
    return _unknown_where(trigger, [r.outputs["id"] for r in after.resources if r.outputs.get("id")])


def triggered(old: PlannedResource, after: Json) -> Iterator[Change]:
    """The option by which a program replaces a resource, where both have it: the engine asks no more
    (pulumi/pulumi, pkg/resource/deploy/step_generator.go, shouldTriggerReplace)."""
    before = old.replacement_trigger
    for path, old_value, new_value in differing(before, after, "replacementTrigger") if before and after else ():
        yield Change(path, old_value, new_value, replaces=True)


def outputs_of(resource: PlannedResource) -> list[Json]:
    return [value for _, value in leaves(resource.outputs)]
