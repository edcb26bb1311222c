"""A plan without what looks like a key or token: found by `pasted-secret`, it is to be in no report that travels on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from gpuplatform.preview.checks.secrets import shapes
from gpuplatform.preview.plan import SECRET, Json, Message, Plan, PlannedResource


def masked(plan: Plan) -> Plan:
    """The plan, and the older one beside it, with `[secret]` for every text of such a shape."""
    return replace(
        plan,
        resources=tuple(_resource(r) for r in plan.resources),
        duplicates=tuple(_resource(r) for r in plan.duplicates),
        outputs=_object(plan.outputs),
        settings=_object(plan.settings),
        messages=tuple(Message(m.severity, _value(m.text), m.urn) for m in plan.messages),
        invokes=tuple(replace(i, args=_object(i.args)) for i in plan.invokes),
        first=masked(plan.first) if plan.first else None,
        against=masked(plan.against) if plan.against else None,
    )


def _resource(resource: PlannedResource) -> PlannedResource:
    registered = resource.registered_outputs
    return replace(
        resource,
        inputs=_object(resource.inputs),
        outputs=_object(resource.outputs),
        registered_outputs=None if registered is None else _object(registered),
    )


def _object(values: Mapping[str, Json]) -> dict[str, Json]:
    return {key: _value(value) for key, value in values.items()}


def _value(value: Json) -> Json:
    if isinstance(value, dict):
        return _object(cast("dict[str, Json]", value))
    if isinstance(value, list):
        return [_value(item) for item in cast("list[Json]", value)]
    return SECRET if any(shapes(value)) else value
