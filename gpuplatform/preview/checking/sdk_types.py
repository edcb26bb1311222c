"""What the installed SDKs accept: the input types of a resource, walked to any depth.

`pulumi._types` is where the SDK keeps the names and types of its input classes; it is private, and
tests/preview/checking/test_sdk_types.py guards what is used of it.
"""

from __future__ import annotations

import difflib
import importlib
import inspect
import json
import types
import typing
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Any, Final, Literal, cast

import pulumi
from pulumi import _types  # pyright: ignore[reportPrivateUsage]  (no public reader of input types)

from gpuplatform.plan.model import SECRET, UNKNOWN, Json
from gpuplatform.preview.checking.check import FieldViolation

_OPAQUE: Final = (Any, object, pulumi.Asset, pulumi.Archive, pulumi.Resource, inspect.Parameter.empty)


@dataclass(slots=True)
class _Shape:
    """What a value may be: any of these."""

    anything: bool = False
    scalars: set[type] = field(default_factory=set[type])
    values: set[Json] = field(default_factory=set[Json])
    """Members of enums and literals."""
    element: Any = None
    """Type of a list's elements; None if it may not be a list."""
    entry: Any = None
    """Type of a map's values."""
    objects: list[type] = field(default_factory=list[type])


@cache
def input_class(token: str) -> type | None:
    """The SDK's class of a resource's arguments; None for components of ours and custom resources of Kubernetes."""
    package, _, rest = token.partition(":")
    module, _, name = rest.partition(":")
    if token.startswith("pulumi:providers:"):
        package, module, name = name, "", "Provider"
    try:
        sdk = importlib.import_module(_module(package, module))
    except ModuleNotFoundError:
        return None
    resource = getattr(sdk, name, None)
    if resource is None or getattr(resource, "pulumi_type", token) != token:
        return None
    return getattr(sdk, f"{name}InitArgs", None) or getattr(sdk, f"{name}Args", None)


def _module(package: str, module: str) -> str:
    """`aws`, `sqs/queue` → `pulumi_aws.sqs`; `kubernetes`, `storage.k8s.io/v1` → `pulumi_kubernetes.storage.v1`."""
    first, _, version = module.partition("/")
    if package == "kubernetes" and version:
        return f"pulumi_kubernetes.{first.partition('.')[0]}.{version}"
    if first in ("", "index"):
        return f"pulumi_{package}"
    return f"pulumi_{package}.{first}{'_' if first == 'lambda' else ''}"


def input_violations(token: str, inputs: Mapping[str, Json]) -> Iterator[FieldViolation]:
    """Everything in a resource's inputs that the SDK's types do not allow; nothing where the SDK has no types for it."""
    arguments = input_class(token)
    if arguments is not None:
        given = _decoded(inputs, arguments) if token.startswith("pulumi:providers:") else _as_given(token, inputs)
        yield from _object(given, arguments, "", required=False)


def _as_given(token: str, inputs: Mapping[str, Json]) -> Mapping[str, Json]:
    """Without what pulumi-aws itself writes into a state's inputs: the tags with those of the provider."""
    return {k: v for k, v in inputs.items() if k != "tagsAll"} if token.startswith("aws:") else inputs


def _decoded(inputs: Mapping[str, Json], arguments: type) -> dict[str, Json]:
    """A provider's inputs travel as JSON documents, all but those that are strings themselves."""
    known = properties(arguments)
    return {
        key: _parsed(value) if isinstance(value, str) and str not in _shape(known.get(key, Any)).scalars else value
        for key, value in inputs.items()
    }


def _parsed(text: str) -> Json:
    try:
        return json.loads(text)
    except ValueError:
        return text


@cache
def properties(arguments: type) -> dict[str, Any]:
    """Name on the wire → type."""
    return _types.input_type_types(arguments)


def is_map(type_: Any) -> bool:
    """Whether a property takes a map of values."""
    return type_ is not None and _shape(type_).entry is not None


@cache
def _required(arguments: type) -> frozenset[str]:
    names = _types.input_type_py_to_pulumi_names(arguments)
    parameters = list(inspect.signature(arguments).parameters.values())
    return frozenset(names.get(p.name, p.name) for p in parameters if p.default is inspect.Parameter.empty)


def _object(
    value: Mapping[str, Json], arguments: type, path: str, *, required: bool = True
) -> Iterator[FieldViolation]:
    known = properties(arguments)
    for key, inner in value.items():
        place = f"{path}.{key}" if path else key
        if key in known:
            yield from _value(inner, known[key], place)
        else:
            yield FieldViolation(place, f"unknown property; {_nearest(key, known)}")
    if required:
        for key in sorted(_required(arguments) - value.keys()):
            yield FieldViolation(path, f"{key} is missing")


