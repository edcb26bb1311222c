"""Custom resources field by field, against the table of what this platform writes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any, Final, cast

from gpuplatform.catalog.custom_resource_fields import FIELDS, METADATA, Kubernetes
from gpuplatform.catalog.custom_resources import GROUPS
from gpuplatform.plan.model import SECRET, UNKNOWN, Json, Plan
from gpuplatform.plan.quantity import exact
from gpuplatform.plan.values import listing, mapping
from gpuplatform.preview.checking.check import Fault, Severity, check
from gpuplatform.preview.checks.kubernetes import cluster_version, custom_resources, structure, without_secrets

_DURATION: Final = re.compile(r"Never|0|(\d+(ms|s|m|h|d|w|y))+")

_WORDS: Final = {
    "text": "a text",
    "flag": "true or false",
    "whole": "a whole number",
    "quantity": "a quantity such as 8 or 20Gi",
    "duration": "a duration such as 5m",
    "share": "a number or a text",
}


@check(
    "custom-resource-field",
    Severity.ERROR,
    "Every field of a custom resource is one that is known, of the kind it takes.",
)
def custom_resource_field(plan: Plan) -> Iterator[Fault]:
    version = cluster_version(plan)
    for resource in custom_resources(plan):
        group_version, kind = resource.type.removeprefix("kubernetes:").rsplit(":", 1)
        fields, (group, _, own) = FIELDS.get(kind), group_version.partition("/")
        if fields is None or group not in GROUPS or GROUPS[group].kinds.get(kind) != own:
            continue
        known = {"apiVersion!": "text", "kind!": "text", "metadata": METADATA, **fields}
        for path, why in _wrong(resource.inputs, known, "", version):
            yield Fault(f"{resource.name}: {path}: {why}" if path else f"{resource.name}: {why}", resource)


def _wrong(value: Json, known: Any, path: str, version: str) -> Iterator[tuple[str, str]]:
    """Path and sentence of all that a value should not be; `known` is written as in the table."""
    if value in (SECRET, UNKNOWN) or known == "any":
        return
    if isinstance(known, Kubernetes):
        yield from _by_kubernetes(value, known.name, path, version)
    elif isinstance(known, dict):
        yield from _object(value, cast("dict[str, Any]", known), path, version)
    elif isinstance(known, list):
        if not isinstance(value, list):
            yield path, f"is {_seen(value)}, not a list"
        for index, inner in enumerate(listing(value)):
            yield from _wrong(inner, known[0], f"{path}[{index}]", version)
    elif isinstance(known, tuple) and value not in known:
        yield path, f"{_seen(value)} is none of {', '.join(cast('tuple[str, ...]', known))}"
    elif isinstance(known, str) and not _fits(value, known):
        yield path, f"is {_seen(value)}, not {_WORDS[known]}"


def _object(value: Json, known: dict[str, Any], path: str, version: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        yield path, f"is {_seen(value)}, not an object"
        return
    fields = {name.removesuffix("!"): inner for name, inner in known.items()}
    for key, inner in mapping(value).items():
        place = f"{path}.{key}" if path else key
        if (wanted := fields.get(key, fields.get("*"))) is not None:
            yield from _wrong(inner, wanted, place, version)
        else:
            near = difflib.get_close_matches(key, fields, n=1)
            told = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(fields))}"
            yield place, f"is no field of the catalogue; {told}"
    for name in known:
        if name.endswith("!") and name[:-1] not in value:
            yield path, f"{name[:-1]} is missing"


def _by_kubernetes(value: Json, name: str, path: str, version: str) -> Iterator[tuple[str, str]]:
    if not version:
        return
    for error in structure(version, name).iter_errors(without_secrets(value)):
        yield f"{path}{error.json_path.removeprefix('$')}", str(error.message)[:200]


def _fits(value: Json, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "flag"
    if kind == "text":
        return isinstance(value, str)
    if kind == "whole":
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if kind == "quantity":
        return exact(value) is not None
    if kind == "duration":
        return isinstance(value, str) and bool(_DURATION.fullmatch(value))
    return kind == "share" and isinstance(value, int | str)


def _seen(value: Json) -> str:
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "an object"
    return "nothing" if value is None else repr(value)[:60]
