"""Where the inputs of a resource differ, and whether a change can be made in place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from gpuplatform.kinds.registry import immutable
from gpuplatform.plan.model import UNKNOWN, Json, PlannedResource
from gpuplatform.plan.values import as_dict, as_list

ABSENT: Final = None
TAGS: Final = ("tags", "tagsAll")


@dataclass(frozen=True, slots=True)
class Change:
    """One value: `path` as in `spec.containers[0].image`; None where it is not there."""

    path: str
    before: Json
    after: Json
    replaces: bool | None
    """None: nothing is known of the type."""


def changes(old: PlannedResource, new: PlannedResource, inputs: dict[str, Json]) -> tuple[Change, ...]:
    """Values that differ between a resource and its newer self, whose inputs are given with what is unknown in them."""
    return tuple(
        Change(path, before, after, replaces(new, path, before, after))
        for path, before, after in differing(dict(old.inputs), inputs)
        if not any(_within(path, ignored) for ignored in new.ignore_changes)
    )


def replaces(resource: PlannedResource, path: str, before: Json, after: Json) -> bool | None:
    """Whether a change of one value replaces the resource; None where nothing is known of its type."""
    if any(_within(path, p) for p in resource.replace_on_changes):
        return True
    rows = immutable(resource.type)
    if rows is None:
        return None
    return any(
        (_within(path, kept) or (kept == "*" and path.partition(".")[0] not in TAGS))
        and _applies(row.when, before, after)
        for row in rows
        for kept in row.properties
    )


def _applies(when: str, before: Json, after: Json) -> bool:
    if when == "removed":
        return after is ABSENT
    if when == "decreases":
        return _number(after) < _number(before)
    return True


def _number(value: Json) -> Decimal:
    text = str(value)
    return Decimal(text) if re.fullmatch(r"\d+(\.\d+)?", text) else Decimal(0)


def _within(path: str, property_: str) -> bool:
    """Whether a path is a property or below it; indexes do not count. A property may name a key: `labels["a.b/c"]`."""
    plain = re.sub(r"\[[^\]]*\]", "", path)
    property_ = re.sub(r'\["([^"]*)"\]', r".\1", property_)
    return plain == property_ or plain.startswith(f"{property_}.")


def differing(old: Json, new: Json, path: str = "") -> Iterator[tuple[str, Json, Json]]:
    """Values that differ, with their paths."""
    if UNKNOWN in (old, new) or _same(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        before, after = as_dict(old), as_dict(new)
        for key in sorted({*before, *after}):
            yield from differing(before.get(key), after.get(key), f"{path}.{key}" if path else key)
    elif isinstance(old, list) and isinstance(new, list) and len(as_list(old)) == len(as_list(new)):
        for index, (before, after) in enumerate(zip(as_list(old), as_list(new), strict=True)):
            yield from differing(before, after, f"{path}[{index}]")
    else:
        yield path, old, new


def _same(old: Json, new: Json) -> bool:
    """Whether two values are one and the same to a provider: JSON documents by what they say, numbers by their value."""
    if old == new:
        return True
    if isinstance(old, str) and isinstance(new, str) and old[:1] in "{[" and new[:1] in "{[":
        try:
            return _same_document(json.loads(old), json.loads(new))
        except ValueError:
            return False
    plain = (str, int, float)
    return isinstance(old, plain) and isinstance(new, plain) and type(old) is not type(new) and _text(old) == _text(new)


def _same_document(old: Json, new: Json) -> bool:
    return not any(True for _ in differing(old, new))


def _text(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
