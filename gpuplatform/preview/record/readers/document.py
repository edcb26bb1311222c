"""This tool's own JSON, read back."""

from __future__ import annotations

from typing import Final

from gpuplatform.plan.model import Invoke, Json, Message, Plan, PlanFeature, PlannedResource, Source
from gpuplatform.preview.record.readers.shape import entries, mapping, string, strings

ALWAYS_LACKING: Final = frozenset({PlanFeature.FIRST, PlanFeature.FILES})
WRITTEN_SINCE: Final = {PlanFeature.OUTPUTS: "outputs", PlanFeature.REGISTERED_OUTPUTS: "registered_outputs"}
"""Keys of resources that documents of older versions do not have."""


def plan(document: dict[str, Json]) -> Plan:
    """Raises UnreadableError."""
    written = entries(document, "resources")
    lacks = {part for part, key in WRITTEN_SINCE.items() if not any(key in entry for _, entry in written)}
    if "duplicates" not in document:
        lacks.add(PlanFeature.DUPLICATES)
    return Plan(
        project=string(document, "project", "document"),
        environment=string(document, "environment", "document"),
        region=str(document.get("region") or ""),
        resources=tuple(_resource(entry, place) for place, entry in written),
        outputs=mapping(document, "outputs", "document"),
        settings=mapping(document, "settings", "document"),
        invokes=tuple(
            Invoke(string(entry, "token", place), mapping(entry, "args", place), _source(entry, "source", place))
            for place, entry in entries(document, "invokes")
        ),
        messages=tuple(
            Message(string(entry, "severity", place), string(entry, "text", place), str(entry.get("urn") or ""))
            for place, entry in entries(document, "messages")
        ),
        duplicates=tuple(_resource(entry, place) for place, entry in entries(document, "duplicates")),
        origin="document",
        lacks=ALWAYS_LACKING | lacks,
    )


def _resource(entry: dict[str, Json], place: str) -> PlannedResource:
    registered = entry.get("registered_outputs")
    return PlannedResource(
        urn=string(entry, "urn", place),
        type=string(entry, "type", place),
        name=string(entry, "name", place),
        parent=string(entry, "parent", place) if entry.get("parent") else None,
        custom=bool(entry.get("custom")),
        remote=bool(entry.get("remote")),
        inputs=mapping(entry, "inputs", place),
        dependencies=strings(entry, "dependencies", place),
        property_dependencies={
            key: strings(mapping(entry, "property_dependencies", place), key, f"{place}.property_dependencies")
            for key in mapping(entry, "property_dependencies", place)
        },
        provider=str(entry.get("provider") or ""),
        protect=bool(entry.get("protect")),
        ignore_changes=strings(entry, "ignore_changes", place),
        replace_on_changes=strings(entry, "replace_on_changes", place),
        replacement_trigger=entry.get("replacement_trigger"),
        delete_before_replace=bool(entry.get("delete_before_replace")),
        retain_on_delete=bool(entry.get("retain_on_delete")),
        deleted_with=str(entry.get("deleted_with") or ""),
        aliases=strings(entry, "aliases", place),
        timeouts={key: str(value) for key, value in mapping(entry, "timeouts", place).items()},
        source=_source(entry, "source", place),
        layer_source=_source(entry, "layer_source", place),
        outputs=mapping(entry, "outputs", place),
        registered_outputs=None if registered is None else mapping(entry, "registered_outputs", place),
    )


def _source(entry: dict[str, Json], key: str, place: str) -> Source | None:
    source = mapping(entry, key, place)
    line = source.get("line")
    return Source(string(source, "file", f"{place}.{key}"), line if isinstance(line, int) else 0) if source else None
