"""An operator: one pinned Helm chart, and the AWS rights of its pods.

A release that fails is rolled back whole; otherwise the next `up` meets "another operation in progress" or "cannot re-use a
name" (pulumi-kubernetes#2054, #2758). Its name is its chart's, because service accounts and services are named after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.pod_identity import PodIdentity, PodIdentityArgs
from gpuplatform.catalog.charts import Chart

TIMEOUT_SECONDS = 600

KEPT_REVISIONS = 5
"""Each is a secret as large as the chart; Helm keeps all of them by default."""


@dataclass(frozen=True, kw_only=True)
class OperatorArgs:
    chart: Chart
    namespace: str
    values: Mapping[str, Any]
    identity: PodIdentityArgs | None = None
    """For pods that call AWS."""
    crds: bool = True
    """Whether Helm installs the chart's `crds/` folder; it never upgrades it."""
    after: Sequence[pulumi.Resource]
    """What must stand before the first pod starts; at the least what brings the nodes."""

    def __post_init__(self) -> None:
        if self.identity is not None and self.identity.namespace != self.namespace:
            raise ValueError(
                f"identity: rights are for namespace {self.identity.namespace}, and {self.chart.name} runs in {self.namespace}"
            )
        if not self.after:
            raise ValueError(f"after: empty; {self.chart.name} would be installed before there is a node to run it")


class Operator(pulumi.ComponentResource):
    release: kubernetes.helm.v3.Release
    """What a custom resource of the operator's kinds depends on."""

    def __init__(self, name: str, args: OperatorArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:k8s:Operator", name, {}, opts)

        # Pods get credentials only if they start after the association.
        after = list(args.after)
        if args.identity is not None:
            after.append(PodIdentity(f"{name}-identity", args.identity, pulumi.ResourceOptions(parent=self)))
        index = args.chart.index
        self.release = kubernetes.helm.v3.Release(
            f"{name}-release",
            name=args.chart.name,
            chart=args.chart.reference,
            version=args.chart.version,
            repository_opts={"repo": index} if index else None,
            namespace=args.namespace,
            create_namespace=True,
            values=args.values,
            skip_crds=not args.crds,
            atomic=True,
            cleanup_on_fail=True,
            # Helm waits for Deployments; a DaemonSet on nodes that do not exist yet is complete with none.
            skip_await=False,
            timeout=TIMEOUT_SECONDS,
            max_history=KEPT_REVISIONS,
            opts=pulumi.ResourceOptions(parent=self, depends_on=after),
        )
        self.register_outputs({"release": self.release.name})
