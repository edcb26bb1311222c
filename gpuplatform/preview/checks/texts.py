"""Texts that hold more than they show: documents, and values that were not known yet."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.registry import all_kinds
from gpuplatform.plan.every_text import every_text
from gpuplatform.plan.model import SECRET, UNKNOWN, Json, Plan
from gpuplatform.plan.values import leaves
from gpuplatform.preview.checking.check import Severity, Violation, check

_WRITTEN: Final = re.compile(r"Calling __str__ on an Output\[T\]|<pulumi\.output\.Output object at 0x")
"""What the SDK makes of an output in a text (pulumi 3, output.py), where it is not told to raise."""


@check("json-text", Severity.ERROR, "Every text that is to hold a JSON document holds one.")
def json_text(plan: Plan) -> Iterator[Violation]:
    for row in all_kinds().values():
        for resource in plan.all(row.token) if row.json else ():
            for key in row.json:
                if why := _no_document(resource.inputs.get(key), yaml_too=key == "configurationValues"):
                    yield Violation(f"{resource.name}: {key} is no JSON: {why}", resource)


def _no_document(value: Json, *, yaml_too: bool) -> str:
    if not isinstance(value, str) or value in (SECRET, UNKNOWN, ""):
        return ""
    try:
        json.loads(value)
    except ValueError as error:
        return "" if yaml_too and not value.lstrip().startswith(("{", "[")) else str(error)
    return ""


@check("output-in-text", Severity.ERROR, "No text holds an Output instead of its value.")
def output_in_text(plan: Plan) -> Iterator[Violation]:
    """The preview's own runs refuse it as the program makes it; a plan of the engine holds it."""
    for resource, path, text in every_text(plan):
        if _WRITTEN.search(text):
            yield Violation(f"{resource.name}: {path} was formatted from an Output; use pulumi.Output.format", resource)
    for path, value in leaves(plan.outputs):
        if isinstance(value, str) and _WRITTEN.search(value):
            yield Violation(f"the output {path} was formatted from an Output; use pulumi.Output.format")
