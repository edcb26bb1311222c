"""What nodes cost now, and which GPUs nobody asks for."""

from __future__ import annotations

from k8s.alert_rules.spend import BY_POOL, HOURS, TOTAL
from k8s.boards.board import Board, Panel

_REQUESTED = 'kube_pod_container_resource_requests{resource="nvidia_com_gpu"}'
_RUN = 'on (namespace, pod) kube_pod_status_phase{phase="Running"} == 1'

BOARD = Board(
    uid="spend",
    title="Spend",
    hours=72,
    rows={
        "Dollars, at AWS's list prices for on-demand": (
            Panel(title="An hour, by pool", queries={"{{pool}}": BY_POOL}, unit="currencyUSD"),
            Panel(
                title="A month, at the last day's pace",
                queries={"nodes": f"avg_over_time({TOTAL}[1d]) * {HOURS}"},
                unit="currencyUSD",
            ),
        ),
        "GPUs": (
            Panel(
                title="Paid for, and asked for",
                queries={
                    "on nodes": 'sum(kube_node_status_allocatable{resource="nvidia_com_gpu"})',
                    "asked for": f"sum({_REQUESTED} and {_RUN})",
                },
            ),
            Panel(
                title="Asked for, by namespace",
                queries={"{{namespace}}": f"sum by (namespace) ({_REQUESTED} and {_RUN})"},
            ),
            Panel(
                title="Nodes, by pool",
                queries={"{{label_gpuplatform_io_pool}}": "count by (label_gpuplatform_io_pool) (kube_node_labels)"},
            ),
        ),
    },
)
