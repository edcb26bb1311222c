"""A tile for a resource, or for a component with all its parts."""

from __future__ import annotations

import re
from typing import Final

from gpuplatform.kinds.cluster.node_launches import launches
from gpuplatform.kinds.labels import Label, Lines
from gpuplatform.kinds.registry import kind_of
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.plan.wording import counted
from gpuplatform.preview.report.html.boxes import Box
from gpuplatform.preview.report.terminal import short_type


def tile(plan: Plan, unit: PlannedResource) -> Box:
    """The tile of a resource, or of a component with all its parts."""
    parts = [unit, *plan.descendants(unit)]
    face = _labelled(parts)
    label = _label(face) or OTHER
    group = next((launch for launch in launches(plan) if launch.resource is face and launch.managed), None)
    efa = group.efa if group else 0
    ena = len(group.interfaces) - efa if group else 0
    lines = [line for line in label.words(plan, face, parts) if line]
    if ena + efa:
        lines.append(f"{ena} ENA and {efa} EFA interfaces" if efa else counted(ena, "interface"))
    return Box(
        title=unit.name,
        lines=lines,
        urn=face.urn,
        stands_for=(unit.urn,),
        layer=unit.layer,
        icon=label.icon,
        ena=ena,
        efa=efa,
    )


def telling(plan: Plan, unit: PlannedResource) -> bool:
    """Whether an architect would draw it; the rest is what everything needs beside it."""
    label = _label(_labelled([unit, *plan.descendants(unit)]))
    return label is not None and not label.plumbing


def several(plan: Plan, units: list[PlannedResource]) -> Box:
    """One tile for many, which counts them by kind."""
    kinds: dict[str, int] = {}
    for unit in units:
        noun = _noun(unit.type)
        kinds[noun] = kinds.get(noun, 0) + 1
    return Box(
        title=f"and {len(units)} more",
        lines=[
            f"{n} {_plural(noun) if n > 1 else noun}"
            for noun, n in sorted(kinds.items(), key=lambda kind: (-kind[1], kind[0]))
        ][:4],
        stands_for=tuple(u.urn for u in units),
        layer=units[0].layer,
        icon="part",
    )


def _noun(type_: str) -> str:
    """`gpuplatform:aws:PodIdentity` → `pod identity`."""
    if type_.startswith("pulumi:providers:"):
        return "provider"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type_.rpartition(":")[2]).lower()


def _plural(noun: str) -> str:
    return noun[:-1] + "ies" if noun.endswith("y") else noun + ("es" if noun.endswith("s") else "s")


def _labelled(parts: list[PlannedResource]) -> PlannedResource:
    """The part by which people know the whole."""
    ranked = [(label.rank, index) for index, part in enumerate(parts) if (label := _label(part))]
    return parts[min(ranked)[1]] if ranked else parts[0]


def _label(resource: PlannedResource) -> Label | None:
    row = kind_of(resource.type)
    return row.label if row else None


def _class_and_parts(_: Plan, labelled: PlannedResource, parts: list[PlannedResource]) -> Lines:
    own = len(parts) - 1
    return [short_type(labelled.type), *([counted(own, "part")] if own > 1 else ())]


OTHER: Final = Label(icon="part", words=_class_and_parts, rank=0)
"""Of what has no label of its own."""
