"""Nothing grows without an end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.preview.check import Fault, Severity, check
from gpuplatform.preview.look import at
from gpuplatform.preview.plan import Plan

MAXIMUM: Final = {
    "aws:eks/nodeGroup:NodeGroup": ("scalingConfig", "maxSize"),
    "aws:autoscaling/group:Group": ("maxSize",),
    "aws:appautoscaling/target:Target": ("maxCapacity",),
    "kubernetes:keda.sh/v1alpha1:ScaledObject": ("spec", "maxReplicaCount"),
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": ("spec", "maxReplicas"),
    "kubernetes:karpenter.sh/v1:NodePool": ("spec", "limits"),
}
"""Where each kind of scaler says how far it goes. KEDA's default is 100 replicas and Karpenter's none at all."""


@check("scaler-without-maximum", Severity.ERROR, "Everything that scales has a maximum.")
def scaler_without_maximum(plan: Plan) -> Iterator[Fault]:
    for type_, path in MAXIMUM.items():
        for scaler in plan.all(type_):
            if not at(scaler.inputs, *path):
                yield Fault(f"{scaler.name}: {'.'.join(path)} is missing: nothing bounds what it costs", scaler)


@check("minimum-above-maximum", Severity.ERROR, "No scaler's minimum is above its maximum.")
def minimum_above_maximum(plan: Plan) -> Iterator[Fault]:
    pairs = {
        "aws:eks/nodeGroup:NodeGroup": (("scalingConfig", "minSize"), ("scalingConfig", "maxSize")),
        "aws:appautoscaling/target:Target": (("minCapacity",), ("maxCapacity",)),
        "kubernetes:keda.sh/v1alpha1:ScaledObject": (("spec", "minReplicaCount"), ("spec", "maxReplicaCount")),
    }
    for type_, (low, high) in pairs.items():
        for scaler in plan.all(type_):
            least, most = at(scaler.inputs, *low), at(scaler.inputs, *high)
            if isinstance(least, int) and isinstance(most, int) and least > most:
                yield Fault(f"{scaler.name}: {'.'.join(low)} {least} is above {'.'.join(high)} {most}", scaler)
