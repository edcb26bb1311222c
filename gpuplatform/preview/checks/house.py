"""How the program is built: parents, outputs and type tokens of its components."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gpuplatform.preview.check import Fault, Severity, check
from gpuplatform.preview.plan import STACK, Plan

COMPONENT_FOLDERS: Final = ("components/", "k8s/")


@check("child-of-its-component", Severity.ERROR, "What a component makes is the component's child.")
def child_of_its_component(plan: Plan) -> Iterator[Fault]:
    for resource in plan.resources:
        parent = plan.by_urn.get(resource.parent or "")
        made_inside = resource.source is not None and resource.source.file.startswith(COMPONENT_FOLDERS)
        if made_inside and (parent is None or parent.type == STACK):
            yield Fault(f"{resource.name}: has no parent; pass opts=pulumi.ResourceOptions(parent=self)", resource)


@check("component-registers-outputs", Severity.ERROR, "Every component registers its outputs.")
def component_registers_outputs(plan: Plan) -> Iterator[Fault]:
    for resource in plan.resources:
        if resource.component and not resource.remote and resource.registered_outputs is None:
            yield Fault(f"{resource.name}: call self.register_outputs at the end of {resource.type}", resource)


@check("component-token", Severity.ERROR, "A component's type is project:aws:Class or project:k8s:Class.")
def component_token(plan: Plan) -> Iterator[Fault]:
    wanted = re.compile(rf"{re.escape(plan.project)}:(aws|k8s):[A-Z][A-Za-z0-9]+")
    for resource in plan.resources:
        if resource.component and not resource.remote and not wanted.fullmatch(resource.type):
            yield Fault(
                f"{resource.name}: {resource.type} should read {plan.project}:aws:Class or …:k8s:Class", resource
            )
