"""What AWS's APIs accept of the properties that Pulumi sends them: values, ranges, lengths and patterns.

`data/api_limits.json` is written by `gpuplatform.ops.refresh_api_limits` and says source and date. The provider renames some
properties in ways that change no meaning (a list is plural, an only entry stands alone); these are read through.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

DATA = Path(__file__).parent / "data" / "api_limits.json"

Schema = Mapping[str, Any]


def wrong(token: str, inputs: Mapping[str, Any], unread: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Path and sentence of each value that the API of a resource type would refuse; `unread` stand for values not known."""
    properties = _document()["resources"].get(token, {})
    for key, value in inputs.items():
        if schema := _property(properties, key):
            yield from _value(value, schema, key, unread)


def _value(value: Any, schema: Schema, path: str, unread: Collection[str]) -> Iterator[tuple[str, str]]:
    schema = _document()["shapes"].get(schema.get("$ref"), schema)
    if value is None or (isinstance(value, str) and value in unread):
        return
    if isinstance(value, list):
        yield from _list(cast("list[Any]", value), schema, path, unread)
    elif isinstance(value, dict):
        yield from _object(cast("dict[str, Any]", value), schema, path, unread)
    elif "items" in schema:
        yield from _value(value, schema["items"], path, unread)
    elif not isinstance(value, bool):
        yield from ((path, why) for why in _scalar(value, schema))


def _list(values: list[Any], schema: Schema, path: str, unread: Collection[str]) -> Iterator[tuple[str, str]]:
    # A structure that the provider takes a list of: each entry is one.
    inner = schema.get("items", schema if "properties" in schema else {})
    if "items" in schema:
        least, most = schema.get("minItems", 0), schema.get("maxItems", len(values))
        if not least <= len(values) <= most:
            yield path, f"has {len(values)} entries; AWS takes {_between(least, schema.get('maxItems'))}"
    for index, value in enumerate(values):
        yield from _value(value, inner, f"{path}[{index}]", unread)


def _object(value: dict[str, Any], schema: Schema, path: str, unread: Collection[str]) -> Iterator[tuple[str, str]]:
    if "items" in schema:
        yield from _value(value, schema["items"], path, unread)
    for key, inner in value.items():
        known = schema.get("values") or _property(schema.get("properties", {}), key)
        if known:
            yield from _value(inner, known, f"{path}.{key}", unread)


def _scalar(value: Any, schema: Schema) -> Iterator[str]:
    if "enum" in schema and not _listed(value, schema["enum"]):
        near = difflib.get_close_matches(str(value), map(str, schema["enum"]), n=1)
        known = ", ".join(map(str, schema["enum"][:12])) + (", …" if len(schema["enum"]) > 12 else "")
        yield f"AWS knows no {value!r}; {f'did you mean {near[0]}?' if near else f'it knows {known}'}"
    if ("minimum" in schema or "maximum" in schema) and (number := _number(value)) is not None:
        least, most = schema.get("minimum"), schema.get("maximum")
        if (least is not None and number < least) or (most is not None and number > most):
            yield f"is {value}; AWS takes {_between(least, most)}"
    if isinstance(value, str):
        least, most = schema.get("minLength", 0), schema.get("maxLength")
        if len(value) < least or (most is not None and len(value) > most):
            yield f"has {len(value):,} characters; AWS takes {_between(least, most)}"
        elif "pattern" in schema and not re.fullmatch(schema["pattern"], value):
            yield f"{value[:80]!r} does not match {schema['pattern']}"


def _listed(value: Any, known: list[Any]) -> bool:
    """Texts of numbers count as the numbers; the provider takes some numbers as text."""
    return value in known or (isinstance(value, float) and value.is_integer() and int(value) in known)


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _between(least: Any, most: Any) -> str:
    if most is None:
        return f"{least:,} or more"
    return f"{least:,} to {most:,}" if least else f"at most {most:,}"


def _property(properties: Schema, key: str) -> Schema | None:
    if key in properties:
        return properties[key]
    lower = key.lower()
    for other in (lower, f"{lower}s", lower.removesuffix("s")):
        for name, schema in properties.items():
            if name.lower() == other:
                return schema
    return None


@cache
def _document() -> dict[str, Any]:
    return json.loads(DATA.read_text(encoding="utf-8"))
