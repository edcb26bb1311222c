"""What Pulumi's engine writes: the digest of `pulumi preview --json`, and the deployment of `pulumi stack export`.

Both hold resource states (pulumi/pulumi, sdk/go/common/apitype/core.go, ResourceV3). The engine knows more than the program said, and
what only the engine says is left out, so that a plan means the same wherever it was read: its own default providers, and inputs that
a provider filled in (listed in `__defaults`, or marked as autonamed).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Final, cast
from urllib.parse import unquote

from gpuplatform.kinds.tokens import RELEASE
from gpuplatform.plan.model import SECRET, STACK, Json, Message, Plan, PlanFeature, PlannedResource, Source
from gpuplatform.preview.record.program import NOT_THE_PROGRAM
from gpuplatform.preview.record.readers.shape import UnreadableError, entries, mapping, shown, string, strings
from gpuplatform.preview.record.wire import RESOURCE_SIGNATURE, SECRET_SIGNATURE, SIGNATURE

PREVIEW_LACKS: Final = frozenset(
    {
        PlanFeature.OUTPUTS,
        PlanFeature.VALUES,
        PlanFeature.REGISTERED_OUTPUTS,
        PlanFeature.FIRST,
        PlanFeature.CANARIES,
        PlanFeature.INVOKES,
    }
    | {PlanFeature.DUPLICATES, PlanFeature.FILES, PlanFeature.REMOTE_INPUTS}
)
EXPORT_LACKS: Final = (PREVIEW_LACKS - {PlanFeature.OUTPUTS, PlanFeature.VALUES}) | {PlanFeature.SETTINGS}

DELETING: Final = ("delete", "delete-replaced", "discard", "discard-replaced", "remove-pending-replace")
"""Steps whose resource will not be there (pulumi/pulumi, pkg/resource/deploy/step.go)."""

_OF_A_PROVIDER: Final = ("__internal", "version")
"""What the engine adds to the configuration of a provider (pulumi/pulumi, pkg/resource/deploy/providers/registry.go)."""
_AUTONAMED: Final = "pulumi.com/autonamed"
_OF_A_RELEASE: Final = ("checksum", "resourceNames")
"""What the Kubernetes provider computes into a release's inputs (pulumi/pulumi-kubernetes, provider/pkg/provider/helm_release.go)."""


def preview(digest: dict[str, Json]) -> Plan:
    """The resources that the previewed update would leave behind. Raises UnreadableError."""
    states: dict[str, tuple[str, dict[str, Json]]] = {}
    for place, step in entries(digest, "steps"):
        state = mapping(step, "newState", place)
        if state and step.get("op") not in DELETING:
            states[string(step, "urn", place)] = (f"{place}.newState", state)
    config = mapping(digest, "config", "digest")
    messages = [
        Message(str(entry.get("severity") or ""), str(entry.get("message") or ""), str(entry.get("urn") or ""))
        for _, entry in entries(digest, "diagnostics")
    ]
    settings = {key: _setting(value) for key, value in config.items()}
    return _plan(states.values(), "pulumi-preview", PREVIEW_LACKS, settings, messages)


def export(document: dict[str, Json]) -> Plan:
    """The resources that exist. Raises UnreadableError."""
    deployment = mapping(document, "deployment", "export")
    states = [
        (f"deployment.{place}", state) for place, state in entries(deployment, "resources") if not state.get("delete")
    ]
    pending = [
        Message(
            "warning",
            f"{entry.get('type')} of it was interrupted; run `pulumi refresh` before anything else",
            str(mapping(entry, "resource", place).get("urn") or ""),
        )
        for place, entry in entries(deployment, "pending_operations")
    ]
    return _plan(states, "stack-export", EXPORT_LACKS, {}, pending)


def _plan(
    states: Iterable[tuple[str, dict[str, Json]]],
    origin: str,
    lacks: frozenset[PlanFeature],
    settings: Mapping[str, Json],
    messages: Iterable[Message],
) -> Plan:
    resources: dict[str, PlannedResource] = {}
    region = str(settings.get("aws:region") or "")
    outputs: dict[str, Json] = {}
    project = environment = ""
    for place, state in states:
        urn = string(state, "urn", place)
        parts = urn.split("::")
        if len(parts) < 4 or not urn.startswith("urn:pulumi:"):
            raise UnreadableError(
                f"{place}: urn: {shown(urn)} is none of Pulumi's (urn:pulumi:STACK::PROJECT::TYPE::NAME)"
            )
        environment, project = parts[0].removeprefix("urn:pulumi:"), parts[1]
        if state.get("external"):
            continue
        resource = _resource(state, place, project, resources)
        if resource.type == "pulumi:providers:aws" and not region:
            region = str(resource.inputs.get("region") or "")
        if resource.type == STACK:
            outputs = dict(resource.outputs)
        if not _default_provider(urn):
            resources[urn] = resource
    if not project:
        raise UnreadableError("holds no resource; make one of an environment that has some")
    return Plan(
        project=project,
        environment=environment,
        region=region,
        resources=tuple(resources.values()),
        outputs=outputs,
        settings=settings,
        messages=tuple(messages),
        origin=origin,
        lacks=lacks,
    )


