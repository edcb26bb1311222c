"""Inputs against the SDKs' own types, at any depth."""

from __future__ import annotations

from collections.abc import Iterator

from gpuplatform.plan.model import Plan, PlannedResource, once
from gpuplatform.preview.checking.check import Severity, Violation, check
from gpuplatform.preview.checking.sdk_types import Wrong, wrong_inputs
from gpuplatform.preview.checks.kubernetes import cluster_version


@check("schema", Severity.ERROR, "Every property of every input is one that the SDK knows, of the type it takes.")
def schema(plan: Plan) -> Iterator[Violation]:
    for resource, wrong in _wrong(plan):
        if not wrong.enum:
            yield Violation(f"{resource.name}: {wrong.path}: {wrong.message}", resource)


@check("schema-value", Severity.WARNING, "Every value of an open set is one that the SDK lists.")
def schema_value(plan: Plan) -> Iterator[Violation]:
    for resource, wrong in _wrong(plan):
        if wrong.enum:
            yield Violation(f"{resource.name}: {wrong.path}: {wrong.message}", resource)


@once
def _wrong(plan: Plan) -> list[tuple[PlannedResource, Wrong]]:
    # The API's own schema judges objects where its version is known: the SDK has quantities as text alone, the API has numbers too.
    by_api = bool(cluster_version(plan))
    return [
        (resource, wrong)
        for resource in plan.resources
        if not (by_api and resource.type.startswith("kubernetes:") and "kind" in resource.inputs)
        for wrong in wrong_inputs(resource.type, resource.inputs)
    ]
