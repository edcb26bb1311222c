"""Inputs against the SDKs' own types, at any depth."""

from __future__ import annotations

from collections.abc import Iterator

from gpuplatform.preview.check import Fault, Severity, check
from gpuplatform.preview.plan import Plan
from gpuplatform.preview.sdk import wrong_inputs


@check("schema", Severity.ERROR, "Every property of every input is one that the SDK knows, of the type it takes.")
def schema(plan: Plan) -> Iterator[Fault]:
    for resource in plan.resources:
        for wrong in wrong_inputs(resource.type, resource.inputs):
            if not wrong.enum:
                yield Fault(f"{resource.name}: {wrong.path}: {wrong.message}", resource)


@check("schema-value", Severity.WARNING, "Every value of a closed set is one that the SDK lists.")
def schema_value(plan: Plan) -> Iterator[Fault]:
    for resource in plan.resources:
        for wrong in wrong_inputs(resource.type, resource.inputs):
            if wrong.enum:
                yield Fault(f"{resource.name}: {wrong.path}: {wrong.message}", resource)
