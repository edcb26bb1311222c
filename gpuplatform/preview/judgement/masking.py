"""A plan without what looks like a key, token or password: reports, which are passed on, must not hold what `FOUND_BY` finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, cast

from gpuplatform.plan.model import SECRET, Json, Message, Plan, PlannedResource
from gpuplatform.preview.checks.secrets import passwords, shapes

FOUND_BY: Final = ("pasted-secret", "plain-password")


def masked(plan: Plan) -> Plan:
    """The plan, and the older one beside it, with `[secret]` for every text of such a shape, or so called."""
    resources = (*plan.resources, *plan.duplicates)
    known = frozenset(value for r in resources for held in (r.inputs, r.outputs) for _, value in passwords(held))
    return _without(plan, known)


def _without(plan: Plan, known: frozenset[str]) -> Plan:
    return replace(
        plan,
        resources=tuple(_resource(r, known) for r in plan.resources),
        duplicates=tuple(_resource(r, known) for r in plan.duplicates),
        outputs=_object(plan.outputs, known),
        settings=_object(plan.settings, known),
        messages=tuple(Message(m.severity, _value(m.text, known), m.urn) for m in plan.messages),
        invokes=tuple(replace(i, args=_object(i.args, known)) for i in plan.invokes),
        first=_without(plan.first, known) if plan.first else None,
        against=masked(plan.against) if plan.against else None,
    )


def _resource(resource: PlannedResource, known: frozenset[str]) -> PlannedResource:
    registered = resource.registered_outputs
    return replace(
        resource,
        inputs=_object(resource.inputs, known),
        outputs=_object(resource.outputs, known),
        registered_outputs=None if registered is None else _object(registered, known),
    )


def _object(values: Mapping[str, Json], known: frozenset[str]) -> dict[str, Json]:
    return {key: _value(value, known) for key, value in values.items()}


def _value(value: Json, known: frozenset[str]) -> Json:
    if isinstance(value, dict):
        return _object(cast("dict[str, Json]", value), known)
    if isinstance(value, list):
        return [_value(item, known) for item in cast("list[Json]", value)]
    return SECRET if (isinstance(value, str) and value in known) or any(shapes(value)) else value