def _value(value: Json, type_: Any, path: str) -> Iterator[FieldViolation]:
    shape = _shape(type_)
    if shape.anything or value in (None, SECRET, UNKNOWN):
        return
    if isinstance(value, dict):
        yield from _structure(cast("dict[str, Json]", value), shape, path)
    elif isinstance(value, list):
        if shape.element is None:
            yield FieldViolation(path, f"is a list, not {_describe(shape)}")
        else:
            for index, inner in enumerate(cast("list[Json]", value)):
                yield from _value(inner, shape.element, f"{path}[{index}]")
    elif value not in shape.values and not _scalar_fits(value, shape):
        yield FieldViolation(path, f"{value!r} is not {_describe(shape)}")
    elif shape.values and value not in shape.values and not _protocol(value, shape):
        yield FieldViolation(path, f"{value!r} is not one of {_some(shape.values)}", enum=True)


def _protocol(value: Json, shape: _Shape) -> bool:
    """Whether it is a protocol of IP by its number, or `-1` for all of them, which EC2 takes and the SDK's enum does not list (EC2 API
    reference, IpPermission)."""
    return {"tcp", "udp", "icmp"} <= shape.values and (str(value) == "-1" or str(value).isdigit())


def _structure(value: dict[str, Json], shape: _Shape, path: str) -> Iterator[FieldViolation]:
    if shape.entry is not None:
        for key, inner in value.items():
            yield from _value(inner, shape.entry, f"{path}.{key}")
    elif len(shape.objects) == 1:
        yield from _object(value, shape.objects[0], path)
    elif shape.objects:
        attempts = [list(_object(value, one, path)) for one in shape.objects]
        yield from min(attempts, key=len)
    else:
        yield FieldViolation(path, f"is an object, not {_describe(shape)}")


def _scalar_fits(value: Json, shape: _Shape) -> bool:
    if isinstance(value, bool):
        return bool in shape.scalars
    if isinstance(value, int):
        return int in shape.scalars or float in shape.scalars
    return type(value) in shape.scalars


@cache
def _shape(type_: Any) -> _Shape:
    shape = _Shape()
    for member in _members(type_):
        origin, arguments = typing.get_origin(member), typing.get_args(member)
        if member in _OPAQUE or (inspect.isclass(member) and issubclass(member, (pulumi.Asset, pulumi.Archive))):
            shape.anything = True
        elif origin is Literal:
            shape.values.update(arguments)
        elif inspect.isclass(member) and issubclass(member, Enum):
            shape.values.update(entry.value for entry in member)
        elif inspect.isclass(member) and _types.is_input_type(member):
            shape.objects.append(member)
        elif origin is not None and issubclass(origin, Mapping):
            shape.entry = arguments[1] if arguments else Any
        elif origin is not None and issubclass(origin, Sequence):
            shape.element = arguments[0] if arguments else Any
        elif member in (str, int, float, bool):
            shape.scalars.add(member)
        else:
            shape.anything = True
    return shape


def _members(type_: Any) -> list[Any]:
    """The types of a union, less those that only the SDK sees: outputs, awaitables, and the dictionary twins of classes."""
    if typing.get_origin(type_) not in (typing.Union, types.UnionType):
        return [type_]
    members = [inner for member in typing.get_args(type_) for inner in _members(member)]
    return [
        m
        for m in members
        if m is not type(None)
        and not typing.is_typeddict(m)
        and not (inspect.isclass(o := typing.get_origin(m)) and issubclass(o, (pulumi.Output, Awaitable)))
    ]


def _describe(shape: _Shape) -> str:
    words = [{str: "a string", int: "an integer", float: "a number", bool: "true or false"}[s] for s in shape.scalars]
    words += ["a list"] if shape.element is not None else []
    words += ["a map"] if shape.entry is not None else []
    words += [f"the properties of {one.__name__}" for one in shape.objects]
    words += [f"one of {_some(shape.values)}"] if shape.values and not shape.scalars else []
    return " or ".join(words) or "any value that it accepts"


def _some(values: set[Json]) -> str:
    listed = sorted(map(str, values))
    return ", ".join(listed[:8]) + (", …" if len(listed) > 8 else "")


def _nearest(key: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else f"accepted: {_some(set(known))}"
