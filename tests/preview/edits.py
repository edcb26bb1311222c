"""Small edits of recorded plans: what a user would have written otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gpuplatform.plan.model import Plan, PlannedResource
from tests.preview.sound import with_input

Break = Callable[[Plan], Plan]
Change = Callable[[PlannedResource], PlannedResource]


def each_of(type_: str, change: Change, named: str = "") -> Break:
    """Every resource of a type, or those with a word in their name, changed."""
    return lambda plan: replace(
        plan,
        resources=tuple(change(r) if r.type == type_ and named in r.name else r for r in plan.resources),
        first=None,
    )


def dropped(*types: str, named: str = "") -> Break:
    """The plan without the resources of some types, or of those the ones with a word in their name."""
    return lambda plan: replace(
        plan, resources=tuple(r for r in plan.resources if r.type not in types or named not in r.name), first=None
    )


def setting(name: str, path: str, value: Any) -> Break:
    """An input of the one resource of that name: see `with_input`."""
    return lambda plan: with_input(plan, name, path, value)


def inputs(**values: Any) -> Change:
    """A resource with inputs changed, and no longer of what they were of; None removes one."""

    def change(resource: PlannedResource) -> PlannedResource:
        kept = {k: v for k, v in {**resource.inputs, **values}.items() if v is not None}
        of = {k: v for k, v in resource.property_dependencies.items() if k not in values}
        return replace(resource, inputs=kept, property_dependencies=of)

    return change


def both(first: Break, second: Break) -> Break:
    return lambda plan: second(first(plan))
