"""A layer in words: what it makes, how many, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from gpuplatform.kinds import (
    appautoscaling,
    budgets,
    cloudwatch,
    custom_resources,
    eks,
    fsx,
    kms,
    kubernetes,
    s3,
    sagemaker,
    scheduler,
    sqs,
    vpc,
    vpc_egress,
)
from gpuplatform.kinds.cluster.names import chart
from gpuplatform.kinds.cluster.node_properties import gpu_limit, instance_types
from gpuplatform.kinds.tokens import CLUSTER_COMPONENT, NODE_GROUP, NODE_POOL, RELEASE, SUBNET
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.values import mapping
from gpuplatform.plan.wording import counted

_COUNTED: Final = {
    vpc_egress.NAT_GATEWAY: "NAT gateway",
    vpc_egress.VPC_ENDPOINT: "VPC endpoint",
    s3.BUCKET: "bucket",
    kms.KEY: "encryption key",
    eks.ADDON: "EKS add-on",
    "aws:eks/accessEntry:AccessEntry": "access entry",
    "kubernetes:kueue.x-k8s.io/v1beta2:ClusterQueue": "queue",
    "kubernetes:kueue.x-k8s.io/v1beta2:ResourceFlavor": "resource flavour",
    "kubernetes:trainer.kubeflow.org/v1alpha1:TrainJob": "training job",
    "kubernetes:jobset.x-k8s.io/v1alpha2:JobSet": "job set",
    "kubernetes:leaderworkerset.x-k8s.io/v1:LeaderWorkerSet": "leader-worker set",
    kubernetes.DEPLOYMENT: "deployment",
    kubernetes.DAEMON_SET: "daemon set",
    custom_resources.SCALED_OBJECT: "autoscaler",
    appautoscaling.TARGET: "autoscaler",
    budgets.BUDGET: "budget",
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": "anomaly monitor",
    cloudwatch.METRIC_ALARM: "alarm",
    scheduler.SCHEDULE: "schedule",
    sqs.QUEUE: "message queue",
}
_MOST: Final = 16
"""Names of one kind in a layer's words."""


def describe(plan: Plan, resources: Iterable[PlannedResource]) -> str:
    """`VPC 10.40.0.0/16, 4 subnets in use1-az4, use1-az6, 1 NAT gateway`."""
    by_type: dict[str, list[PlannedResource]] = {}
    for resource in resources:
        by_type.setdefault(resource.type, []).append(resource)
    phrases = [phrase(plan, by_type[type_]) for type_, phrase in _TOLD.items() if type_ in by_type]
    counts: dict[str, int] = {}
    for type_, noun in _COUNTED.items():
        if type_ in by_type:
            counts[noun] = counts.get(noun, 0) + len(by_type[type_])
    phrases += [counted(number, noun) for noun, number in counts.items()]
    return "; ".join(p for p in phrases if p) or _kinds(by_type)


def _some(told: list[str]) -> str:
    """`a, b × 2`: the same once, and of very many the first ones."""
    counts = Counter(told)
    shown = [f"{text} × {number}" if number > 1 else text for text, number in counts.items()]
    rest = len(shown) - _MOST
    return f"{', '.join(shown[:_MOST])} and {rest} more" if rest > 1 else ", ".join(shown)


def _kinds(by_type: dict[str, list[PlannedResource]]) -> str:
    return ", ".join(counted(len(found), type_.rsplit(":", 1)[-1]) for type_, found in sorted(by_type.items()))


def _vpc(_: Plan, found: list[PlannedResource]) -> str:
    return _some([f"VPC {r.inputs.get('cidrBlock', r.name)}" for r in found])


def _subnets(_: Plan, found: list[PlannedResource]) -> str:
    zones = sorted({str(r.inputs.get("availabilityZoneId") or r.inputs.get("availabilityZone") or "?") for r in found})
    return f"{counted(len(found), 'subnet')} in {', '.join(zones)}"


def _cluster(_: Plan, found: list[PlannedResource]) -> str:
    return _some([f"EKS {r.inputs.get('version', '')}".strip() for r in found])


def _node_groups(plan: Plan, found: list[PlannedResource]) -> str:
    told = (
        (r.name.removesuffix("-nodes"), *instance_types(plan, r), _range(r.inputs.get("scalingConfig"))) for r in found
    )
    return f"nodes: {_some([' '.join(part for part in parts if part) for parts in told])}"


def _range(scaling: Json) -> str:
    limits = mapping(scaling)
    return f"{limits.get('minSize', 0)}–{limits.get('maxSize', '?')}" if limits else ""


def _node_pools(_: Plan, found: list[PlannedResource]) -> str:
    return f"Karpenter: {_some([f'{r.name}{_gpu_limit(r)}' for r in found])}"


def _gpu_limit(pool: PlannedResource) -> str:
    gpus = gpu_limit(pool)
    return f" up to {counted(int(gpus), 'GPU')}" if gpus is not None else ""


def _file_systems(_: Plan, found: list[PlannedResource]) -> str:
    return _some([f"Lustre {r.inputs.get('storageCapacity', '?')} GiB" for r in found])


def _releases(_: Plan, found: list[PlannedResource]) -> str:
    names = sorted(chart(r) or r.name for r in found)
    return f"{counted(len(found), 'operator')}: {_some(names)}"


def _endpoints(_: Plan, found: list[PlannedResource]) -> str:
    return f"SageMaker: {_some([r.name for r in found])}"


_TOLD: Final[dict[str, Callable[[Plan, list[PlannedResource]], str]]] = {
    vpc.VPC: _vpc,
    SUBNET: _subnets,
    CLUSTER_COMPONENT: _cluster,
    NODE_GROUP: _node_groups,
    fsx.LUSTRE_FILE_SYSTEM: _file_systems,
    RELEASE: _releases,
    NODE_POOL: _node_pools,
    sagemaker.ENDPOINT: _endpoints,
}
"""Types that a count alone does not describe; said first, in this order."""
