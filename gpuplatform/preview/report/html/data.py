"""All that the report's script shows of a resource when it is chosen, as JSON that cannot end its own element."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

from gpuplatform.plan.model import STACK, Json, Plan, PlannedResource
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.report.html.markup import Content, Markup, tag
from gpuplatform.preview.report.html.picture import Picture
from gpuplatform.preview.report.terminal import short_type

_OPTIONS: Final = (
    "protect",
    "ignore_changes",
    "replace_on_changes",
    "delete_before_replace",
    "retain_on_delete",
    "deleted_with",
    "aliases",
    "timeouts",
)


def numbers(plan: Plan) -> dict[str, int]:
    """URN → the number of its row; the stack, which nobody deploys by itself, has none."""
    return {r.urn: n for n, r in enumerate(r for r in plan.resources if r.type != STACK)}


def link(urn: str, rows: Mapping[str, int]) -> Content:
    """A resource's name, as a link to its row; of one without a row the name alone."""
    name = urn.rpartition("::")[2]
    return tag("a", name, href=f"#r{rows[urn]}") if urn in rows else name


def element(preview: Preview, picture: Picture) -> Markup:
    """The JSON in a script element that no browser runs."""
    rows = numbers(preview.plan)
    bill = preview.bill.to_json() if preview.bill else {}
    timeline = preview.timeline.to_json() if preview.timeline else {}
    findings = _grouped(finding.to_json() for finding in preview.findings)
    lines, unpriced = _grouped(bill.get("lines", [])), _grouped(bill.get("unpriced", []))
    times, estimated, chain = timeline.get("starts", {}), timeline.get("estimated", []), timeline.get("chain", [])
    resources = [
        {
            **_resource(r, rows),
            "findings": findings.get(r.urn, []),
            "bill": lines.get(r.urn, []),
            "unpriced": [line["why"] for line in unpriced.get(r.urn, [])],
            "time": times.get(r.urn),
            "estimated": r.type in estimated,
            "critical": r.urn in chain,
            "box": picture.number_of(r.urn),
            "said": picture.said_of(r.urn),
        }
        for r in preview.plan.resources
        if r.type != STACK
    ]
    content = {"resources": [{k: v for k, v in r.items() if v not in (None, "", [], {}, False)} for r in resources]}
    text = json.dumps({**content, "links": picture.links()}, separators=(",", ":"), ensure_ascii=False)
    # "<" is the one character by which text could end the element or start a comment in it.
    return tag("script", Markup(text.replace("<", "\\u003c")), type="application/json", id="data")


def _resource(resource: PlannedResource, rows: Mapping[str, int]) -> dict[str, Json]:
    by_property = {
        rows[urn]: sorted(k for k, urns in resource.property_dependencies.items() if urn in urns)
        for urns in resource.property_dependencies.values()
        for urn in urns
        if urn in rows
    }
    waits = {**{rows[urn]: list[str]() for urn in resource.dependencies if urn in rows}, **by_property}
    return {
        "urn": resource.urn,
        "type": resource.type,
        "kind": short_type(resource.type),
        "name": resource.name,
        "layer": resource.layer,
        "parent": rows.get(resource.parent or ""),
        "source": str(resource.source) if resource.source else "",
        "wired": str(resource.layer_source)
        if resource.layer_source and resource.layer_source != resource.source
        else "",
        "provider": resource.provider.rpartition("::")[0].rpartition("::")[2],
        "component": resource.component,
        "waits": sorted(waits.items()),
        "options": {k: v for k in _OPTIONS if (v := getattr(resource, k))},
        "inputs": dict(resource.inputs),
    }


def _grouped(rows: Iterable[Mapping[str, Json]]) -> dict[str, list[dict[str, Json]]]:
    """By URN, each without it."""
    groups: dict[str, list[dict[str, Json]]] = {}
    for row in rows:
        groups.setdefault(row["urn"], []).append({k: v for k, v in row.items() if k != "urn"})
    return groups
