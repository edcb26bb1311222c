"""Kinds of object that charts bring: Karpenter, Kueue, KEDA, JobSet and the others."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import ON_THE_CLUSTER, Kind
from gpuplatform.kinds.pricing import karpenter_pools
from gpuplatform.kinds.tokens import NODE_CLASS, NODE_POOL, SCALED_OBJECT

PROMETHEUS_RULE: Final = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"


KINDS: Final = (
    Kind(
        NODE_POOL,
        price=karpenter_pools.node_pool,
    ),
    Kind("kubernetes:kueue.x-k8s.io/v1beta2:ClusterQueue", noun="queue", price=ON_THE_CLUSTER),
    Kind("kubernetes:jobset.x-k8s.io/v1alpha2:JobSet", noun="job set", price=ON_THE_CLUSTER),
    Kind("kubernetes:leaderworkerset.x-k8s.io/v1:LeaderWorkerSet", noun="leader-worker set", price=ON_THE_CLUSTER),
    Kind("kubernetes:kueue.x-k8s.io/v1beta2:ResourceFlavor", noun="resource flavour", price=ON_THE_CLUSTER),
    Kind(SCALED_OBJECT, noun="autoscaler", price=ON_THE_CLUSTER),
    Kind("kubernetes:trainer.kubeflow.org/v1alpha1:TrainJob", noun="training job", price=ON_THE_CLUSTER),
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
