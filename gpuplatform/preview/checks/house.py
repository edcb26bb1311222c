"""How the program is built: parents, outputs and type tokens of its components."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from gpuplatform.plan.model import STACK, Plan, PlanFeature, Source
from gpuplatform.preview.checking.check import Severity, Violation, check


@check(
    "child-of-its-component",
    Severity.ERROR,
    "What a component makes is the component's child.",
    needs=(PlanFeature.FILES,),
)
def child_of_its_component(plan: Plan) -> Iterator[Violation]:
    for resource in plan.resources:
        parent = plan.by_urn.get(resource.parent or "")
        rootless = resource.type != STACK and (parent is None or parent.type == STACK)
        if rootless and plan.root and resource.source and _inside_component(plan.root, resource.source):
            yield Violation(f"{resource.name}: has no parent; pass opts=pulumi.ResourceOptions(parent=self)", resource)


def _inside_component(root: Path, source: Source) -> bool:
    """Whether a line stands in the body of a class of components."""
    return any(first <= source.line <= last for first, last in _component_bodies(root / source.file))


@cache
def _component_bodies(file: Path) -> tuple[tuple[int, int], ...]:
    """First and last line of every class of components in a file."""
    try:
        text = file.read_text(encoding="utf-8")
        tree = ast.parse(text if "ComponentResource" in text else "")
    except (OSError, SyntaxError):
        return ()
    return tuple(
        (node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and any(ast.unparse(b).endswith("ComponentResource") for b in node.bases)
    )


@check(
    "component-registers-outputs",
    Severity.ERROR,
    "Every component registers its outputs.",
    needs=(PlanFeature.REGISTERED_OUTPUTS,),
)
def component_registers_outputs(plan: Plan) -> Iterator[Violation]:
    for resource in plan.resources:
        if resource.component and not resource.remote and resource.registered_outputs is None:
            yield Violation(f"{resource.name}: call self.register_outputs at the end of {resource.type}", resource)


@check("component-token", Severity.ERROR, "A component's type is project:aws:Class or project:k8s:Class.")
def component_token(plan: Plan) -> Iterator[Violation]:
    wanted = re.compile(rf"{re.escape(plan.project)}:(aws|k8s):[A-Z][A-Za-z0-9]+")
    for resource in plan.resources:
        if resource.component and not resource.remote and not wanted.fullmatch(resource.type):
            yield Violation(
                f"{resource.name}: {resource.type} should read {plan.project}:aws:Class or …:k8s:Class", resource
            )
