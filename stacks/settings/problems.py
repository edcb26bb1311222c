"""Turns what pydantic found into sentences that name the key path, the value seen and what would be accepted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from stacks.settings.types import nearest

UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")
MISSING = ("missing", "missing_argument", "missing_keyword_only_argument")


def sentences(error: ValidationError, model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Each problem as a path below the section (`.pools.h100.buy[0].max`) and a sentence."""
    problems: list[ErrorDetails] = error.errors(include_url=False)
    for problem in problems:
        # A list whose item is wrong counts as too short as well: the item's own sentence is enough.
        echo = problem["type"] == "too_short" and any(
            p is not problem and p["loc"][: len(problem["loc"])] == problem["loc"] for p in problems
        )
        if not echo:
            path, holder, place = _follow(problem, model)
            yield (
                _folded(path, _reason(problem, holder), place)
                if problem["type"] == "value_error"
                else (
                    path,
                    _reason(problem, holder),
                )
            )


def _folded(path: str, sentence: str, place: Any) -> tuple[str, str]:
    """A law of a value names the field that breaks it first: that is the end of the path."""
    named = re.match(r"([a-z_]+)((?:\.[a-z_]+)*): (.+)", sentence, re.DOTALL)
    if named is None or not is_dataclass(place) or named[1] not in _keys(place):
        return path, sentence
    return f"{path}.{named[1]}{named[2]}", named[3]


def _follow(problem: ErrorDetails, model: type[BaseModel]) -> tuple[str, Any, Any]:
    """The path as one would write it, without the tags that pydantic adds for unions, the type that holds its end, and the type
    that stands there."""
    path, place, holder = "", model, model
    for step in problem["loc"]:
        holder = place
        tagged = isinstance(step, str) and _tagged(place, step)
        place = tagged or _inside(place, step)
        if not tagged:
            path += f"[{step}]" if isinstance(step, int) else f".{key(step)}"
    return path, holder, place


def _tagged(place: Any, tag: str) -> type[BaseModel] | None:
    """The member of a union that a tag names; None where the place is no union or has no such member."""
    models = [a for a in get_args(place) if isinstance(a, type) and issubclass(a, BaseModel)]
    literals = ((m, get_args(f.annotation)) for m in models for f in m.model_fields.values())
    return next((m for m, values in literals if tag in values), None)


def _inside(place: Any, step: str | int) -> Any:
    """The type one step further; the place is a model, a mapping, a tuple or a leaf."""
    if isinstance(place, type) and issubclass(place, BaseModel):
        field = place.model_fields.get(str(step))
        return _plain(field.annotation) if field else None
    if isinstance(place, type) and is_dataclass(place):
        hint = get_type_hints(place).get(str(step))
        return _plain(hint) if hint else None
    arguments = get_args(place)
    if get_origin(place) is dict:
        return _plain(arguments[1])
    return _plain(arguments[0]) if get_origin(place) is tuple else None


def _plain(annotation: Any) -> Any:
    """Without Annotated and without `| None`."""
    if hasattr(annotation, "__metadata__"):
        return _plain(annotation.__origin__)
    some = [a for a in get_args(annotation) if a is not type(None)]
    return _plain(some[0]) if type(None) in get_args(annotation) and len(some) == 1 else annotation


def _reason(problem: ErrorDetails, holder: Any) -> str:
    kind, seen, about = problem["type"], problem["input"], problem.get("ctx", {})
    last = str(problem["loc"][-1]) if problem["loc"] else ""
    message = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if kind in UNKNOWN_KEY:
        known = _keys(holder)
        return f"unknown key; {nearest(last, known)}" if known else "unknown key"
    if kind in MISSING:
        return f"is missing{_expected(holder, last)}"
    if kind == "value_error":
        return message
    if kind.startswith("union_tag"):
        return f"runs_on: {shown(seen.get('runs_on'))} is unknown; accepted: eks, sagemaker"
    if kind == "string_pattern_mismatch":
        return f"{shown(seen)} is not accepted{_expected(holder, last)}"
    if kind == "string_type":
        return f"{shown(seen)} is not text; put it in quotes"
    if kind == "too_short":
        return f"has {about['actual_length']} of the {about['min_length']} that are needed{_expected(holder, last)}"
    if kind in ("enum", "literal_error"):
        return f"{shown(seen)} is not accepted; one of {about['expected']}"
    return f"{shown(seen)} {message}"


def _keys(holder: Any) -> list[str]:
    known: dict[str, Any] = getattr(holder, "model_fields", None) or getattr(holder, "__dataclass_fields__", {})
    return list(known)


def _expected(holder: Any, name: str) -> str:
    """The key's own description, where it has one."""
    field = holder.model_fields.get(name) if isinstance(holder, type) and issubclass(holder, BaseModel) else None
    return f"; expected: {field.description}" if field and field.description else ""


def key(name: str) -> str:
    """A key as one would write it; one with odd characters in quotes, so that a sentence stays one line."""
    return name if re.fullmatch(r"[\w.:-]+", name) else json.dumps(name)


def shown(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