def _resource(
    state: dict[str, Json], place: str, project: str, above: Mapping[str, PlannedResource]
) -> PlannedResource:
    """A state as a resource; `above` are those before it, among them its parent."""
    urn, type_ = string(state, "urn", place), string(state, "type", place)
    custom = bool(state.get("custom"))
    parent = above.get(string(state, "parent", place)) if state.get("parent") else None
    frames = [source for source in map(_frame, _frames(state)) if source]
    layer = next((source for source in frames if source.file.startswith("stacks/")), None)
    made_at = _frame(state.get("sourcePosition")) or next(iter(frames), None)
    provider = str(state.get("provider") or "")
    timeouts = mapping(state, "customTimeouts", place)
    return PlannedResource(
        urn=urn,
        type=type_,
        name=urn.split("::", 3)[3],
        parent=str(state["parent"]) if state.get("parent") else None,
        custom=custom,
        remote=not custom and type_ != STACK and not type_.startswith(f"{project}:"),
        inputs=_said(type_, urn.split("::", 3)[3], mapping(state, "inputs", place)),
        dependencies=tuple(sorted(strings(state, "dependencies", place))),
        property_dependencies={
            key: tuple(sorted(urns))
            for key in sorted(mapping(state, "propertyDependencies", place))
            if (urns := strings(mapping(state, "propertyDependencies", place), key, f"{place}.propertyDependencies"))
        },
        provider="" if _default_provider(provider) else provider,
        protect=bool(state.get("protect")),
        ignore_changes=strings(state, "ignoreChanges", place),
        replace_on_changes=strings(state, "replaceOnChanges", place),
        replacement_trigger=_plain(state.get("replacementTrigger")),
        retain_on_delete=bool(state.get("retainOnDelete")),
        deleted_with=str(state.get("deletedWith") or ""),
        aliases=strings(state, "aliases", place),
        # Seconds here (apitype.ResourceV3), Go's words for a duration where the program speaks.
        timeouts={key: f"{value:g}s" for key, value in timeouts.items() if isinstance(value, int | float) and value},
        source=made_at or (parent.source if parent else None),
        layer_source=layer or (parent.layer_source if parent else None),
        outputs=_plain(mapping(state, "outputs", place)),
    )


def _default_provider(urn: str) -> bool:
    """Whether the engine made this provider by itself: `…::pulumi:providers:aws::default_7_51_1`."""
    parts = urn.split("::")
    return len(parts) > 3 and parts[2].startswith("pulumi:providers:") and parts[3].startswith("default")


def _setting(value: Json) -> Json:
    """A value of the configuration: the engine writes structures as JSON in a text."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _frames(state: dict[str, Json]) -> list[Json]:
    trace = state.get("stackTrace")
    frames = cast("list[Json]", trace) if isinstance(trace, list) else []
    return [cast("dict[str, Json]", frame).get("sourcePosition") for frame in frames if isinstance(frame, dict)]


def _frame(position: Json) -> Source | None:
    """`project:///stacks/data.py#74,3` as a line of the program; None for installed packages and the interpreter."""
    if not isinstance(position, str) or not position.startswith("project:///"):
        return None
    file, _, line = unquote(position.removeprefix("project:///")).partition("#")
    folders = file.split("/")
    if folders[0] in (*NOT_THE_PROGRAM, "..") or "site-packages" in folders:
        return None
    number = line.partition(",")[0]
    return Source(file, int(number) if number.isdigit() else 0)


def _said(type_: str, name: str, inputs: dict[str, Json]) -> dict[str, Json]:
    """Inputs as the program gave them."""
    read: dict[str, Json] = _plain(inputs)
    plain = {key: value for key, value in read.items() if not _autonamed(name, value)}
    if type_.startswith("pulumi:providers:"):
        return {key: value for key, value in plain.items() if key not in _OF_A_PROVIDER}
    if type_ == RELEASE:
        return {key: value for key, value in plain.items() if key not in _OF_A_RELEASE}
    metadata = plain.get("metadata") if type_.startswith("kubernetes:") else None
    if isinstance(metadata, dict):
        named = dict(cast("dict[str, Json]", metadata))
        notes: Json = named.get("annotations")
        if isinstance(notes, dict) and _AUTONAMED in notes:
            named["annotations"] = {k: v for k, v in cast("dict[str, Json]", notes).items() if k != _AUTONAMED}
            named = {k: v for k, v in named.items() if k != "name" and not (k == "annotations" and not v)}
        plain["metadata"] = named
    return plain


def _autonamed(name: str, value: Json) -> bool:
    """Whether a value is a resource's name with Pulumi's random digits, seven unless a project asks for more."""
    return isinstance(value, str) and re.fullmatch(rf"{re.escape(name)}-[0-9a-f]{{7,}}", value) is not None


def _plain(value: Json) -> Json:
    """A state's value as the recorder would have it: secrets as `[secret]`, references as their URN, what a provider filled in left out."""
    if isinstance(value, list):
        return [_plain(item) for item in cast("list[Json]", value)]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, dict):
        return value
    fields = cast("dict[str, Json]", value)
    signature = fields.get(SIGNATURE)
    if signature == SECRET_SIGNATURE:
        return SECRET
    if signature == RESOURCE_SIGNATURE:
        return fields.get("urn")
    filled = fields.get("__defaults")
    absent = {"__defaults", SIGNATURE, *(cast("list[str]", filled) if isinstance(filled, list) else ())}
    return {key: _plain(item) for key, item in fields.items() if key not in absent}
