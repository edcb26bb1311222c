"""Reading JSON whose shape is whatever the program sent: what is not there, or of another kind, is empty."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import cast

from gpuplatform.plan.model import Json


def as_dict(value: Json) -> dict[str, Json]:
    return cast("dict[str, Json]", value) if isinstance(value, dict) else {}


def as_list(value: Json) -> list[Json]:
    return cast("list[Json]", value) if isinstance(value, list) else []


def get_path(value: Json, *path: str) -> Json:
    """The value some keys further down, or None."""
    for key in path:
        value = as_dict(value).get(key)
    return value


def parse_json(text: Json) -> Json:
    """What a JSON document in a text says; None where it is none."""
    try:
        return json.loads(str(text))
    except ValueError:
        return None


def leaves(value: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    """Every value that is neither list nor object, with its path: `spec.containers[0].image`."""
    if isinstance(value, dict):
        for key, inner in as_dict(value).items():
            yield from leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, inner in enumerate(as_list(value)):
            yield from leaves(inner, f"{path}[{index}]")
    else:
        yield path, value


def strings(value: Json) -> Iterator[str]:
    """Every text within a value."""
    return (leaf for _, leaf in leaves(value) if isinstance(leaf, str))
