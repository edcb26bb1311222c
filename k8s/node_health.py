"""The health check of GPU nodes: each passes DCGM's diagnostic once, before it loses its startup taint and takes work.

It is a DaemonSet, because it must start with the node and needs no GPU of the device plugin's. Its pod first looks for the taint: a node
without it is at work and is not tested again, whatever restarts. Then it runs the diagnostic. A healthy node loses the taint. An
unhealthy node gets another taint in its place, for which autoscalers add a new node and remove this one.

RBAC cannot limit a right on nodes to the pod's own node. An admission policy does, and it is created before the right is given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.apiextensions import CustomResource

from components.tags import CostTags
from gpuplatform.catalog.instances import InstanceType
from gpuplatform.pools import health
from gpuplatform.pools.health import Level
from k8s import node_verdict
from k8s.namespace import namespace
from k8s.node_diagnosis import ACCOUNT, pod
from k8s.node_policy import admission_policy

NAMESPACE = "gpu-health"

LATE_MINUTES = 15
"""After as long, Cluster Autoscaler stops waiting for a node too (flag max-node-startup-time)."""


@dataclass(frozen=True, kw_only=True)
class NodeHealthCheckArgs:
    pools: Mapping[str, Level]
    """Pool → diagnostic of its nodes; its nodes start with the taint."""
    instances: Sequence[InstanceType]
    """Of all these pools: how many GPUs a node should have."""
    tags: CostTags
    monitors: pulumi.Resource
    """The release that brings PrometheusRules."""
    after: pulumi.Resource
    """What runs on the cluster waits for this."""

    def __post_init__(self) -> None:
        if not self.pools:
            raise ValueError("pools: none starts its nodes with the taint; then there is nothing to check")


class NodeHealthCheck(pulumi.ComponentResource):
    daemons: Mapping[Level, pulumi.Resource]
    """A DaemonSet for each level in use."""

    def __init__(self, name: str, args: NodeHealthCheckArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:k8s:NodeHealthCheck", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        first = pulumi.ResourceOptions(parent=self, depends_on=[args.after])
        labels = args.tags.labels()

        # DCGM needs the devices themselves: what passes the GPUs on to a container asks for a privileged one.
        own_namespace = namespace(NAMESPACE, enforce="privileged", warn="privileged", labels=labels, opts=first)
        in_namespace: kubernetes.meta.v1.ObjectMetaArgsDict = {
            "namespace": own_namespace.metadata.name,
            "labels": labels,
        }
        account = kubernetes.core.v1.ServiceAccount(
            f"{name}-account",
            metadata={**in_namespace, "name": ACCOUNT},
            automount_service_account_token=False,
            opts=child,
        )
        policy = admission_policy(name, account=(NAMESPACE, ACCOUNT), labels=labels, opts=first)
        role = kubernetes.rbac.v1.ClusterRole(
            f"{name}-role",
            metadata={"name": f"{NAMESPACE}-taints", "labels": labels},
            rules=[{"api_groups": [""], "resources": ["nodes"], "verbs": ["get", "patch"]}],
            opts=first,
        )
        right = kubernetes.rbac.v1.ClusterRoleBinding(
            f"{name}-right",
            metadata={"name": f"{NAMESPACE}-taints", "labels": labels},
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role.metadata.name},
            subjects=[
                {"kind": "ServiceAccount", "namespace": own_namespace.metadata.name, "name": account.metadata.name}
            ],
            # The right never exists without its limit: on the way down the limit is deleted last.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
        code = kubernetes.core.v1.ConfigMap(
            f"{name}-code",
            metadata=in_namespace,
            data={"node_verdict.py": Path(node_verdict.__file__).read_text(encoding="utf-8")},
            opts=child,
        )
        counts = {each.name: each.gpu_count for each in args.instances}
        self.daemons = {
            level: kubernetes.apps.v1.DaemonSet(
                f"{name}-level-{level}",
                # A node on its way must not hold up a deployment, and an unhealthy one must not fail it.
                metadata={**in_namespace, "name": f"level-{level}", "annotations": {"pulumi.com/skipAwait": "true"}},
                spec={
                    "selector": {"match_labels": {"app": f"level-{level}"}},
                    "template": {
                        "metadata": {"labels": {**labels, "app": f"level-{level}"}},
                        "spec": pod(level, pools, counts, code.metadata.name),
                    },
                },
                opts=pulumi.ResourceOptions(parent=self, depends_on=[right]),
            )
            for level, pools in by_level(args.pools).items()
        }
        CustomResource(
            f"{name}-alerts",
            api_version="monitoring.coreos.com/v1",
            kind="PrometheusRule",
            metadata=in_namespace,
            spec={"groups": [{"name": "gpu-nodes", "rules": alerts()}]},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.monitors]),
        )
        self.register_outputs({"levels": [str(level) for level in self.daemons]})


def by_level(pools: Mapping[str, Level]) -> dict[Level, list[str]]:
    """The levels in use, each with its pools."""
    return {
        level: [name for name, of_pool in pools.items() if of_pool == level] for level in sorted(set(pools.values()))
    }


def alerts() -> list[dict[str, Any]]:
    """The alerts, from kube-state-metrics, which knows every node's taints."""

    def alert(name: str, key: str, minutes: int, text: str) -> dict[str, Any]:
        return {
            "alert": name,
            "expr": f'max by (node, value) (kube_node_spec_taint{{key="{key}"}}) == 1',
            **({"for": f"{minutes}m"} if minutes else {}),
            "labels": {"severity": "warning"},
            "annotations": {"summary": text, "runbook": "docs/runbooks/gpu-node-health.md"},
        }

    failed = "{{ $labels.node }} failed the diagnostic before its first work: {{ $labels.value }}"
    late = f"{{{{ $labels.node }}}} has no verdict after {LATE_MINUTES} minutes and takes no work"
    return [
        # At once: the node is gone in minutes.
        alert("GpuNodeUnhealthy", health.UNHEALTHY, 0, failed),
        alert("GpuNodeNotChecked", health.UNCHECKED, LATE_MINUTES, late),
    ]
