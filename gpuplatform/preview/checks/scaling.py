"""Nothing grows without an end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds import appautoscaling, autoscaling, custom_resources, kubernetes
from gpuplatform.kinds.cluster.names import namespace_of
from gpuplatform.kinds.cluster.objects import objects
from gpuplatform.kinds.tokens import NODE_GROUP, NODE_POOL
from gpuplatform.plan.model import Plan
from gpuplatform.plan.values import at
from gpuplatform.preview.checking.check import Fault, Severity, check

MAXIMUM: Final = {
    NODE_GROUP: ("scalingConfig", "maxSize"),
    autoscaling.SCALING_GROUP: ("maxSize",),
    appautoscaling.TARGET: ("maxCapacity",),
    custom_resources.SCALED_OBJECT: ("spec", "maxReplicaCount"),
    kubernetes.HORIZONTAL_POD_AUTOSCALER: ("spec", "maxReplicas"),
    NODE_POOL: ("spec", "limits"),
}
"""Where each kind of scaler says how far it goes. KEDA's default is 100 replicas and Karpenter's none at all."""


@check("scaler-without-maximum", Severity.ERROR, "Everything that scales has a maximum.")
def scaler_without_maximum(plan: Plan) -> Iterator[Fault]:
    for type_, path in MAXIMUM.items():
        for scaler in plan.all(type_):
            if not at(scaler.inputs, *path):
                yield Fault(f"{scaler.name}: {'.'.join(path)} is missing: nothing bounds what it costs", scaler)


_GROUP: Final = NODE_GROUP
_ORDERED: Final = (
    (_GROUP, ("scalingConfig", "minSize"), ("scalingConfig", "maxSize")),
    (_GROUP, ("scalingConfig", "minSize"), ("scalingConfig", "desiredSize")),
    (_GROUP, ("scalingConfig", "desiredSize"), ("scalingConfig", "maxSize")),
    (autoscaling.SCALING_GROUP, ("minSize",), ("maxSize",)),
    (appautoscaling.TARGET, ("minCapacity",), ("maxCapacity",)),
    (custom_resources.SCALED_OBJECT, ("spec", "minReplicaCount"), ("spec", "maxReplicaCount")),
    (kubernetes.HORIZONTAL_POD_AUTOSCALER, ("spec", "minReplicas"), ("spec", "maxReplicas")),
)
"""What is never above what; the size that is desired is between both."""


@check(
    "minimum-above-maximum", Severity.ERROR, "No scaler's minimum is above its maximum, and what is desired is between."
)
def minimum_above_maximum(plan: Plan) -> Iterator[Fault]:
    for type_, low, high in _ORDERED:
        for scaler in plan.all(type_):
            least, most = at(scaler.inputs, *low), at(scaler.inputs, *high)
            if isinstance(least, int) and isinstance(most, int) and least > most:
                yield Fault(f"{scaler.name}: {'.'.join(low)} {least} is above {'.'.join(high)} {most}", scaler)


@check("two-scalers", Severity.ERROR, "Nothing is scaled by two: each would undo the other.")
def two_scalers(plan: Plan) -> Iterator[Fault]:
    targets: dict[tuple[str, str, str], str] = {}
    for resource, body in objects(plan):
        if body["kind"] in ("ScaledObject", "HorizontalPodAutoscaler"):
            target = at(body, "spec", "scaleTargetRef")
            key = (namespace_of(body), str(at(target, "kind") or "Deployment"), str(at(target, "name")))
            if key in targets:
                yield Fault(f"{resource.name}: {key[1]} {key[2]} is scaled by {targets[key]} already", resource)
            targets.setdefault(key, resource.name)
