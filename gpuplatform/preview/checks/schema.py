"""Inputs against the SDKs' own types, at any depth."""

from __future__ import annotations

from collections.abc import Iterator

from gpuplatform.plan.model import Plan, PlannedResource, once
from gpuplatform.preview.checking.check import FieldViolation, Severity, Violation, check
from gpuplatform.preview.checking.sdk_types import input_violations
from gpuplatform.preview.checks.kubernetes import cluster_version


@check("schema", Severity.ERROR, "Every property of every input is one that the SDK knows, of the type it takes.")
def schema(plan: Plan) -> Iterator[Violation]:
    yield from (violation.of(resource) for resource, violation in _violations(plan) if not violation.enum)


@check("schema-value", Severity.WARNING, "Every value of an open set is one that the SDK lists.")
def schema_value(plan: Plan) -> Iterator[Violation]:
    yield from (violation.of(resource) for resource, violation in _violations(plan) if violation.enum)


@once
def _violations(plan: Plan) -> list[tuple[PlannedResource, FieldViolation]]:
    # The API's own schema judges objects where its version is known: the SDK has quantities as strings alone, the API has numbers too.
    by_api = bool(cluster_version(plan))
    return [
        (resource, violation)
        for resource in plan.resources
        if not (by_api and resource.type.startswith("kubernetes:") and "kind" in resource.inputs)
        for violation in input_violations(resource.type, resource.inputs)
    ]
