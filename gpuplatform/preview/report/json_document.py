"""The plan, its findings, its bill and its timeline as one JSON document. Keys are added freely and never renamed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from gpuplatform.plan.model import Json, PlannedResource
from gpuplatform.preview.judgement.run import not_applicable
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.report import comparison


def document(preview: Preview) -> dict[str, Json]:
    """What is allowed comes after the findings."""
    plan, difference = preview.plan, preview.difference
    return {
        "project": plan.project,
        "environment": plan.environment,
        "region": plan.region,
        "resources": [resource_json(r) for r in plan.resources],
        "outputs": dict(plan.outputs),
        "findings": [f.to_json() for f in (*preview.findings, *preview.suppressed)],
        "bill": preview.bill.to_json() if preview.bill else None,
        "timeline": preview.timeline.to_json() if preview.timeline else None,
        "invokes": [asdict(i) for i in plan.invokes],
        "messages": [asdict(m) for m in plan.messages],
        "duplicates": [resource_json(r) for r in plan.duplicates],
        "settings": dict(plan.settings),
        "origin": plan.origin,
        "not_applicable": [one.rule for one in not_applicable(plan)],
        "checks": preview.summary.to_json(),
        "not_known": preview.not_known.to_json(),
        **({"difference": comparison.to_json(difference)} if difference else {}),
    }


def text(content: Mapping[str, Json]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def resource_json(resource: PlannedResource) -> dict[str, Json]:
    return {
        "urn": resource.urn,
        "type": resource.type,
        "name": resource.name,
        "parent": resource.parent,
        "custom": resource.custom,
        "remote": resource.remote,
        "layer": resource.layer,
        "inputs": dict(resource.inputs),
        "dependencies": list(resource.dependencies),
        "property_dependencies": {k: list(v) for k, v in resource.property_dependencies.items()},
        "provider": resource.provider,
        "protect": resource.protect,
        "ignore_changes": list(resource.ignore_changes),
        "replace_on_changes": list(resource.replace_on_changes),
        "replacement_trigger": resource.replacement_trigger,
        "delete_before_replace": resource.delete_before_replace,
        "retain_on_delete": resource.retain_on_delete,
        "deleted_with": resource.deleted_with,
        "aliases": list(resource.aliases),
        "timeouts": dict(resource.timeouts),
        "source": asdict(resource.source) if resource.source else None,
        "layer_source": asdict(resource.layer_source) if resource.layer_source else None,
        "outputs": dict(resource.outputs),
        "registered_outputs": None if resource.registered_outputs is None else dict(resource.registered_outputs),
    }
