"""Every resource under its parent, by layer, as a list that can be folded and filtered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.plan.tree import by_layer
from gpuplatform.plan.wording import counted
from gpuplatform.preview.checking.check import Finding
from gpuplatform.preview.report.html.data import numbers
from gpuplatform.preview.report.html.markup import Markup, join, layer_class, tag
from gpuplatform.preview.report.terminal import short_type
from gpuplatform.preview.report.words import describe


def section(plan: Plan, findings: Iterable[Finding]) -> Markup:
    rows = numbers(plan)
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.urn] = counts.get(finding.urn, 0) + 1
    buttons = [
        tag("button", word, type="button", data_fold=state)
        for word, state in (("Open all", "true"), ("Fold all", "false"))
    ]
    layers = [_layer(plan, layer, own, rows, counts) for layer, own in by_layer(plan).items()]
    return join([tag("p", *buttons, class_="folding", hidden=True), *layers])


def _layer(
    plan: Plan, layer: str, own: list[PlannedResource], rows: Mapping[str, int], counts: Mapping[str, int]
) -> Markup:
    within = {r.urn for r in own}
    below: dict[str, list[PlannedResource]] = {}
    for resource in own:
        below.setdefault(resource.parent if resource.parent in within else "", []).append(resource)
    return tag(
        "section",
        tag(
            "h3",
            tag("span", class_="dot", aria_hidden="true"),
            layer,
            " ",
            tag("span", counted(len(own), "resource"), class_="count"),
        ),
        tag("p", describe(plan, own), class_="muted"),
        _list([_row(r, below, rows, counts) for r in below.get("", [])], f"{layer_class(layer)}-list"),
        class_=f"layer {layer_class(layer)}",
    )


def _row(
    resource: PlannedResource,
    below: Mapping[str, list[PlannedResource]],
    rows: Mapping[str, int],
    counts: Mapping[str, int],
) -> Markup:
    number = rows[resource.urn]
    parts = below.get(resource.urn, [])
    return tag(
        "li",
        tag(
            "div",
            _fold(resource, number, len(parts)) if parts else tag("span", class_="leaf", aria_hidden="true"),
            tag("a", resource.name, href=f"#r{number}"),
            tag("span", short_type(resource.type), class_="kind"),
            tag("span", "protected", class_="badge") if resource.protect else None,
            tag("span", counted(counts[resource.urn], "finding"), class_="badge bad")
            if resource.urn in counts
            else None,
            tag("code", str(resource.source)) if resource.source else None,
            class_="row",
        ),
        _list([_row(part, below, rows, counts) for part in parts], f"parts{number}") if parts else None,
        id=f"r{number}",
        data_row=number,
    )


def _fold(resource: PlannedResource, number: int, parts: int) -> Markup:
    label = f"{counted(parts, 'part')} of {resource.name}"
    return tag(
        "button", type="button", class_="fold", aria_expanded="true", aria_controls=f"parts{number}", aria_label=label
    )


def _list(items: list[Markup], id_: str) -> Markup:
    return tag("ul", *items, id=id_)
