"""One model served on elastic GPU nodes, whatever its engine: as many copies as its load asks for, none when nobody asks.

KEDA owns the number of replicas. With a minimum of zero the first requests fail with 503 while node and model start, as
SageMaker's do: the gateway's count of requests starts the first copy, because a model without pods has no metrics.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.apiextensions import CustomResource

from components.tags import CostTags
from k8s.engines.engine import Engine, Hardware, Place, ServedModel, Signal
from k8s.envoy import MODEL_PORT
from k8s.inference_gateway import GATEWAY, monitoring_only, scrape

COOLDOWN_SECONDS = 900
"""Without requests before the last copy goes. It is longer than a cold start, so that a model which one request started is there for
the next."""

NEVER = "1000000"
"""Threshold of a trigger that starts the first copy and must add no other."""


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """The bounds of the number of copies, and when one is added."""

    min: int
    max: int
    waiting_requests: int
    """Queued for each copy at which another is added."""

    def __post_init__(self) -> None:
        if not (0 <= self.min <= self.max and self.max >= 1):
            raise ValueError(f"min: {self.min}, max: {self.max}; accepted: 0 ≤ min ≤ max and max ≥ 1")
        if self.waiting_requests < 1:
            raise ValueError(f"waiting_requests: {self.waiting_requests}; accepted: at least 1")


@dataclass(frozen=True, kw_only=True)
class Operators:
    """What the objects rely on: the pool, the releases that bring ScaledObject and PodMonitor, and where Prometheus answers."""

    nodes: pulumi.Resource
    """The pool: copies go before it does."""
    keda: pulumi.Resource
    monitoring: pulumi.Resource
    prometheus: str


@dataclass(frozen=True, kw_only=True)
class InferenceServiceArgs:
    engine: Engine
    model: ServedModel
    hardware: Hardware
    place: Place
    scaling: Scaling
    operators: Operators
    tags: CostTags


class InferenceService(pulumi.ComponentResource):
    """A model and all that it needs on the cluster; `name` is the model's, in its URL and in its metrics."""

    service_name: pulumi.Output[str]
    """Of the Service in front of the copies; callers go through the gateway."""

    def __init__(self, name: str, args: InferenceServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:k8s:InferenceService", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        selector = {"app.kubernetes.io/name": name, "app.kubernetes.io/component": "model"}
        labels = {**args.tags.labels(), **selector}
        metadata: kubernetes.meta.v1.ObjectMetaArgsDict = {
            "name": name,
            "namespace": args.place.namespace,
            "labels": labels,
        }
        # Without nodes nothing ever gets ready: Pulumi must not wait for it.
        unawaited: kubernetes.meta.v1.ObjectMetaArgsDict = {**metadata, "annotations": {"pulumi.com/skipAwait": "true"}}

        engine = args.engine
        metrics_port, metrics_path = engine.metrics
        template = engine.pod(name, args.model, args.hardware, args.place, selector=selector, labels=labels)
        deployment = kubernetes.apps.v1.Deployment(
            f"{name}-deployment",
            metadata=unawaited,
            spec={
                "replicas": args.scaling.min,
                "selector": {"match_labels": selector},
                "strategy": {"type": "RollingUpdate", "rolling_update": {"max_surge": 1, "max_unavailable": 0}},
                # A node and a cold start; the default of ten minutes would call every new copy failed.
                "progress_deadline_seconds": engine.start_seconds + 1200,
                "template": template,
            },
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[args.operators.nodes], ignore_changes=["spec.replicas"]
            ),
        )
        service = kubernetes.core.v1.Service(
            f"{name}-service",
            metadata=unawaited,
            spec={
                "selector": selector,
                "ports": [{"name": "http", "port": MODEL_PORT, "target_port": "http"}],
            },
            opts=child,
        )
        kubernetes.policy.v1.PodDisruptionBudget(
            f"{name}-budget",
            metadata=metadata,
            # Holds for one copy as well as for many, and lets a node be drained.
            spec={"max_unavailable": 1, "selector": {"match_labels": selector}},
            opts=child,
        )
        kubernetes.networking.v1.NetworkPolicy(
            f"{name}-policy",
            metadata=metadata,
            spec={
                "pod_selector": {"match_labels": selector},
                "policy_types": ["Ingress"],
                "ingress": [
                    {
                        "from_": [{"pod_selector": {"match_labels": GATEWAY}}, monitoring_only()],
                        "ports": [{"port": port} for port in engine.ports.values()],
                    }
                ],
            },
            opts=child,
        )
        CustomResource(
            f"{name}-monitor",
            api_version="monitoring.coreos.com/v1",
            kind="PodMonitor",
            metadata=metadata,
            spec=scrape(selector, port=metrics_port, path=metrics_path),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.operators.monitoring]),
        )
        CustomResource(
            f"{name}-scaler",
            api_version="keda.sh/v1alpha1",
            kind="ScaledObject",
            metadata=metadata,
            spec=scaled_object(
                name,
                args.scaling,
                engine.signals(name, args.scaling.waiting_requests),
                args.operators.prometheus,
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.operators.keda, deployment]),
        )

        self.service_name = service.metadata.name
        self.register_outputs({"service_name": self.service_name})


def scaled_object(model: str, scaling: Scaling, signals: Sequence[Signal], prometheus: str) -> dict[str, Any]:
    """The engine's signals add copies; the gateway's traffic starts the first and keeps the last."""
    return {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": model},
        "minReplicaCount": scaling.min,
        "maxReplicaCount": scaling.max,
        "pollingInterval": 15,
        "cooldownPeriod": COOLDOWN_SECONDS,
        "advanced": {
            "horizontalPodAutoscalerConfig": {
                "behavior": {
                    "scaleUp": {
                        "stabilizationWindowSeconds": 0,
                        "policies": [{"type": "Pods", "value": 2, "periodSeconds": 60}],
                    },
                    # A copy costs minutes to get back: give one up at a time, after ten quiet minutes.
                    "scaleDown": {
                        "stabilizationWindowSeconds": 600,
                        "policies": [{"type": "Pods", "value": 1, "periodSeconds": 300}],
                    },
                }
            }
        },
        "triggers": [
            *(_trigger(signal, prometheus) for signal in signals),
            _trigger(Signal(name="traffic", query=traffic(model), threshold=NEVER, kind="AverageValue"), prometheus),
        ],
    }


def traffic(model: str) -> str:
    """Requests that came to the gateway in two minutes, and those still being answered.

    `upstream_rq_total` would never wake anybody: Envoy counts there what reached a copy. `upstream_rq_completed` counts the 503s
    too and is there, at 0, before the first request, without which `increase` would miss it (run on Envoy 1.39.3).
    """
    of = f'{{envoy_cluster_name="{model}"}}'
    return f"sum(increase(envoy_cluster_upstream_rq_completed{of}[2m])) + sum(envoy_cluster_upstream_rq_active{of})"


def _trigger(signal: Signal, prometheus: str) -> dict[str, Any]:
    return {
        "type": "prometheus",
        "name": signal.name,
        "metricType": signal.kind,
        "metadata": {
            "serverAddress": prometheus,
            "query": signal.query,
            "threshold": signal.threshold,
            "activationThreshold": "0",
            # No copies, no metrics: that is no error.
            "ignoreNullValues": "true",
        },
    }
