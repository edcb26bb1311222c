"""What the first `pulumi preview` sees against what is known once resources exist."""

from __future__ import annotations

from collections.abc import Iterator

from gpuplatform.plan.model import UNKNOWN, Json, Plan, PlanFeature, PlannedResource
from gpuplatform.plan.values import as_dict, as_list
from gpuplatform.preview.checking.check import Severity, Violation, check


@check("same-resources", Severity.ERROR, "The first preview already shows every resource.", needs=(PlanFeature.FIRST,))
def same_resources(plan: Plan) -> Iterator[Violation]:
    if plan.first is None:
        return
    for resource in plan.resources:
        if resource.urn not in plan.first.by_urn:
            yield Violation(f"{resource.name}: is made only once outputs are known; make it outside apply", resource)
    for resource in plan.first.resources:
        if resource.urn not in plan.by_urn:
            yield Violation(f"{resource.name}: is made only while outputs are unknown", resource)


@check(
    "simulated-output",
    Severity.ERROR,
    "Every value unknown at the first preview is known once resources exist.",
    needs=(PlanFeature.FIRST,),
)
def simulated_output(plan: Plan) -> Iterator[Violation]:
    for first in plan.first.resources if plan.first else ():
        second = plan.by_urn.get(first.urn)
        for path in _lost(dict(first.inputs), dict(second.inputs), "") if second else ():
            yield Violation(
                f"{first.name}: {path} comes from an output that the simulation lacks{_of(first, path)}; "
                "give it in gpuplatform/preview/record/cloud.py, or correct the output's name",
                first,
            )


def _lost(first: Json, second: Json, path: str) -> Iterator[str]:
    """Paths that were unknown and then turned out to be nothing."""
    if first == UNKNOWN:
        if second is None:
            yield path
    elif isinstance(first, dict):
        after = as_dict(second)
        for key, value in as_dict(first).items():
            yield from _lost(value, after.get(key), f"{path}.{key}" if path else key)
    elif isinstance(first, list):
        after = as_list(second)
        for index, value in enumerate(as_list(first)):
            yield from _lost(value, after[index] if index < len(after) else None, f"{path}[{index}]")


def _of(resource: PlannedResource, path: str) -> str:
    """` of vpc`, where the property's dependencies say whose output it is."""
    top = path.partition(".")[0].partition("[")[0]
    names = [urn.rpartition("::")[2] for urn in resource.property_dependencies.get(top, ())]
    return f" of {' or '.join(names)}" if names else ""


@check(
    "lookup",
    Severity.ERROR,
    "The program looks nothing up: a lookup needs credentials at preview.",
    needs=(PlanFeature.INVOKES,),
)
def lookup(plan: Plan) -> Iterator[Violation]:
    for invoke in plan.invokes:
        yield Violation(
            f"{invoke.token} needs credentials at preview, and asks for {invoke.asked}; take the value from the settings",
            None,
            invoke.source,
        )
