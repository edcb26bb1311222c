"""Writes `gpuplatform/catalog/data/api_limits.json`: what AWS's APIs accept of the properties that Pulumi sends them.

Enums, ranges, lengths and patterns are those of botocore's service models, in the words of JSON Schema. Needs no credentials.
"""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path
from typing import Any, Final

import botocore
import botocore.session

from gpuplatform.kinds.registry import all_kinds
from gpuplatform.ops.api_shapes import NOT_THE_SAME, STATED

DATA = Path(__file__).parent.parent / "catalog" / "data" / "api_limits.json"
COMMAND = "gpuplatform catalog refresh api-limits"

LIMITS: Final = {
    "string": ("minLength", "maxLength"),
    "list": ("minItems", "maxItems"),
    **dict.fromkeys(("integer", "long", "float", "double"), ("minimum", "maximum")),
}
"""What `min` and `max` of a botocore shape mean, by its type."""

TOO_MANY: Final = 400
"""An enum with more values is a catalogue of its own: EC2's instance types, which gpuplatform has as hardware."""

ANYTHING: Final = re.compile(r"\^?(\.\*|\[\\s\\S\]\*|\[\\S\\s\]\*|\.\+|\[\\s\\S\]\+)\$?")

Schema = dict[str, Any]


class Model:
    """Schemas of shapes, each made once; names are `service.Shape`."""

    def __init__(self) -> None:
        self._session: Any = botocore.session.get_session()
        self._services: dict[str, Any] = {}
        self.shapes: dict[str, Schema] = {}

    def named(self, name: str) -> Schema:
        """A reference to a shape; nothing where it limits nothing."""
        service, shape = name.split(".")
        return self.reference(service, self.shape(service, shape))

    def shape(self, service: str, name: str) -> Any:
        """botocore's own."""
        if service not in self._services:
            self._services[service] = self._session.get_service_model(service)
        return self._services[service].shape_for(name)

    def reference(self, service: str, shape: Any) -> Schema:
        name = f"{service}.{shape.name}"
        if name not in self.shapes:
            # What a recursive shape finds of itself meanwhile.
            self.shapes[name] = {}
            self.shapes[name] = {**self._schema(service, shape), **STATED.get(name, {})}
        return {"$ref": name}

    def _schema(self, service: str, shape: Any) -> Schema:
        if shape.type_name == "structure":
            own_name = f"{service}.{shape.name}"
            skipped = NOT_THE_SAME.get(own_name, ())
            return {
                "properties": {
                    camel(name): STATED.get(f"{own_name}.{name}") or self.reference(service, member)
                    for name, member in shape.members.items()
                    if name not in skipped
                }
            }
        own = _limits(shape)
        if shape.type_name == "list":
            return {**own, "items": self.reference(service, shape.member)}
        return {"values": self.reference(service, shape.value)} if shape.type_name == "map" else own


def _limits(shape: Any) -> Schema:
    """What a shape says of its own values."""
    given: dict[str, Any] = shape.metadata
    least, most = LIMITS.get(shape.type_name, ("", ""))
    found: Schema = {
        word: given[key] for word, key in ((least, "min"), (most, "max")) if word and isinstance(given.get(key), int)
    }
    if found.get("minLength") == 0 or found.get("minItems") == 0:
        found = {word: value for word, value in found.items() if value}
    if shape.type_name == "string" and 0 < len(given.get("enum", ())) <= TOO_MANY:
        found["enum"] = list(given["enum"])
    pattern = given.get("pattern", "")
    if pattern and not ANYTHING.fullmatch(pattern) and readable(pattern):
        found["pattern"] = pattern
    return found


def readable(pattern: str) -> bool:
    """Whether Python reads a pattern of Java's as Java does, and some value can match it: EC2's of a placement group's ARN begins
    a second time in the middle."""
    if "/^" in pattern or "\\p{" in pattern or "&&" in pattern or "[[" in pattern or "\\u" in pattern:
        return False
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def camel(name: str) -> str:
    """`AmiType` → `amiType`, `KMSKeyId` → `kmsKeyId`."""
    return re.sub(r"^[A-Z]+?(?=[A-Z][a-z]|$)|^[A-Z]", lambda m: m.group().lower(), name)


def document(today: datetime.date) -> dict[str, Any]:
    """The file's content from the installed botocore."""
    model = Model()
    resources: dict[str, Schema] = {}
    for token, row in sorted(all_kinds().items()):
        if row.api is None:
            continue
        properties: Schema = {}
        for name in row.api.shapes:
            shape = model.shapes[model.named(name)["$ref"]]
            properties = {**shape["properties"], **properties}
        renamed = {key: model.named(name) for key, name in row.api.renamed.items() if name not in STATED}
        stated = {key: STATED[name] for key, name in row.api.renamed.items() if name in STATED}
        # The provider takes tags as a map.
        resources[token] = {**properties, **renamed, **stated, **row.api.limits}
        resources[token].pop("tags", None)
    shapes = _that_limit(model.shapes)
    kept = {token: _kept(properties, shapes) for token, properties in resources.items()}
    reached = _reached(kept, shapes)
    return {
        "about": {
            "command": COMMAND,
            "source": f"service models of botocore {botocore.__version__}, and sentences of their documentation",
            "as_of": today.isoformat(),
        },
        "resources": kept,
        "shapes": {name: shapes[name] for name in sorted(reached)},
    }


def _that_limit(shapes: dict[str, Schema]) -> dict[str, Schema]:
    """Shapes that limit something, or hold one that does."""
    limiting = {
        name
        for name, schema in shapes.items()
        if schema.keys() - {"properties", "items", "values"}
        or any("$ref" not in member for member in schema.get("properties", {}).values())
    }
    while True:
        more = {n for n, s in shapes.items() if n not in limiting and limiting.intersection(_references(s))}
        if not more:
            break
        limiting |= more
    return {
        name: {
            word: _kept(value, limiting) if word == "properties" else value
            for word, value in shapes[name].items()
            if word not in ("items", "values") or value["$ref"] in limiting
        }
        for name in limiting
    }


def _kept(properties: Schema, limiting: Any) -> Schema:
    return {key: s for key, s in properties.items() if s.get("$ref", "") in limiting or (s and "$ref" not in s)}


def _references(schema: Schema) -> list[str]:
    inner = [schema, *(schema[w] for w in ("items", "values") if w in schema), *schema.get("properties", {}).values()]
    return [s["$ref"] for s in inner if "$ref" in s]


def _reached(resources: dict[str, Schema], shapes: dict[str, Schema]) -> set[str]:
    waiting = [s["$ref"] for properties in resources.values() for s in properties.values() if "$ref" in s]
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(_references(shapes[name]))
    return reached


def main() -> None:
    """Refreshes the file and says what it holds."""
    made = document(datetime.datetime.now(datetime.UTC).date())
    DATA.write_text(text(made), encoding="utf-8")
    print(f"{len(made['resources'])} resources, {len(made['shapes'])} shapes of AWS's APIs")


def text(made: dict[str, Any]) -> str:
    parts = (f'"about": {json.dumps(made["about"])}', *(_rows(part, made[part]) for part in ("resources", "shapes")))
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _rows(name: str, entries: dict[str, Schema]) -> str:
    """A line an entry, so that a refresh shows what changed."""
    rows = ",\n".join(
        f"  {json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in entries.items()
    )
    return f'"{name}": {{\n{rows}\n}}'
