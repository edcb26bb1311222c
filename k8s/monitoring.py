"""Prometheus, alerts, dashboards and GPU metrics, on a control plane that EKS hides. Values of three charts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gpuplatform.catalog.nodes import POOL_LABEL, RUNG_LABEL
from k8s import alertmanager
from k8s.alertmanager import Topics
from k8s.device_plugins import ON_GPU_NODES
from k8s.gpu_nodes import DAEMON_TOLERATIONS
from k8s.requests import container

NAMESPACE = "monitoring"
NODE_EXPORTER = container(cpu_m=10, memory_mib=32, limit_mib=128)
"""On every node, the system nodes too."""
PROMETHEUS_URL = "http://kube-prometheus-stack-prometheus.monitoring:9090"
"""Of Prometheus within the cluster; its Service is named after the release."""

# Of EKS's control plane nothing listens on a node, and kube-proxy listens to its own node alone: alerts on them fire for ever
# (helm-charts#3368, #4106).
_HIDDEN = ("kubeControllerManager", "kubeScheduler", "kubeEtcd", "kubeProxy")
_HIDDEN_RULES = (
    "etcd",
    "kubeControllerManager",
    "kubeSchedulerAlerting",
    "kubeSchedulerRecording",
    "kubeProxy",
    "windows",
)
_ALWAYS_RINGING = (
    # They ask whether the cluster could lose a node as it stands; this one adds nodes.
    "KubeCPUOvercommit",
    "KubeMemoryOvercommit",
    # It calls a job stuck that has run for twelve hours; training runs for days, and `TrainingStalled` looks at its GPUs.
    "KubeJobNotCompleted",
)
# With their default, Prometheus ignores every object that the chart itself did not make.
_SELECTORS = ("rule", "serviceMonitor", "podMonitor", "probe", "scrapeConfig")

_GAUGE, _COUNTER = "gauge", "counter"
COUNTERS = (
    ("DCGM_FI_DEV_GPU_UTIL", _GAUGE, "Share of time in which a kernel ran, in %"),
    ("DCGM_FI_PROF_GR_ENGINE_ACTIVE", _GAUGE, "Ratio of time the compute engine is active"),
    ("DCGM_FI_PROF_SM_ACTIVE", _GAUGE, "Ratio of cycles a multiprocessor has work"),
    ("DCGM_FI_PROF_PIPE_TENSOR_ACTIVE", _GAUGE, "Ratio of cycles the tensor cores are active"),
    ("DCGM_FI_PROF_DRAM_ACTIVE", _GAUGE, "Ratio of cycles the memory interface is active"),
    ("DCGM_FI_DEV_FB_USED", _GAUGE, "Memory used, in MiB"),
    ("DCGM_FI_DEV_FB_FREE", _GAUGE, "Memory free, in MiB"),
    ("DCGM_FI_DEV_SM_CLOCK", _GAUGE, "Clock of the multiprocessors, in MHz"),
    ("DCGM_FI_DEV_GPU_TEMP", _GAUGE, "Temperature, in C"),
    ("DCGM_FI_DEV_MEMORY_TEMP", _GAUGE, "Temperature of the memory, in C"),
    ("DCGM_FI_DEV_POWER_USAGE", _GAUGE, "Power, in W"),
    ("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", _COUNTER, "Energy since the driver was loaded, in mJ"),
    ("DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL", _COUNTER, "Bandwidth of all NVLink lanes"),
    ("DCGM_FI_PROF_PCIE_TX_BYTES", _GAUGE, "Sent over PCIe, in bytes a second"),
    ("DCGM_FI_PROF_PCIE_RX_BYTES", _GAUGE, "Received over PCIe, in bytes a second"),
    ("DCGM_FI_DEV_PCIE_REPLAY_COUNTER", _COUNTER, "PCIe retries"),
    ("DCGM_FI_DEV_ECC_DBE_VOL_TOTAL", _COUNTER, "Double-bit memory errors since the driver was loaded"),
    ("DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS", _COUNTER, "Rows remapped after uncorrectable errors"),
    ("DCGM_FI_DEV_ROW_REMAP_FAILURE", _GAUGE, "Whether remapping of rows has failed"),
    ("DCGM_EXP_XID_ERRORS_COUNT", _COUNTER, "XID errors in the last window, by xid"),
    ("DCGM_EXP_CLOCK_EVENTS_COUNT", _COUNTER, "Events that slowed the clock in the last window"),
)
"""What DCGM exporter reads. Its own list has neither multiprocessor activity nor counted XIDs: `DCGM_FI_DEV_XID_ERRORS` is the last
code and never returns to 0 (dcgm-exporter#500), so nobody can alert on it."""


NODE_LABELS = (POOL_LABEL, RUNG_LABEL, "node.kubernetes.io/instance-type")
"""Of nodes, that kube-state-metrics exports: costs are by pool and type."""

ON_NODE_GIB = 6
"""What Prometheus may fill of a node's own disk where it has no volume."""


def stack_values(
    *,
    retention_days: int,
    storage_gib: int | None,
    dashboards: bool,
    cost_labels: Iterable[str],
    storage_class: str,
    topics: Topics,
    region: str,
) -> dict[str, Any]:
    """Prometheus and Alertmanager keep their volumes, where they have some; Grafana keeps nothing, its dashboards are objects of
    the cluster."""

    def volume(gib: int) -> dict[str, Any]:
        if storage_gib is None:
            return {"emptyDir": {"sizeLimit": f"{gib}Gi"}}
        return {
            "volumeClaimTemplate": {
                "spec": {
                    "storageClassName": storage_class,
                    "accessModes": ["ReadWriteOnce"],
                    "resources": {"requests": {"storage": f"{gib}Gi"}},
                }
            }
        }

    space = storage_gib or ON_NODE_GIB
    return {
        # A release of their own, that operators with monitors of their own need not wait for Prometheus.
        "crds": {"enabled": False},
        "defaultRules": {
            "rules": dict.fromkeys(_HIDDEN_RULES, False),
            "disabled": dict.fromkeys(_ALWAYS_RINGING, True),
        },
        **{component: {"enabled": False} for component in _HIDDEN},
        "prometheusOperator": {
            "resources": container(cpu_m=50, memory_mib=96, limit_mib=512),
            "prometheusConfigReloader": {"resources": container(cpu_m=5, memory_mib=32, limit_mib=128)},
            "admissionWebhooks": {"patch": {"resources": container(cpu_m=10, memory_mib=32, limit_mib=128)}},
        },
        "prometheus": {
            "prometheusSpec": {
                **{f"{selector}SelectorNilUsesHelmValues": False for selector in _SELECTORS},
                "retention": f"{retention_days}d",
                # Before the volume is full: a full one stops Prometheus for good.
                "retentionSize": f"{space * 85 // 100}GiB",
                "storageSpec": volume(space),
                "resources": prometheus_requests(space),
            }
        },
        "alertmanager": alertmanager.values(topics, region=region, storage=volume(1)),
        "kube-state-metrics": {
            "resources": container(cpu_m=10, memory_mib=64, limit_mib=512),
            # It exports no label unless named, and costs are by label.
            "metricLabelsAllowlist": [f"pods=[{','.join(cost_labels)}]", f"nodes=[{','.join(NODE_LABELS)}]"],
        },
        "prometheus-node-exporter": {"resources": NODE_EXPORTER},
        "grafana": {
            "enabled": dashboards,
            "resources": container(cpu_m=50, memory_mib=192, limit_mib=512),
            "sidecar": {"resources": container(cpu_m=10, memory_mib=96, limit_mib=256)},
        }
        if dashboards
        else {"enabled": False},
    }


def prometheus_requests(storage_gib: int) -> dict[str, dict[str, str]]:
    """Prometheus keeps its newest hours in memory: what fills a large disk needs much memory. The limit is twice the request,
    so that a burst of series restarts Prometheus rather than the node's other pods."""
    memory = 768 if storage_gib <= 20 else 4096
    return container(cpu_m=100, memory_mib=memory, limit_mib=2 * memory)


def dcgm_values(cost_labels: Iterable[str]) -> dict[str, Any]:
    """The exporter asks the DCGM engine that EKS's node monitoring agent runs on the node: two engines on one GPU take the profiling
    counters from each other (dcgm-exporter#7)."""
    return {
        "arguments": ["-f", "/etc/dcgm-exporter/default-counters.csv", "-r", "$(NODE_IP):5555"],
        "extraEnv": [{"name": "NODE_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.hostIP"}}}],
        "customMetrics": counters_csv(),
        "affinity": ON_GPU_NODES,
        "tolerations": DAEMON_TOLERATIONS,
        "resources": _dcgm_resources(),
        # The pod on the GPU, not the exporter's own, is what metrics are about.
        "serviceMonitor": {
            "enabled": True,
            "honorLabels": True,
            # The exporter's own `hostname` is its pod's.
            "relabelings": [{"sourceLabels": ["__meta_kubernetes_pod_node_name"], "targetLabel": "node"}],
        },
        "kubernetes": {
            "enablePodLabels": True,
            "podLabelAllowlistRegex": ["^" + label.replace(".", r"\.") + "$" for label in cost_labels],
        },
    }


def _dcgm_resources() -> dict[str, dict[str, str]]:
    """With a limit on CPU, for Helm merges: what is not written here stays at the chart's 200m, by which a node of eight GPUs answers too
    late."""
    resources = container(cpu_m=50, memory_mib=192, limit_mib=1024)
    return {**resources, "limits": {**resources["limits"], "cpu": "2"}}


def counters_csv() -> str:
    """COUNTERS in the exporter's format: field, type of metric, help."""
    return "".join(f"{field}, {kind}, {text.replace(',', ';')}\n" for field, kind, text in COUNTERS)
