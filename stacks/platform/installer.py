"""How the platform layer puts an operator on the cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.iam import Statement
from components.pod_identity import PodIdentityArgs
from gpuplatform.catalog.charts import Chart
from k8s.operator import Operator, OperatorArgs
from stacks.cluster import ClusterLayer
from stacks.context import Context

Release = kubernetes.helm.v3.Release


class Installer:
    """Puts an operator on the cluster once it can run there, at the platform's expense."""

    def __init__(self, cluster: ClusterLayer, context: Context) -> None:
        self._cluster = cluster
        self._tags = context.tags.of(component="platform")
        self.opts = pulumi.ResourceOptions(provider=cluster.provider, depends_on=[cluster.after])
        """For objects that no release brings."""

    def __call__(
        self,
        name: str,
        chart: Chart,
        namespace: str,
        values: Mapping[str, Any],
        *after: pulumi.Resource,
        crds: bool = True,
        rights: tuple[str, Sequence[Statement]] | None = None,
    ) -> Release:
        """`rights`: a service account, and what its pods may do in AWS."""
        identity = None
        if rights is not None:
            identity = PodIdentityArgs(
                namespace=namespace,
                service_account=rights[0],
                statements=rights[1],
                tags=self._tags.aws(Name=name),
                cluster_name=self._cluster.name,
            )
        args = OperatorArgs(
            chart=chart,
            namespace=namespace,
            values=values,
            identity=identity,
            crds=crds,
            after=[self._cluster.after, *after],
        )
        return Operator(name, args, opts=pulumi.ResourceOptions(providers=[self._cluster.provider])).release
