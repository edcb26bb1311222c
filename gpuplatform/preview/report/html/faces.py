"""What the picture says of each kind of resource: an icon, and a few words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from textwrap import wrap
from typing import Final

from gpuplatform.catalog.instances import UnknownInstanceType, instance
from gpuplatform.catalog.nodes import GPU
from gpuplatform.kinds import (
    appautoscaling,
    budgets,
    cloudwatch,
    eks,
    fsx,
    iam,
    kms,
    kubernetes,
    s3,
    sagemaker,
    scheduler,
    sns,
    sqs,
    vpc,
    vpc_egress,
)
from gpuplatform.kinds.cluster.node_properties import (
    CAPACITY_LABEL,
    TYPE_LABEL,
    gpu_limit,
    instance_types,
    requirements,
)
from gpuplatform.kinds.tokens import NODE_GROUP, NODE_POOL, RELEASE, SECURITY_GROUP
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.values import at, listing, mapping
from gpuplatform.plan.wording import counted
from gpuplatform.preview.report.terminal import short_type

ROOM: Final = 28
"""Characters of a line on a tile."""

Lines = list[str]
Say = Callable[[Plan, PlannedResource, list[PlannedResource]], Lines]
"""From the plan, the resource that gives a tile its face, and all that the tile stands for."""


def kind_of(resource: PlannedResource) -> str:
    """`aws:ec2/vpc:Vpc` → `aws ec2 Vpc`; a token of another shape as it is."""
    return short_type(resource.type)


def kind(_: Plan, face: PlannedResource, parts: list[PlannedResource]) -> Lines:
    own = len(parts) - 1
    return [kind_of(face), *([counted(own, "part")] if own > 1 else ())]


def _said(text: str) -> Say:
    return lambda _plan, _face, _parts: [text]


def _counted(noun: str) -> Say:
    return lambda _plan, face, parts: [counted(sum(p.type == face.type for p in parts), noun)]


def _nodes(plan: Plan, group: PlannedResource, _: list[PlannedResource]) -> Lines:
    scaling = mapping(group.inputs.get("scalingConfig"))
    bought = (
        str(group.inputs.get("capacityType") or "ON_DEMAND").lower().replace("_", " ").replace("on demand", "on-demand")
    )
    return [
        ", ".join(hardware(t) for t in instance_types(plan, group)),
        f"{_span(scaling.get('minSize', 0), scaling.get('maxSize', '?'))} nodes, {bought}",
    ]


def hardware(type_: str) -> str:
    """`p5.48xlarge, 8 × H100`; the type alone where the catalogue has no row for it."""
    try:
        gpu = instance(type_.removeprefix("ml.")).gpu
    except UnknownInstanceType:
        return type_
    return f"{type_}, {gpu.logical_count} × {gpu.name}" if gpu else type_


def _node_pool(_: Plan, pool: PlannedResource, __: list[PlannedResource]) -> Lines:
    wanted, gpus = requirements(pool), gpu_limit(pool)
    bought = " or ".join(wanted.get(CAPACITY_LABEL, []))
    most = f"up to {counted(int(gpus), 'GPU')}" if str(gpus).isdigit() else "no GPU limit"
    return [
        *wanted.get(TYPE_LABEL, [])[:3],
        ", ".join(part for part in (bought, most) if part),
    ]


def _lustre(_: Plan, files: PlannedResource, parts: list[PlannedResource]) -> Lines:
    speed = files.inputs.get("perUnitStorageThroughput")
    links = [
        str(p.inputs.get("fileSystemPath", "")).strip("/") for p in parts if p.type == fsx.DATA_REPOSITORY_ASSOCIATION
    ]
    return [
        f"Lustre, {_number(files.inputs.get('storageCapacity'))} GiB",
        f"{speed} MB/s per TiB" if speed else "",
        f"linked: {', '.join(sorted(links))}" if links else "",
    ]


def _bucket(_: Plan, __: PlannedResource, parts: list[PlannedResource]) -> Lines:
    versioned = any(at(p.inputs, "versioningConfiguration", "status") == "Enabled" for p in parts)
    return ["S3 bucket, versioned" if versioned else "S3 bucket"]


def _endpoint(_: Plan, __: PlannedResource, parts: list[PlannedResource]) -> Lines:
    configured = [p for p in parts if p.type == sagemaker.ENDPOINT_CONFIGURATION]
    variants = [mapping(v) for c in configured for v in listing(c.inputs.get("productionVariants"))]
    types = [hardware(str(v["instanceType"])) for v in variants if v.get("instanceType")]
    waits = any(c.inputs.get("asyncInferenceConfig") for c in configured)
    serverless = any(v.get("serverlessConfig") for v in variants)
    ranges = [
        f"{_span(p.inputs.get('minCapacity'), p.inputs.get('maxCapacity'))} instances"
        for p in parts
        if p.type == appautoscaling.TARGET
    ]
    manner = "asynchronous" if waits else "serverless" if serverless else "real time"
    return [*types[:1], f"SageMaker {manner}", *ranges[:1]]


def _model(_: Plan, face: PlannedResource, parts: list[PlannedResource]) -> Lines:
    scalers = [mapping(p.inputs.get("spec")) for p in parts if p.type.endswith(":ScaledObject")]
    replicas = (
        _span(scalers[0].get("minReplicaCount", 0), scalers[0].get("maxReplicaCount", "?"))
        if scalers
        else str(at(face.inputs, "spec", "replicas") or 1)
    )
    pod = at(face.inputs, "spec", "template", "spec") or at(
        face.inputs, "spec", "leaderWorkerTemplate", "workerTemplate", "spec"
    )
    gpus = _gpus(pod)
    return [f"{replicas} replicas{f', {gpus} GPU each' if gpus else ''}"]


def _job(_: Plan, face: PlannedResource, __: list[PlannedResource]) -> Lines:
    for replicated in map(mapping, listing(at(face.inputs, "spec", "replicatedJobs"))):
        pods = at(replicated, "template", "spec", "parallelism") or 1
        gpus = _gpus(at(replicated, "template", "spec", "template", "spec"))
        return [f"training job: {counted(int(pods), 'pod')}{f' × {gpus} GPU' if gpus else ''}"]
    return ["training job"]


def _gpus(pod: Json) -> int:
    """GPUs that the containers of a pod ask for."""
    asked = [at(container, "resources", "limits", GPU) for container in listing(at(pod, "containers"))]
    return sum(int(n) for n in asked if str(n).isdigit())


def _queue(_: Plan, queue: PlannedResource, __: list[PlannedResource]) -> Lines:
    quotas = [
        str(mapping(quota).get("nominalQuota"))
        for group in listing(at(queue.inputs, "spec", "resourceGroups"))
        for flavor in listing(at(group, "flavors"))
        for quota in listing(at(flavor, "resources"))
        if mapping(quota).get("name") == GPU
    ]
    return [f"Kueue: {counted(sum(int(q) for q in quotas if q.isdigit()), 'GPU')} of its own"]


def _release(_: Plan, release: PlannedResource, __: list[PlannedResource]) -> Lines:
    chart, version = (str(release.inputs.get(key, "")).rsplit("/", 1)[-1] for key in ("chart", "version"))
    told = f"{chart} {version}"
    return [told] if len(told) <= ROOM else [chart, version]


def _addons(_: Plan, face: PlannedResource, parts: list[PlannedResource]) -> Lines:
    names = [str(p.inputs.get("addonName")) for p in parts if p.type == face.type]
    return ["EKS add-ons:", *wrap(", ".join(names), ROOM, break_on_hyphens=False)]


def _budget(_: Plan, budget: PlannedResource, __: list[PlannedResource]) -> Lines:
    return [f"budget: {_number(budget.inputs.get('limitAmount'))} $ a month"]


def _span(least: Json, most: Json) -> str:
    return f"{_number(least)}" if least == most else f"{_number(least)}–{_number(most)}"


def _number(value: Json) -> str:
    try:
        return f"{float(value):,.0f}"
    except (TypeError, ValueError):
        return "?"


FACES: Final[Mapping[str, tuple[str, Say]]] = {
    NODE_GROUP: ("nodes", _nodes),
    NODE_POOL: ("nodes", _node_pool),
    fsx.LUSTRE_FILE_SYSTEM: ("disk", _lustre),
    sagemaker.ENDPOINT: ("endpoint", _endpoint),
    s3.BUCKET: ("bucket", _bucket),
    "kubernetes:jobset.x-k8s.io/v1alpha2:JobSet": ("job", _job),
    "kubernetes:trainer.kubeflow.org/v1alpha1:TrainJob": ("job", _said("training job")),
    "kubernetes:leaderworkerset.x-k8s.io/v1:LeaderWorkerSet": ("endpoint", _model),
    kubernetes.DEPLOYMENT: ("endpoint", _model),
    "kubernetes:kueue.x-k8s.io/v1beta2:ClusterQueue": ("queue", _queue),
    RELEASE: ("operator", _release),
    eks.ADDON: ("operator", _addons),
    scheduler.SCHEDULE: ("clock", _counted("schedule")),
    sqs.QUEUE: ("queue", _said("message queue")),
    sns.TOPIC: ("bell", _said("alert topic")),
    budgets.BUDGET: ("money", _budget),
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": ("money", _said("anomaly monitor")),
    vpc_egress.NAT_GATEWAY: ("gate", _said("NAT gateway")),
    vpc.INTERNET_GATEWAY: ("gate", _said("internet gateway")),
    vpc_egress.VPC_ENDPOINT: (
        "gate",
        lambda _plan, face, _parts: [
            f"{str(face.inputs.get('vpcEndpointType', '')).lower()} endpoint: "
            f"{str(face.inputs.get('serviceName', '')).rsplit('.', 1)[-1]}"
        ],
    ),
    vpc.FLOW_LOG: ("bell", _said("flow logs")),
    SECURITY_GROUP: ("shield", _counted("security group")),
    "aws:eks/accessEntry:AccessEntry": ("key", _counted("access entry")),
    cloudwatch.METRIC_ALARM: ("bell", _counted("alarm")),
    eks.POD_IDENTITY_ASSOCIATION: ("key", _said("pod identity")),
    kms.KEY: ("key", _said("encryption key")),
    iam.ROLE: ("key", _said("IAM role")),
}
"""Type → icon and words. A component has the face of the first of these that is among its parts."""

PLUMBING: Final = frozenset({iam.ROLE, eks.POD_IDENTITY_ASSOCIATION})
"""Faces of what everything needs beside it, which an architect would not draw."""
