"""Boards of Grafana as code: GPUs, training, serving, spend. Grafana's sidecar reads every ConfigMap with the chart's label.

A port-forward reaches Grafana, nothing else does: README, "Boards".
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.tags import CostTags
from k8s.boards import gpus, serving, spend, training
from k8s.monitoring import NAMESPACE

BOARDS = (gpus.BOARD, training.BOARD, serving.BOARD, spend.BOARD)

LABEL = {"grafana_dashboard": "1"}
"""What the sidecar looks for (kube-prometheus-stack, grafana.sidecar.dashboards)."""


@dataclass(frozen=True, kw_only=True)
class BoardsArgs:
    tags: CostTags
    after: pulumi.Resource
    """The release that makes the namespace and brings Grafana."""


class Boards(pulumi.ComponentResource):
    def __init__(self, name: str, args: BoardsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:k8s:Boards", name, {}, opts)
        for board in BOARDS:
            kubernetes.core.v1.ConfigMap(
                f"{name}-{board.uid}",
                metadata={
                    "name": f"{name}-{board.uid}",
                    "namespace": NAMESPACE,
                    "labels": {**args.tags.labels(), **LABEL},
                },
                data={f"{board.uid}.json": board.json()},
                opts=pulumi.ResourceOptions(parent=self, depends_on=[args.after]),
            )
        self.register_outputs({})
