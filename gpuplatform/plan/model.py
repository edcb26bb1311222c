"""What the program would create: one model for every reader and every judge of a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, TypeVar, cast

SECRET = "[secret]"
"""Stands in a plan for every secret value."""

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Pulumi's own marker of a value not known before the resource exists (sdk/python/lib/pulumi/runtime/rpc.py)."""

STACK = "pulumi:pulumi:Stack"

Json = Any
"""A JSON value. Inputs are as varied as the SDKs; checks narrow what they read."""


class PlanFeature(StrEnum):
    """What a source of plans may not state, so that a plan lacks it. The words complete "needs …"."""

    OUTPUTS = "the outputs of resources"
    VALUES = "values that come from other resources"
    REGISTERED_OUTPUTS = "what components register as outputs"
    REMOTE_INPUTS = "what components of other packages were given"
    FIRST = "the run with unknown outputs"
    SETTINGS = "the settings"
    CANARIES = "canaries in the place of secrets"
    INVOKES = "the program's lookups"
    DUPLICATES = "registrations that the engine refuses"
    FILES = "the program's files"


@dataclass(frozen=True, slots=True)
class Source:
    """A line of the program, its file relative to the project's root."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedResource:
    """One registration, with what the program sent and the options it set."""

    urn: str
    type: str
    name: str
    parent: str | None
    custom: bool
    remote: bool = False
    inputs: Mapping[str, Json] = field(default_factory=dict[str, Json])
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    provider: str = ""
    protect: bool = False
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    replacement_trigger: Json = None
    """A value whose change replaces it."""
    delete_before_replace: bool = False
    retain_on_delete: bool = False
    deleted_with: str = ""
    aliases: tuple[str, ...] = ()
    timeouts: Mapping[str, str] = field(default_factory=dict[str, str])
    source: Source | None = None
    layer_source: Source | None = None
    """The line in `stacks/` that led here: the wiring, where `source` is the making."""
    outputs: Mapping[str, Json] = field(default_factory=dict[str, Json])
    """Simulated outputs; what later resources were given."""
    registered_outputs: Mapping[str, Json] | None = None
    """What a component registered as its outputs; None if it never did."""

    @property
    def component(self) -> bool:
        return not self.custom and self.type != STACK

    @property
    def provider_urn(self) -> str:
        """Of its provider, which is written with an ID behind; empty where it has none."""
        return self.provider.rpartition("::")[0]

    def refers(self, key: str, other: PlannedResource, *outputs: str) -> bool:
        """Whether a property is of another resource: by its dependencies, or because it holds an output, by default the ID."""
        value = self.inputs.get(key)
        held = value is not None and value in [other.outputs.get(name) for name in outputs or ("id",)]
        return held or other.urn in self.property_dependencies.get(key, ())

    @property
    def layer(self) -> str:
        """The file or package of `stacks/` that wires it, by its name; `program` outside the layers."""
        if self.layer_source is None:
            return "program"
        return self.layer_source.file.removeprefix("stacks/").split("/")[0].removesuffix(".py")


@dataclass(frozen=True, slots=True)
class Invoke:
    """A call of a provider's function: at a real preview it needs credentials."""

    token: str
    args: Mapping[str, Json]
    source: Source | None = None

    @property
    def asked(self) -> str:
        """`getAvailabilityZones (state: available)`."""
        told = ", ".join(f"{key}: {value}" for key, value in self.args.items() if not isinstance(value, dict | list))
        return f"{self.token.rpartition(':')[2]}{f' ({told})' if told else ''}"


