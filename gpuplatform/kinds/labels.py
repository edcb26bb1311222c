"""How reports call a resource: its tile in the picture, and its part of a sentence about a layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gpuplatform.catalog.instances import UnknownInstanceType, instance
from gpuplatform.catalog.nodes import GPU
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.plan.wording import counted

ROOM: Final = 28
"""Characters of a line on a tile."""
MOST: Final = 16
"""Names of one kind in a sentence."""

Lines = list[str]
Words = Callable[[Plan, PlannedResource, list[PlannedResource]], Lines]
"""From the plan, the resource that labels a tile, and all that the tile stands for."""
Phrase = Callable[[Plan, list[PlannedResource]], str]
"""From the plan and the resources of one type in a layer."""


class Place(StrEnum):
    """Where the picture draws a resource."""

    BY_LAYER = "by layer"
    EDGE = "edge of the VPC"
    SUBNETS = "subnets"
    VPC = "VPC, across its subnets"


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """A tile: its icon and its words."""

    icon: str
    words: Words
    rank: int
    """A component is labelled by the part with the lowest: by what people know it."""
    plumbing: bool = False
    """Whether it is what everything needs beside it, which an architect would not draw."""
    place: Place = Place.BY_LAYER


def fixed(text: str) -> Words:
    return lambda _plan, _labelled, _parts: [text]


def counting(noun: str) -> Words:
    return lambda _plan, labelled, parts: [counted(sum(p.type == labelled.type for p in parts), noun)]


def hardware(type_: str) -> str:
    """`p5.48xlarge, 8 × H100`; the type alone where the catalogue has no row for it."""
    try:
        gpu = instance(type_.removeprefix("ml.")).gpu
    except UnknownInstanceType:
        return type_
    return f"{type_}, {gpu.logical_count} × {gpu.name}" if gpu else type_


def served_model(_: Plan, face: PlannedResource, parts: list[PlannedResource]) -> Lines:
    scalers = [as_dict(p.inputs.get("spec")) for p in parts if p.type.endswith(":ScaledObject")]
    replicas = (
        span(scalers[0].get("minReplicaCount", 0), scalers[0].get("maxReplicaCount", "?"))
        if scalers
        else str(get_path(face.inputs, "spec", "replicas") or 1)
    )
    pod = get_path(face.inputs, "spec", "template", "spec") or get_path(
        face.inputs, "spec", "leaderWorkerTemplate", "workerTemplate", "spec"
    )
    gpus = gpus_of(pod)
    return [f"{replicas} replicas{f', {gpus} GPU each' if gpus else ''}"]


def gpus_of(pod: Json) -> int:
    """GPUs that the containers of a pod ask for."""
    asked = [get_path(container, "resources", "limits", GPU) for container in as_list(get_path(pod, "containers"))]
    return sum(int(n) for n in asked if str(n).isdigit())


def span(least: Json, most: Json) -> str:
    return f"{number(least)}" if least == most else f"{number(least)}–{number(most)}"


def number(value: Json) -> str:
    try:
        return f"{float(value):,.0f}"
    except (TypeError, ValueError):
        return "?"


def listed(told: list[str]) -> str:
    """`a, b × 2`: the same once, and of very many the first ones."""
    counts = Counter(told)
    shown = [f"{text} × {number}" if number > 1 else text for text, number in counts.items()]
    rest = len(shown) - MOST
    return f"{', '.join(shown[:MOST])} and {rest} more" if rest > 1 else ", ".join(shown)
