"""What no plan is, whatever its form: text that cannot be written again, and resources that wait for themselves."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Final, NoReturn

from gpuplatform.plan.graph import circle, creation_waits
from gpuplatform.plan.model import Json, Plan
from gpuplatform.preview.record.readers.shape import UnreadableError, shown

DEEPEST: Final = 100
"""Levels of values in values, and of components in components. What people write stays below 30; Python gives up at some hundreds."""


def parsed(content: bytes) -> Json:
    """The document in a text of any of JSON's encodings. Raises ValueError where it is none, or could not be written again."""
    try:
        document: Json = json.loads(content, parse_constant=_not_a_number, parse_float=_number)
    except RecursionError as error:
        raise ValueError(f"values nested deeper than {DEEPEST} levels") from error
    level: list[Json] = [document]
    for _ in range(DEEPEST):
        # A character that is half of one can be read, and can be written into no file.
        "".join(item for item in level if isinstance(item, str)).encode()
        level = [inner for item in level for inner in _inside(item)]
        if not level:
            return document
    raise ValueError(f"values nested deeper than {DEEPEST} levels")


def _inside(value: Json) -> list[Json]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return value if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType]


def _number(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _not_a_number(text)


def _not_a_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")


def refuse_impossible(plan: Plan) -> None:
    """Raises UnreadableError where a URN stands twice, or resources wait for one another."""
    twice = [urn for urn, count in Counter(r.urn for r in plan.resources).items() if count > 1]
    if twice:
        raise UnreadableError(f"{shown(twice[0])} stands in it twice; no two resources share a URN")
    parents = {r.urn: {r.parent} if r.parent in plan.by_urn else set[str]() for r in plan.resources}
    if found := circle(parents):
        raise UnreadableError(f"resources are parts of themselves: {_round(found)}")
    depth: dict[str, int] = {}
    for resource in plan.resources:
        way = [resource.urn]
        while way[-1] not in depth and parents[way[-1]]:
            way.append(*parents[way[-1]])
        for urn in reversed(way):
            depth[urn] = depth.get(urn, depth.get(next(iter(parents[urn]), ""), 0) + 1)
        if depth[resource.urn] > DEEPEST:
            raise UnreadableError(f"{shown(resource.urn)} is a part within more than {DEEPEST} components")
    if found := circle(creation_waits(plan)):
        raise UnreadableError(f"resources wait for one another: {_round(found)}")


def _round(urns: list[str]) -> str:
    told = [shown(urn) for urn in [*urns, urns[0]]]
    return " → ".join(told if len(told) <= 6 else [*told[:4], "…", told[-1]])
