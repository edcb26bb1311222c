"""The resources of a plan as a tree, one line each, by layer."""

from __future__ import annotations

from collections.abc import Iterator

from gpuplatform.plan.model import STACK, Plan, PlannedResource

LAYERS = ("network", "data", "cluster", "platform", "training", "serving", "governance", "program")
"""Deploy order; `program` is what belongs to no layer."""


def by_layer(plan: Plan) -> dict[str, list[PlannedResource]]:
    """Layer → its resources in plan order; layers in deploy order, unknown ones last."""
    layers: dict[str, list[PlannedResource]] = {}
    for resource in plan.resources:
        if resource.type != STACK:
            layers.setdefault(resource.layer, []).append(resource)
    return dict(sorted(layers.items(), key=lambda item: rank(item[0])))


def rank(layer: str) -> tuple[int, str]:
    """Sorts layers as they are deployed, unknown ones last."""
    return LAYERS.index(layer) if layer in LAYERS else len(LAYERS), layer


def lines(plan: Plan) -> Iterator[str]:
    """`type  name  ← parent`, sorted: what appears and disappears shows as one line of a difference."""
    names = {r.urn: r.name for r in plan.resources}
    yield from sorted(
        f"{r.type}  {r.name}{f'  ← {names[r.parent]}' if r.parent in names and not _is_stack(r.parent) else ''}"
        for r in plan.resources
        if r.type != STACK
    )


def _is_stack(urn: str | None) -> bool:
    return urn is not None and f"::{STACK}::" in urn