@dataclass(frozen=True, slots=True)
class Message:
    """What the program logged."""

    severity: str
    text: str
    urn: str = ""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything the program would create in one environment."""

    project: str
    environment: str
    region: str
    resources: tuple[PlannedResource, ...]
    outputs: Mapping[str, Json] = field(default_factory=dict[str, Json])
    settings: Mapping[str, Json] = field(default_factory=dict[str, Json])
    """The environment's YAML: `gpuplatform:network` → its value; secure values replaced by `[secret]`."""
    invokes: tuple[Invoke, ...] = ()
    messages: tuple[Message, ...] = ()
    duplicates: tuple[PlannedResource, ...] = ()
    """Registrations whose URN was taken already."""
    origin: str = "recording"
    """recording | document | pulumi-preview | stack-export"""
    lacks: frozenset[PlanFeature] = frozenset()
    """What `origin` cannot tell. A recording lacks nothing."""
    first: Plan | None = None
    """The same program with every output unknown, as the first `pulumi preview` sees it."""
    against: Plan | None = None
    """An older plan that this one is compared with."""
    root: Path | None = None
    """The project's folder; None where the plan was read from a file."""
    lines: Mapping[str, int] = field(default_factory=dict[str, int])
    """Where in `Pulumi.<environment>.yaml` each setting is written: `gpuplatform:network.zones` → line."""

    @cached_property
    def by_urn(self) -> dict[str, PlannedResource]:
        return {r.urn: r for r in self.resources}

    @cached_property
    def memory(self) -> dict[Callable[[Plan], Any], Any]:
        """What readers have worked out of this plan, by reader: see `once`."""
        return {}

    @cached_property
    def _by_type(self) -> dict[str, list[PlannedResource]]:
        types: dict[str, list[PlannedResource]] = {}
        for r in self.resources:
            types.setdefault(r.type, []).append(r)
        return types

    @cached_property
    def _children(self) -> dict[str, list[PlannedResource]]:
        children: dict[str, list[PlannedResource]] = {}
        for r in self.resources:
            children.setdefault(r.parent or "", []).append(r)
        return children

    def all(self, type_: str) -> list[PlannedResource]:
        """Every resource of a type token, in plan order."""
        return list(self._by_type.get(type_, ()))

    def one(self, type_: str, name: str | None = None) -> PlannedResource:
        """The only resource of a type token, or the one of that name.

        Raises AssertionError, listing what there is, if there are more or none.
        """
        matching = [r for r in self.all(type_) if name in (None, r.name)]
        if len(matching) != 1:
            there = ", ".join(sorted(r.name for r in self.all(type_))) or "none"
            raise AssertionError(
                f"expected one {type_}{f' named {name}' if name else ''}, found {len(matching)} (of that type: {there})"
            )
        return matching[0]

    def children(self, resource: PlannedResource | str) -> list[PlannedResource]:
        """Direct children, in plan order."""
        return self._children.get(resource if isinstance(resource, str) else resource.urn, [])

    def descendants(self, resource: PlannedResource | str) -> Iterator[PlannedResource]:
        """Children at every depth, parents first."""
        waiting = self.children(resource)[::-1]
        while waiting:
            child = waiting.pop()
            yield child
            waiting.extend(reversed(self.children(child)))

    def setting_source(self, path: str) -> Source:
        """The line of a setting, such as `governance.budgets`, or of the nearest one above it that is written."""
        file, key = f"Pulumi.{self.environment}.yaml", f"{self.project}:{path}"
        while key and key not in self.lines:
            key = key.rpartition("[" if key.endswith("]") else ".")[0]
        return Source(file, self.lines.get(key, 1))

    def setting(self, layer: str) -> Json:
        """One layer's settings as written in the YAML; {} where the layer has none, or where it is not an object."""
        value: Json = self.settings.get(f"{self.project}:{layer}")
        return cast("Json", value) if isinstance(value, dict) else {}


def parents_first(resources: Iterable[PlannedResource]) -> tuple[PlannedResource, ...]:
    """Parents before children and siblings by URN, whatever the order in which they came."""
    ordered: list[PlannedResource] = []
    children: dict[str | None, list[PlannedResource]] = {}
    for resource in sorted(resources, key=lambda r: r.urn):
        children.setdefault(resource.parent, []).append(resource)
    waiting = children.get(None, [])[::-1]
    while waiting:
        ordered.append(waiting.pop())
        waiting.extend(reversed(children.get(ordered[-1].urn, [])))
    return tuple(ordered)


Read = TypeVar("Read")


def once(reader: Callable[[Plan], Read]) -> Callable[[Plan], Read]:
    """Have a reader read each plan once: a plan does not change, and a dozen checks need the same."""

    @wraps(reader)
    def remembered(plan: Plan) -> Read:
        if reader not in plan.memory:
            plan.memory[reader] = reader(plan)
        return cast("Read", plan.memory[reader])

    return remembered
