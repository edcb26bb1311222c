"""Nothing grows without an end."""

from __future__ import annotations

from collections.abc import Iterator

from gpuplatform.kinds.cluster.names import namespace_of
from gpuplatform.kinds.cluster.objects import objects
from gpuplatform.kinds.registry import all_kinds
from gpuplatform.plan.model import Plan
from gpuplatform.plan.values import get_path
from gpuplatform.preview.checking.check import Severity, Violation, check


@check("scaler-without-maximum", Severity.ERROR, "Everything that scales has a maximum.")
def scaler_without_maximum(plan: Plan) -> Iterator[Violation]:
    for row in all_kinds().values():
        for scaler in plan.all(row.token) if row.maximum else ():
            if not get_path(scaler.inputs, *row.maximum.split(".")):
                yield Violation(f"{scaler.name}: {row.maximum} is missing: nothing bounds what it costs", scaler)


@check(
    "minimum-above-maximum", Severity.ERROR, "No scaler's minimum is above its maximum, and what is desired is between."
)
def minimum_above_maximum(plan: Plan) -> Iterator[Violation]:
    for row in all_kinds().values():
        for scaler in plan.all(row.token) if row.ordered else ():
            for low, high in row.ordered:
                least, most = get_path(scaler.inputs, *low.split(".")), get_path(scaler.inputs, *high.split("."))
                if isinstance(least, int) and isinstance(most, int) and least > most:
                    yield Violation(f"{scaler.name}: {low} {least} is above {high} {most}", scaler)


@check("two-scalers", Severity.ERROR, "Nothing is scaled by two: each would undo the other.")
def two_scalers(plan: Plan) -> Iterator[Violation]:
    targets: dict[tuple[str, str, str], str] = {}
    for resource, body in objects(plan):
        if body["kind"] in ("ScaledObject", "HorizontalPodAutoscaler"):
            target = get_path(body, "spec", "scaleTargetRef")
            key = (namespace_of(body), str(get_path(target, "kind") or "Deployment"), str(get_path(target, "name")))
            if key in targets:
                yield Violation(f"{resource.name}: {key[1]} {key[2]} is scaled by {targets[key]} already", resource)
            targets.setdefault(key, resource.name)
