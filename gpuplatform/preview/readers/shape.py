"""Reading documents of others: each value as the kind it should be, or an error that names its place."""

from __future__ import annotations

from typing import cast

from gpuplatform.preview.plan import Json


class UnreadableError(Exception):
    """A file that holds no plan. The message is one sentence."""


def text(entry: dict[str, Json], key: str, place: str) -> str:
    """A text that must be there."""
    value = entry.get(key)
    if not isinstance(value, str):
        raise UnreadableError(f"{place}: {key}: {value!r} is not a text")
    return value


def texts(entry: dict[str, Json], key: str, place: str) -> tuple[str, ...]:
    """A list of texts; empty where there is none."""
    value: Json = entry.get(key) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in cast("list[Json]", value)):
        raise UnreadableError(f"{place}: {key}: {value!r} is not a list of texts")
    return tuple(cast("list[str]", value))


def mapping(entry: dict[str, Json], key: str, place: str) -> dict[str, Json]:
    """An object; empty where there is none."""
    value: Json = entry.get(key) or {}
    if not isinstance(value, dict):
        raise UnreadableError(f"{place}: {key}: {value!r} is not an object")
    return cast("dict[str, Json]", value)


def entries(document: dict[str, Json], key: str) -> list[tuple[str, dict[str, Json]]]:
    """A list of objects, each with its place: `resources[3]`."""
    value: Json = document.get(key) or []
    if not isinstance(value, list):
        raise UnreadableError(f"{key}: {value!r} is not a list")
    found: list[tuple[str, dict[str, Json]]] = []
    for index, item in enumerate(cast("list[Json]", value)):
        if not isinstance(item, dict):
            raise UnreadableError(f"{key}[{index}]: {item!r} is not an object")
        found.append((f"{key}[{index}]", cast("dict[str, Json]", item)))
    return found
