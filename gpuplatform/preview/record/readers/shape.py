"""Reading documents of others: each value as the kind it should be, or an error that names its place."""

from __future__ import annotations

from typing import Final, cast

from gpuplatform.plan.model import Json

LONGEST: Final = 200
"""Characters of a value in an error; a URN is shorter."""


class UnreadableError(Exception):
    """A file that holds no plan. The message is one sentence."""


def shown(value: Json) -> str:
    """A value that is not what it should be, in a few words, whatever its size."""
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def string(entry: dict[str, Json], key: str, place: str) -> str:
    """A string that must be there."""
    value = entry.get(key)
    if not isinstance(value, str):
        raise UnreadableError(f"{place}: {key}: {shown(value)} is not a string")
    return value


def strings(entry: dict[str, Json], key: str, place: str) -> tuple[str, ...]:
    """A list of strings; empty where there is none."""
    value: Json = entry.get(key) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in cast("list[Json]", value)):
        raise UnreadableError(f"{place}: {key}: {shown(value)} is not a list of strings")
    return tuple(cast("list[str]", value))


def mapping(entry: dict[str, Json], key: str, place: str) -> dict[str, Json]:
    """An object; empty where there is none."""
    value: Json = entry.get(key) or {}
    if not isinstance(value, dict):
        raise UnreadableError(f"{place}: {key}: {shown(value)} is not an object")
    return cast("dict[str, Json]", value)


def entries(document: dict[str, Json], key: str) -> list[tuple[str, dict[str, Json]]]:
    """A list of objects, each with its place: `resources[3]`."""
    value: Json = document.get(key) or []
    if not isinstance(value, list):
        raise UnreadableError(f"{key}: {shown(value)} is not a list")
    found: list[tuple[str, dict[str, Json]]] = []
    for index, item in enumerate(cast("list[Json]", value)):
        if not isinstance(item, dict):
            raise UnreadableError(f"{key}[{index}]: {shown(item)} is not an object")
        found.append((f"{key}[{index}]", cast("dict[str, Json]", item)))
    return found
