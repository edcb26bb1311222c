"""Custom resources field by field, against the definitions of the projects that bring them."""

from __future__ import annotations

import contextlib
import difflib
import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from gpuplatform.catalog.custom_resource_fields import METADATA, Node, fields
from gpuplatform.plan.model import SECRET, UNKNOWN, Json, Plan
from gpuplatform.plan.quantity import exact
from gpuplatform.plan.values import as_dict, as_list
from gpuplatform.preview.checking.check import Severity, Violation, check
from gpuplatform.preview.checks.kubernetes import cluster_version, custom_resources, structure, without_secrets

_WORDS: Final = {
    "text": "a string",
    "flag": "true or false",
    "whole": "an integer",
    "number": "a number",
    "quantity": "a quantity such as 8 or 20Gi",
    "share": "an integer or a string",
}
_OF_DURATIONS: Final = re.compile(r"\(?(ns|us|ms|s|m|h)\|(ns|us|ms|s|m|h)")
"""By which a pattern of durations is known: its units."""


@check(
    "custom-resource-field",
    Severity.ERROR,
    "Every field of a custom resource is one that is known, of the kind it takes.",
)
def custom_resource_field(plan: Plan) -> Iterator[Violation]:
    version = cluster_version(plan)
    for resource in custom_resources(plan):
        group_version, kind = resource.type.removeprefix("kubernetes:").rsplit(":", 1)
        own = fields(group_version, kind)
        if own is None:
            continue
        known = {**own, "object": {"apiVersion": "text", "kind": "text", "metadata": METADATA, **own["object"]}}
        for path, why in _wrong(resource.inputs, known, "", version):
            yield Violation(f"{resource.name}: {path}: {why}" if path else f"{resource.name}: {why}", resource)


def _wrong(value: Json, known: Node, path: str, version: str) -> Iterator[tuple[str, str]]:
    """Path and sentence of all that a value should not be."""
    if value in (SECRET, UNKNOWN) or known == "any":
        return
    whole = as_dict(known)
    word, content = next(iter(whole.items())) if whole else (str(known), None)
    match word:
        case "kubernetes":
            yield from _by_kubernetes(value, str(content), path, version)
        case "object":
            yield from _object(value, known, path, version)
        case "map" | "list":
            yield from _several(value, word, content, path, version)
        case _:
            if why := _no_leaf(value, word, content):
                yield path, why


def _several(value: Json, word: str, content: Node, path: str, version: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict if word == "map" else list):
        yield path, f"is {_seen(value)}, not {'an object' if word == 'map' else 'a list'}"
    elif word == "map":
        for key, inner in as_dict(value).items():
            yield from _wrong(inner, content, f"{path}.{key}", version)
    else:
        for index, inner in enumerate(as_list(value)):
            yield from _wrong(inner, content, f"{path}[{index}]", version)


def _no_leaf(value: Json, word: str, content: Node) -> str:
    """Why a value is not what a single one should be; empty where it is."""
    if word == "enum":
        accepted = as_list(content)
        return "" if value in accepted else f"{_seen(value)} is none of {', '.join(map(str, accepted))}"
    if word == "pattern":
        if isinstance(value, str) and _matches(str(content), value):
            return ""
        wanted = "a duration such as 5m" if _OF_DURATIONS.search(str(content)) else f"of the form {content}"
        return f"is {_seen(value)}, not {wanted}"
    if not _fits(value, word):
        return f"is {_seen(value)}, not {_WORDS[word]}"
    accepted = _accepted(value, as_dict(content))
    return f"is {_seen(value)}; accepted: {accepted}" if accepted else ""


def _object(value: Json, known: Node, path: str, version: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        yield path, f"is {_seen(value)}, not an object"
        return
    own = as_dict(known["object"])
    for key, inner in as_dict(value).items():
        place = f"{path}.{key}" if path else key
        if key in own:
            yield from _wrong(inner, own[key], place, version)
        else:
            near = difflib.get_close_matches(key, own, n=1)
            told = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(own))}"
            yield place, f"is no field of the catalogue; {told}"
    for name in as_list(as_dict(known).get("required")):
        if name not in value:
            yield path, f"{name} is missing"


def _by_kubernetes(value: Json, name: str, path: str, version: str) -> Iterator[tuple[str, str]]:
    if not version:
        return
    for error in structure(version, name).iter_errors(without_secrets(value)):
        yield f"{path}{error.json_path.removeprefix('$')}", str(error.message)[:200]


@cache
def _pattern(written: str) -> re.Pattern[str] | None:
    """None where it is one that Python does not read: definitions are written for Go."""
    flags, _, rest = written.partition("(?i)")
    with contextlib.suppress(re.error):
        return re.compile(f"{flags}{rest}", re.IGNORECASE if rest else 0)
    return None


def _matches(written: str, value: str) -> bool:
    pattern = _pattern(written)
    return pattern is None or pattern.search(value) is not None


def _accepted(value: Json, bounds: dict[str, Json]) -> str:
    """The bounds that a number is out of; empty where it is within."""
    least, most = bounds.get("minimum"), bounds.get("maximum")
    if (least is None or value >= least) and (most is None or value <= most):
        return ""
    return (
        f"{least} to {most}" if None not in (least, most) else f"{least} or more" if most is None else f"{most} or less"
    )


def _fits(value: Json, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "flag"
    match kind:
        case "text":
            return isinstance(value, str)
        case "whole":
            return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        case "number":
            return isinstance(value, int | float)
        case "quantity":
            return exact(value) is not None
        case _:
            return kind == "share" and isinstance(value, int | str)


def _seen(value: Json) -> str:
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "an object"
    return "nothing" if value is None else repr(value)[:60]
