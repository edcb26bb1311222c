"""Kinds of object that charts bring: Karpenter, Kueue, KEDA, JobSet and the others."""

from __future__ import annotations

from typing import Final

from gpuplatform.catalog.nodes import GPU
from gpuplatform.kinds.cluster.node_properties import (
    CAPACITY_LABEL,
    TYPE_LABEL,
    gpu_limit,
    requirements,
)
from gpuplatform.kinds.kind import ON_THE_CLUSTER, Kind
from gpuplatform.kinds.labels import (
    Label,
    Lines,
    Place,
    fixed,
    gpus_of,
    listed,
    served_model,
)
from gpuplatform.kinds.pricing import karpenter_pools
from gpuplatform.kinds.tokens import CLUSTER_QUEUE, NODE_CLASS, NODE_POOL, SCALED_OBJECT
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.plan.wording import counted

PROMETHEUS_RULE: Final = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"


def _node_pool_label(_: Plan, pool: PlannedResource, __: list[PlannedResource]) -> Lines:
    wanted, gpus = requirements(pool), gpu_limit(pool)
    bought = " or ".join(wanted.get(CAPACITY_LABEL, []))
    most = f"up to {counted(int(gpus), 'GPU')}" if str(gpus).isdigit() else "no GPU limit"
    return [
        *wanted.get(TYPE_LABEL, [])[:3],
        ", ".join(part for part in (bought, most) if part),
    ]


def _job_label(_: Plan, face: PlannedResource, __: list[PlannedResource]) -> Lines:
    for replicated in map(as_dict, as_list(get_path(face.inputs, "spec", "replicatedJobs"))):
        pods = get_path(replicated, "template", "spec", "parallelism") or 1
        gpus = gpus_of(get_path(replicated, "template", "spec", "template", "spec"))
        return [f"training job: {counted(int(pods), 'pod')}{f' × {gpus} GPU' if gpus else ''}"]
    return ["training job"]


def _queue_label(_: Plan, queue: PlannedResource, __: list[PlannedResource]) -> Lines:
    quotas = [
        str(as_dict(quota).get("nominalQuota"))
        for group in as_list(get_path(queue.inputs, "spec", "resourceGroups"))
        for flavor in as_list(get_path(group, "flavors"))
        for quota in as_list(get_path(flavor, "resources"))
        if as_dict(quota).get("name") == GPU
    ]
    return [f"Kueue: {counted(sum(int(q) for q in quotas if q.isdigit()), 'GPU')} of its own"]


def _node_pools(_: Plan, found: list[PlannedResource]) -> str:
    return f"Karpenter: {listed([f'{r.name}{_gpu_limit(r)}' for r in found])}"


def _gpu_limit(pool: PlannedResource) -> str:
    gpus = gpu_limit(pool)
    return f" up to {counted(int(gpus), 'GPU')}" if gpus is not None else ""


KINDS: Final = (
    Kind(
        NODE_POOL,
        maximum="spec.limits",
        label=Label(icon="nodes", words=_node_pool_label, rank=2, place=Place.VPC),
        phrase=_node_pools,
        price=karpenter_pools.node_pool,
    ),
    Kind(
        CLUSTER_QUEUE,
        label=Label(icon="queue", words=_queue_label, rank=10),
        noun="queue",
        price=ON_THE_CLUSTER,
    ),
    Kind(
        "kubernetes:jobset.x-k8s.io/v1alpha2:JobSet",
        label=Label(icon="job", words=_job_label, rank=6),
        noun="job set",
        price=ON_THE_CLUSTER,
    ),
    Kind(
        "kubernetes:leaderworkerset.x-k8s.io/v1:LeaderWorkerSet",
        label=Label(icon="endpoint", words=served_model, rank=8),
        noun="leader-worker set",
        price=ON_THE_CLUSTER,
    ),
    Kind("kubernetes:kueue.x-k8s.io/v1beta2:ResourceFlavor", noun="resource flavour", price=ON_THE_CLUSTER),
    Kind(
        SCALED_OBJECT,
        maximum="spec.maxReplicaCount",
        ordered=(("spec.minReplicaCount", "spec.maxReplicaCount"),),
        noun="autoscaler",
        price=ON_THE_CLUSTER,
    ),
    Kind(
        "kubernetes:trainer.kubeflow.org/v1alpha1:TrainJob",
        label=Label(icon="job", words=fixed("training job"), rank=7),
        noun="training job",
        price=ON_THE_CLUSTER,
    ),
    *(
        Kind(token, price=ON_THE_CLUSTER)
        for token in (
            "kubernetes:kueue.x-k8s.io/v1beta2:AdmissionCheck",
            "kubernetes:autoscaling.x-k8s.io/v1beta1:CapacityBuffer",
            "kubernetes:nvidia.com/v1:ClusterPolicy",
            "kubernetes:trainer.kubeflow.org/v1alpha1:ClusterTrainingRuntime",
            "kubernetes:keda.sh/v1alpha1:ClusterTriggerAuthentication",
            "kubernetes:kueue.x-k8s.io/v1beta2:Cohort",
            NODE_CLASS,
            "kubernetes:gateway.networking.k8s.io/v1:Gateway",
            "kubernetes:gateway.networking.k8s.io/v1:GatewayClass",
            "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",
            "kubernetes:kueue.x-k8s.io/v1beta2:LocalQueue",
            "kubernetes:kueue.x-k8s.io/v1beta2:MultiKueueCluster",
            "kubernetes:kueue.x-k8s.io/v1beta2:MultiKueueConfig",
            "kubernetes:karpenter.sh/v1:NodeClaim",
            "kubernetes:karpenter.sh/v1alpha1:NodeOverlay",
            "kubernetes:monitoring.coreos.com/v1:PodMonitor",
            PROMETHEUS_RULE,
            "kubernetes:autoscaling.x-k8s.io/v1:ProvisioningRequest",
            "kubernetes:kueue.x-k8s.io/v1beta2:ProvisioningRequestConfig",
            "kubernetes:ray.io/v1:RayCluster",
            "kubernetes:ray.io/v1:RayJob",
            "kubernetes:ray.io/v1:RayService",
            "kubernetes:gateway.networking.k8s.io/v1:ReferenceGrant",
            "kubernetes:keda.sh/v1alpha1:ScaledJob",
            "kubernetes:monitoring.coreos.com/v1:ServiceMonitor",
            "kubernetes:kueue.x-k8s.io/v1beta2:Topology",
            "kubernetes:trainer.kubeflow.org/v1alpha1:TrainingRuntime",
            "kubernetes:keda.sh/v1alpha1:TriggerAuthentication",
            "kubernetes:kueue.x-k8s.io/v1beta2:Workload",
            "kubernetes:kueue.x-k8s.io/v1beta2:WorkloadPriorityClass",
        )
    ),
)
