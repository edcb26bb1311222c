"""Writes what editors and readers use of the settings: the JSON Schema and the reference page. Run by `make schema`."""

from __future__ import annotations

import ast
import inspect
import json
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from stacks.settings.reader import OPTIONAL, SECTIONS

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "docs" / "settings.schema.json"
REFERENCE = ROOT / "docs" / "settings.md"
PROJECT = "gpuplatform"


class Described(GenerateJsonSchema):
    """A schema with the text below each field as its description."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        return _described(super().model_schema(schema), schema["cls"])

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        return _described(super().dataclass_schema(schema), schema["cls"])


def _described(schema: JsonSchemaValue, model: type) -> JsonSchemaValue:
    """With descriptions from the model's source, where a type does not bring its own."""
    tree = ast.parse(Path(str(sys.modules[model.__module__].__file__)).read_text(encoding="utf-8"))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == model.__name__)
    for field, below in pairwise(body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                schema["properties"][name].setdefault("description", inspect.cleandoc(text))
            case _:
                pass
    return schema


def schema() -> dict[str, Any]:
    """JSON Schema of a `Pulumi.<environment>.yaml`."""
    definitions: dict[str, Any] = {}
    sections: dict[str, Any] = {
        "aws:region": {"type": "string", "description": "Region of everything in this environment."},
        "aws:allowedAccountIds": {
            "type": "array",
            "items": {"type": "string", "pattern": r"^\d{12}$"},
            "minItems": 1,
            "maxItems": 1,
            "description": "The one account that this environment may touch.",
        },
    }
    for name, model in SECTIONS.items():
        made = model.model_json_schema(ref_template="#/$defs/{model}", schema_generator=Described)
        definitions |= made.pop("$defs", {})
        sections[f"{PROJECT}:{name}"] = made
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of one environment",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": sections,
                "required": [key for key in sections if key.partition(":")[2] not in OPTIONAL],
                "additionalProperties": False,
            },
            "secretsprovider": {"type": "string"},
            "encryptionsalt": {"type": "string"},
            "encryptedkey": {"type": "string"},
        },
        "required": ["config"],
        "additionalProperties": False,
        "$defs": dict(sorted(definitions.items())),
    }


def reference() -> str:
    """The settings reference as Markdown, from the model alone."""
    document = schema()
    lines = [
        "# Settings",
        "",
        "One file an environment, `Pulumi.<environment>.yaml`; one key a layer. Written by `make schema` from the models in",
        "`stacks/settings/`; edit those.",
        "",
        "| key | type | default | meaning |",
        "|---|---|---|---|",
        *(
            _row(key, spec, document)
            for key, spec in document["properties"]["config"]["properties"].items()
            if key.startswith("aws:")
        ),
    ]
    for name in SECTIONS:
        key = f"{PROJECT}:{name}"
        section = document["properties"]["config"]["properties"][key]
        lines += ["", f"## `{key}`", "", section.get("description", ""), "", *_table(section, document)]
    used = _in_order_of_use(document)
    for name in used:
        spec = document["$defs"][name]
        if "properties" in spec:
            lines += ["", f"### {name}", "", spec.get("description", ""), "", *_table(spec, document)]
    return "\n".join(lines) + "\n"


def _in_order_of_use(document: dict[str, Any]) -> list[str]:
    found: dict[str, None] = {}

    def walk(node: Any) -> None:
        for name in _references(node):
            if name not in found:
                found[name] = None
                walk(document["$defs"][name])

    walk(document["properties"])
    return list(found)


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():  # pyright: ignore[reportUnknownVariableType]
            if key == "$ref" and isinstance(value, str):
                yield value.rsplit("/", 1)[-1]
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for item in node:  # pyright: ignore[reportUnknownVariableType]
            yield from _references(item)


def _table(spec: dict[str, Any], document: dict[str, Any]) -> list[str]:
    rows = [
        _row(key, value, document, required=key in spec.get("required", []))
        for key, value in spec.get("properties", {}).items()
    ]
    return ["| key | type | default | meaning |", "|---|---|---|---|", *rows]


def _row(key: str, spec: dict[str, Any], document: dict[str, Any], *, required: bool = True) -> str:
    empty: Any = {} if spec.get("type") == "object" else None
    default = "required" if required and "default" not in spec else f"`{json.dumps(spec.get('default', empty))}`"
    meaning = " ".join(str(spec.get("description", "")).split()).replace("|", "\\|")
    return f"| `{key}` | {_type(spec, document)} | {default} | {meaning} |"


def _type(spec: dict[str, Any], document: dict[str, Any]) -> str:
    if "$ref" in spec:
        name = spec["$ref"].rsplit("/", 1)[-1]
        target = document["$defs"][name]
        return _type(target, document) if "enum" in target else f"[{name}](#{name.lower()})"
    if "enum" in spec or "const" in spec:
        return ", ".join(f"`{v}`" for v in spec.get("enum", [spec.get("const")]))
    if "anyOf" in spec or "oneOf" in spec:
        return " or ".join(_type(s, document) for s in spec.get("anyOf") or spec["oneOf"])
    of = _contained(spec)
    if of is not None:
        return f"{'list' if spec['type'] == 'array' else 'map'} of {_type(of, document)}"
    kind: str = spec.get("type", "any")
    kind = "nothing" if kind == "null" else kind
    return f"{kind} ({spec['format']})" if "format" in spec else kind


def _contained(spec: dict[str, Any]) -> dict[str, Any] | None:
    """What a list or a map holds; None for anything else."""
    values: list[Any] = [
        *spec.get("patternProperties", {}).values(),
        spec.get("items"),
        spec.get("additionalProperties"),
    ]
    return next((cast("dict[str, Any]", v) for v in values if isinstance(v, dict)), None)


def main() -> None:
    SCHEMA.parent.mkdir(exist_ok=True)
    SCHEMA.write_text(json.dumps(schema(), indent=2) + "\n")
    REFERENCE.write_text(reference())


if __name__ == "__main__":
    main()
