"""Helm charts of the operators, pinned: a row a chart. Raising a version is one line, and its source and date.

Versions were read in the charts' own repositories, never in an index; newer ones may exist. Controllers run on Graviton: build
files of Kueue, JobSet, LeaderWorkerSet, Trainer, node feature discovery, Cluster Autoscaler and the load balancer controller name
arm64; for Karpenter, KEDA and the Prometheus stack it was not checked.
"""

from __future__ import annotations

from dataclasses import dataclass

OCI = "oci://"


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """One version of one chart."""

    repository: str
    """`https://…`, an index of charts; or `oci://…`, a registry."""
    name: str
    version: str
    source: str
    """Where the version was read."""
    as_of: str
    """Day of the last commit in what was read."""
    kinds_in_folder: bool = False
    """Its custom kinds lie in `crds/`: Helm installs those once and never upgrades them. See docs/upgrades.md."""

    @property
    def reference(self) -> str:
        """What Helm is told to install: a registry has no index, so there the name is part of the address."""
        return f"{self.repository}/{self.name}" if self.repository.startswith(OCI) else self.name

    @property
    def index(self) -> str | None:
        """The index to look the name up in; none for a registry."""
        return None if self.repository.startswith(OCI) else self.repository


KARPENTER = Chart(
    repository="oci://public.ecr.aws/karpenter",
    name="karpenter",
    # Chart.yaml names the release before: a release writes its own version when it is published.
    version="1.15.2",
    source="aws/karpenter-provider-aws, tag v1.15.2, as the Go module proxy has it",
    as_of="2026-11-12",
)
KARPENTER_CRD = Chart(
    repository="oci://public.ecr.aws/karpenter",
    name="karpenter-crd",
    version=KARPENTER.version,
    source="aws/karpenter-provider-aws, tag v1.15.2, as the Go module proxy has it",
    as_of="2026-11-12",
)
CLUSTER_AUTOSCALER = Chart(
    repository="https://kubernetes.github.io/autoscaler",
    name="cluster-autoscaler",
    version="9.59.0",
    source="kubernetes/autoscaler, cluster-autoscaler/charts/cluster-autoscaler/Chart.yaml",
    as_of="2026-08-22",
)
KUEUE = Chart(
    repository="oci://registry.k8s.io/kueue/charts",
    name="kueue",
    version="0.19.2",
    source="kubernetes-sigs/kueue, charts/kueue/Chart.yaml at v0.19.2",
    as_of="2026-08-22",
)
JOBSET = Chart(
    repository="oci://registry.k8s.io/jobset/charts",
    name="jobset",
    version="0.12.0",
    source="kubernetes-sigs/jobset, charts/jobset/Chart.yaml",
    as_of="2026-08-18",
    kinds_in_folder=True,
)
TRAINER = Chart(
    repository="oci://ghcr.io/kubeflow/charts",
    name="kubeflow-trainer",
    version="2.3.0",
    source="kubeflow/trainer, charts/kubeflow-trainer/Chart.yaml at v2.3.0",
    as_of="2026-08-21",
)
LEADER_WORKER_SET = Chart(
    repository="oci://registry.k8s.io/lws/charts",
    name="lws",
    # Its Chart.yaml says 0.1.0 for ever; the release writes the version without the v of the git tag.
    version="0.10.0",
    source="kubernetes-sigs/lws, site/content/en/docs/installation, CHART_VERSION, and Makefile",
    as_of="2026-08-21",
    kinds_in_folder=True,
)
KEDA = Chart(
    repository="https://kedacore.github.io/charts",
    name="keda",
    # Its controller is the tag v2.21.0 of kedacore/keda, whose definitions were read; the chart's own files only up to 2.20.2.
    version="2.21.0",
    source="projects that install the chart keda-2.21.0; the index in README.md of kedacore/charts",
    as_of="2026-09-23",
)
LOAD_BALANCER_CONTROLLER = Chart(
    repository="https://aws.github.io/eks-charts",
    name="aws-load-balancer-controller",
    version="3.5.0",
    source="aws/eks-charts, stable/aws-load-balancer-controller/Chart.yaml",
    as_of="2026-08-03",
    kinds_in_folder=True,
)
FSX_CSI_DRIVER = Chart(
    repository="https://kubernetes-sigs.github.io/aws-fsx-csi-driver",
    name="aws-fsx-csi-driver",
    version="1.17.0",
    source="kubernetes-sigs/aws-fsx-csi-driver, tag helm-chart-aws-fsx-csi-driver-1.17.0",
    as_of="2026-04-21",
)
NVIDIA_DEVICE_PLUGIN = Chart(
    repository="https://nvidia.github.io/k8s-device-plugin",
    name="nvidia-device-plugin",
    version="0.20.0",
    source="NVIDIA/k8s-device-plugin, deployments/helm/nvidia-device-plugin/Chart.yaml at v0.20.0",
    as_of="2026-08-19",
)
EFA_DEVICE_PLUGIN = Chart(
    repository="https://aws.github.io/eks-charts",
    name="aws-efa-k8s-device-plugin",
    version="v0.5.30",
    source="aws/eks-charts, stable/aws-efa-k8s-device-plugin/Chart.yaml",
    as_of="2026-08-03",
)
NVIDIA_DRA_DRIVER = Chart(
    repository="oci://registry.k8s.io/dra-driver-nvidia/charts",
    name="dra-driver-nvidia-gpu",
    version="0.4.1",
    source="kubernetes-sigs/dra-driver-nvidia-gpu, deployments/helm/dra-driver-nvidia-gpu/Chart.yaml at v0.4.1; kubernetes/k8s.io#9666",
    as_of="2026-06-30",
    kinds_in_folder=True,
)
EFA_DRA_DRIVER = Chart(
    repository="https://aws.github.io/eks-charts",
    name="aws-dranet",
    version="1.0.0",
    source="aws/eks-charts, stable/aws-dranet/Chart.yaml",
    as_of="2026-08-03",
)
PROMETHEUS_CRDS = Chart(
    repository="oci://ghcr.io/prometheus-community/charts",
    name="prometheus-operator-crds",
    # Of the same operator, 0.93.1, as the stack below: raise both together.
    version="31.0.1",
    source="prometheus-community/helm-charts, charts/prometheus-operator-crds/Chart.yaml",
    as_of="2026-08-22",
)
PROMETHEUS_STACK = Chart(
    repository="oci://ghcr.io/prometheus-community/charts",
    name="kube-prometheus-stack",
    version="88.5.3",
    source="prometheus-community/helm-charts, charts/kube-prometheus-stack/Chart.yaml",
    as_of="2026-08-22",
)
DCGM_EXPORTER = Chart(
    repository="https://nvidia.github.io/dcgm-exporter/helm-charts",
    name="dcgm-exporter",
    version="4.8.2",
    source="NVIDIA/dcgm-exporter, deployment/Chart.yaml, tag 4.5.3-4.8.2",
    as_of="2026-05-12",
)

HELD_BACK = {
    "dra-driver-nvidia-gpu": (
        "0.5.0",
        "its templates could not be read; promoted on 2026-08-19 (kubernetes/k8s.io#9845)",
    ),
}
"""Chart → a newer version that is known, and why it is not the one above."""

CLUSTER_AUTOSCALER_TAGS = {"1.33": "v1.33.6", "1.34": "v1.34.5", "1.35": "v1.35.2", "1.36": "v1.36.1"}
"""Image tag by Kubernetes minor version, which Cluster Autoscaler must equal: it simulates that version's scheduler.
Source: tags of kubernetes/autoscaler, 2026-08-22; that the images are published under them was not checked."""

NODE_IMAGE = "v20261023"
"""Release of EKS's Amazon Linux 2023 images, for Kubernetes 1.31 to 1.37. Source: awslabs/amazon-eks-ami, release v20261023. Those of
2026-09-30 and 2026-10-03 panic while they reclaim memory on Kubernetes 1.31 to 1.35 (amazon-eks-ami#2845, cured in v20261012)."""
