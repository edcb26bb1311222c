"""Kinds that Kubernetes does not have until a chart brings them.

Source: the definitions in the projects' own releases (karpenter, kueue, jobset, trainer, lws, keda, prometheus-operator,
kuberay, cluster-autoscaler, gateway-api, gpu-operator): versions served and not deprecated, read 2026-08.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """An API group, where its definitions come from, and what it serves."""

    charts: tuple[str, ...]
    """Helm charts that bring the definitions; none where the program makes them itself."""
    kinds: dict[str, str]
    """Kind → version to write."""


GROUPS: Final = {
    # cluster-autoscaler's chart leaves its definitions to whoever installs it.
    "autoscaling.x-k8s.io": Group(charts=(), kinds={"ProvisioningRequest": "v1", "CapacityBuffer": "v1beta1"}),
    "gateway.networking.k8s.io": Group(
        charts=("gateway-api", "aws-load-balancer-controller"),
        kinds={"GatewayClass": "v1", "Gateway": "v1", "HTTPRoute": "v1", "ReferenceGrant": "v1"},
    ),
    "jobset.x-k8s.io": Group(charts=("jobset",), kinds={"JobSet": "v1alpha2"}),
    "karpenter.k8s.aws": Group(charts=("karpenter", "karpenter-crd"), kinds={"EC2NodeClass": "v1"}),
    "karpenter.sh": Group(
        charts=("karpenter", "karpenter-crd"),
        kinds={"NodePool": "v1", "NodeClaim": "v1", "NodeOverlay": "v1alpha1"},
    ),
    "keda.sh": Group(
        charts=("keda",),
        kinds={
            "ScaledObject": "v1alpha1",
            "ScaledJob": "v1alpha1",
            "TriggerAuthentication": "v1alpha1",
            "ClusterTriggerAuthentication": "v1alpha1",
        },
    ),
    "kueue.x-k8s.io": Group(
        charts=("kueue",),
        kinds=dict.fromkeys(
            (
                *("AdmissionCheck", "ClusterQueue", "Cohort", "LocalQueue", "MultiKueueCluster", "MultiKueueConfig"),
                *("ProvisioningRequestConfig", "ResourceFlavor", "Topology", "Workload", "WorkloadPriorityClass"),
            ),
            "v1beta2",
        ),
    ),
    "leaderworkerset.x-k8s.io": Group(charts=("lws",), kinds={"LeaderWorkerSet": "v1"}),
    "monitoring.coreos.com": Group(
        charts=("kube-prometheus-stack", "prometheus-operator-crds"),
        kinds={"PodMonitor": "v1", "PrometheusRule": "v1", "ServiceMonitor": "v1"},
    ),
    "nvidia.com": Group(charts=("gpu-operator",), kinds={"ClusterPolicy": "v1"}),
    "ray.io": Group(charts=("kuberay-operator",), kinds={"RayCluster": "v1", "RayJob": "v1", "RayService": "v1"}),
    "trainer.kubeflow.org": Group(
        charts=("kubeflow-trainer",),
        kinds={"ClusterTrainingRuntime": "v1alpha1", "TrainingRuntime": "v1alpha1", "TrainJob": "v1alpha1"},
    ),
}
