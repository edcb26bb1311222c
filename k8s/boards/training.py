"""Queues, the jobs that wait in them, and how those that run come on."""

from __future__ import annotations

from k8s.boards.board import Board, Panel

_OF = '{cluster_queue=~"$queue"}'
_GPU = '{cluster_queue=~"$queue",resource=~".*gpu.*"}'

BOARD = Board(
    uid="training",
    title="Training",
    variables={
        "queue": "label_values(kueue_cluster_queue_status, cluster_queue)",
        "namespace": 'label_values(kube_pod_labels{namespace!~"kube-.*|monitoring|serving"}, namespace)',
    },
    hours=24,
    rows={
        "Queues": (
            Panel(
                title="Jobs that wait",
                queries={"{{cluster_queue}}": f"sum by (cluster_queue) (kueue_pending_workloads{_OF})"},
            ),
            Panel(
                title="GPUs in use, and the queue's own",
                queries={
                    "{{cluster_queue}} in use": f"sum by (cluster_queue) (kueue_cluster_queue_resource_usage{_GPU})",
                    "{{cluster_queue}} own": f"sum by (cluster_queue) (kueue_cluster_queue_nominal_quota{_GPU})",
                },
            ),
            Panel(
                title="Wait until admitted, 90 % of jobs",
                queries={
                    "{{cluster_queue}}": "histogram_quantile(0.9, sum by (cluster_queue, le) "
                    f"(rate(kueue_admission_wait_time_seconds_bucket{_OF}[1h])))"
                },
                unit="s",
            ),
            Panel(
                title="Jobs taken back in an hour, and why",
                queries={
                    "{{cluster_queue}}: {{reason}}": f"sum by (cluster_queue, reason) (increase(kueue_evicted_workloads_total{_OF}[1h]))"
                },
            ),
        ),
        "Jobs": (
            Panel(
                title="Tensor cores at work",
                queries={
                    "{{namespace}}/{{pod}}": 'avg by (namespace, pod) (DCGM_FI_PROF_PIPE_TENSOR_ACTIVE{namespace=~"$namespace"})'
                },
                unit="percentunit",
            ),
            Panel(
                title="Age of the last checkpoint",
                queries={
                    "{{namespace}}/{{jobset}}": "time() - max by (namespace, jobset) "
                    '(training_checkpoint_timestamp_seconds{namespace=~"$namespace"})'
                },
                unit="s",
            ),
            Panel(
                title="Loss",
                queries={
                    "{{namespace}}/{{jobset}}": 'avg by (namespace, jobset) (training_loss{namespace=~"$namespace"})'
                },
            ),
            Panel(
                title="Tokens a second",
                queries={
                    "{{namespace}}/{{jobset}}": 'sum by (namespace, jobset) (rate(training_tokens_total{namespace=~"$namespace"}[5m]))'
                },
            ),
        ),
    },
)
