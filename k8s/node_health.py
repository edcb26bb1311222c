"""What GPU nodes must pass before they take work: DCGM's diagnostic, once, before their startup taint is taken off.

A DaemonSet, for it must come with the node and needs no GPU of the device plugin's. Its pod looks whether the taint is still there
(a node that works is left alone, whatever restarts), runs the diagnostic, and tells: a healthy node loses the taint, a sick one
gets another in its place, for which autoscalers bring a new node and remove this one. Then it sleeps.

RBAC cannot limit a right on nodes to one's own. An admission policy does, and it stands before the right is given.
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
from gpuplatform.sizing import health
from gpuplatform.sizing.health import Level
from k8s import node_verdict
from k8s.namespace import namespace
from k8s.node_diagnosis import ACCOUNT, pod
from k8s.node_policy import admission

NAMESPACE = "gpu-health"

LATE_MINUTES = 15
"""When Cluster Autoscaler stops waiting for a node too (flag max-node-startup-time)."""


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
        home = namespace(NAMESPACE, enforce="privileged", warn="privileged", labels=labels, opts=first)
        inside: kubernetes.meta.v1.ObjectMetaArgsDict = {"namespace": home.metadata.name, "labels": labels}
        account = kubernetes.core.v1.ServiceAccount(
            f"{name}-account",
            metadata={**inside, "name": ACCOUNT},
            automount_service_account_token=False,
            opts=child,
        )
        guard = admission(name, account=(NAMESPACE, ACCOUNT), labels=labels, opts=first)
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
            subjects=[{"kind": "ServiceAccount", "namespace": home.metadata.name, "name": account.metadata.name}],
            # Never the right without its limit; on the way down the limit goes last.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[guard]),
        )
        code = kubernetes.core.v1.ConfigMap(
            f"{name}-code",
            metadata=inside,
            data={"node_verdict.py": Path(node_verdict.__file__).read_text(encoding="utf-8")},
            opts=child,
        )
        counts = {each.name: each.gpu_count for each in args.instances}
        self.daemons = {
            level: kubernetes.apps.v1.DaemonSet(
                f"{name}-level-{level}",
                # A node on its way must not hold up a deployment, and a sick one must not fail it.
                metadata={**inside, "name": f"level-{level}", "annotations": {"pulumi.com/skipAwait": "true"}},
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
            metadata=inside,
            spec={"groups": [{"name": "gpu-nodes", "rules": alerts()}]},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.monitors]),
        )
        self.register_outputs({"levels": [str(level) for level in self.daemons]})


def by_level(pools: Mapping[str, Level]) -> dict[Level, list[str]]:
    """Levels in use, with their pools."""
    return {level: [name for name, its in pools.items() if its == level] for level in sorted(set(pools.values()))}


def alerts() -> list[dict[str, Any]]:
    """By kube-state-metrics, which knows every node's taints."""

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
        alert("GpuNodeSick", health.SICK, 0, failed),
        alert("GpuNodeNotChecked", health.UNCHECKED, LATE_MINUTES, late),
    ]
