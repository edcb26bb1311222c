"""The Envoy gateway for all models: it sends `/<model>/v1/…` to the model's Service, and counts the requests, answered or not.

The count scales a model up from zero copies; until the first copy is ready, its callers get 503 and try again. The gateway does not
authenticate callers: a model with an API key checks it itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.apiextensions import CustomResource

from components.tags import CostTags
from gpuplatform.catalog.images import ENVOY
from k8s.envoy import METRICS_PATH, METRICS_PORT, PORT, READY_PATH, bootstrap
from k8s.gpu_nodes import SYSTEM

GATEWAY = {"app.kubernetes.io/name": "inference-gateway"}
"""Labels of its pods."""

DRAIN_SECONDS = 100
"""To finish answers that are being streamed."""

_USER = 65532


@dataclass(frozen=True, kw_only=True)
class InferenceGatewayArgs:
    models: Mapping[str, str]
    """Model → where its API begins, such as `/v1`; each has a Service of its name in the namespace."""
    replicas: int
    tags: CostTags
    namespace: pulumi.Input[str]
    namespace_name: str
    """The same, known before anything exists: Envoy's configuration names the models' Services in full."""
    monitoring: pulumi.Resource
    """The release that brings PodMonitor."""

    def __post_init__(self) -> None:
        if not self.models:
            raise ValueError("models: none; without a model on the cluster the gateway has nothing to route to")
        if self.replicas < 1:
            raise ValueError(f"replicas: {self.replicas}; accepted: at least 1")


class InferenceGateway(pulumi.ComponentResource):
    """The gateway and its Service, which is called `name`."""

    urls: Mapping[str, str]
    """Model → base URL on the cluster, below which its engine answers."""

    def __init__(self, name: str, args: InferenceGatewayArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:k8s:InferenceGateway", name, {}, opts)
        if name in args.models:
            raise ValueError(f"models: {name} is the gateway's own name; call the model something else")
        child = pulumi.ResourceOptions(parent=self)
        labels = {**args.tags.labels(), **GATEWAY}
        metadata: kubernetes.meta.v1.ObjectMetaArgsDict = {"name": name, "namespace": args.namespace, "labels": labels}
        envoy = bootstrap(args.models, args.namespace_name)

        config = kubernetes.core.v1.ConfigMap(
            f"{name}-config", metadata=metadata, data={"envoy.yaml": envoy}, opts=child
        )
        kubernetes.apps.v1.Deployment(
            f"{name}-deployment",
            metadata=metadata,
            spec={
                "replicas": args.replicas,
                "selector": {"match_labels": GATEWAY},
                "strategy": {"type": "RollingUpdate", "rolling_update": {"max_surge": 1, "max_unavailable": 0}},
                "template": {
                    "metadata": {
                        "labels": labels,
                        # Envoy reads its configuration once: another one means other pods.
                        "annotations": {"gpuplatform.io/configuration": hashlib.sha256(envoy.encode()).hexdigest()},
                    },
                    "spec": _pod(config.metadata.name),
                },
            },
            opts=child,
        )
        kubernetes.core.v1.Service(
            f"{name}-service",
            metadata=metadata,
            spec={"selector": GATEWAY, "ports": [{"name": "http", "port": 80, "target_port": "http"}]},
            opts=child,
        )
        kubernetes.policy.v1.PodDisruptionBudget(
            f"{name}-budget",
            metadata=metadata,
            spec={"max_unavailable": 1, "selector": {"match_labels": GATEWAY}},
            opts=child,
        )
        kubernetes.networking.v1.NetworkPolicy(
            f"{name}-policy",
            metadata=metadata,
            spec={
                "pod_selector": {"match_labels": GATEWAY},
                "policy_types": ["Ingress"],
                "ingress": [
                    {"ports": [{"port": PORT}]},
                    {"from_": [monitoring_only()], "ports": [{"port": METRICS_PORT}]},
                ],
            },
            opts=child,
        )
        CustomResource(
            f"{name}-monitor",
            api_version="monitoring.coreos.com/v1",
            kind="PodMonitor",
            metadata=metadata,
            spec=scrape(GATEWAY, port="metrics", path=METRICS_PATH),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.monitoring]),
        )

        self.urls = {
            model: f"http://{name}.{args.namespace_name}.svc.cluster.local/{model}{api_path}"
            for model, api_path in args.models.items()
        }
        self.register_outputs({"urls": self.urls})


def scrape(selector: Mapping[str, str], *, port: str, path: str) -> dict[str, Any]:
    """The spec of a PodMonitor that reads twice as often as the default, because copies are added by what it reads."""
    return {
        "selector": {"matchLabels": dict(selector)},
        "podMetricsEndpoints": [{"port": port, "path": path, "interval": "15s"}],
    }


def monitoring_only() -> kubernetes.networking.v1.NetworkPolicyPeerArgsDict:
    """Pods of the namespace where Prometheus runs."""
    return {"namespace_selector": {"match_labels": {"kubernetes.io/metadata.name": "monitoring"}}}


def _pod(config: pulumi.Input[str]) -> kubernetes.core.v1.PodSpecArgsDict:
    ready: kubernetes.core.v1.HTTPGetActionArgsDict = {"path": READY_PATH, "port": "metrics"}
    return {
        "automount_service_account_token": False,
        "enable_service_links": False,
        "node_selector": SYSTEM,
        "termination_grace_period_seconds": DRAIN_SECONDS + 15,
        "topology_spread_constraints": [
            {
                "max_skew": 1,
                "topology_key": "kubernetes.io/hostname",
                "when_unsatisfiable": "ScheduleAnyway",
                "label_selector": {"match_labels": GATEWAY},
            }
        ],
        "security_context": {
            "run_as_non_root": True,
            "run_as_user": _USER,
            "run_as_group": _USER,
            "seccomp_profile": {"type": "RuntimeDefault"},
        },
        "containers": [
            {
                "name": "envoy",
                "image": str(ENVOY),
                "args": ["-c", "/etc/envoy/envoy.yaml", "--concurrency", "2", "-l", "warning", "--disable-hot-restart"],
                "ports": [
                    {"name": "http", "container_port": PORT},
                    {"name": "metrics", "container_port": METRICS_PORT},
                ],
                "resources": {"requests": {"cpu": "50m", "memory": "96Mi"}, "limits": {"memory": "256Mi"}},
                "readiness_probe": {"http_get": ready, "period_seconds": 5},
                "liveness_probe": {"http_get": ready, "period_seconds": 10, "failure_threshold": 3},
                "lifecycle": {"pre_stop": {"sleep": {"seconds": DRAIN_SECONDS}}},
                "security_context": {
                    "allow_privilege_escalation": False,
                    "read_only_root_filesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                },
                "volume_mounts": [{"name": "config", "mount_path": "/etc/envoy", "read_only": True}],
            }
        ],
        "volumes": [{"name": "config", "config_map": {"name": config}}],
    }
