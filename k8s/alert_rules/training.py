"""Jobs that hold GPUs and do not move, and checkpoints that grow old.

Of checkpoints only the training program knows. It exports what docs/training-metrics.md says, at a port called `metrics`; pods of a
JobSet without such a port are not asked, and of a pod that is asked and says nothing of checkpoints an alert tells.
"""

from __future__ import annotations

from typing import Any

from k8s.alert_rules.rule import Rule, Severity

MONITOR = "training"
PORT = "metrics"
"""Name of the container's port at which a training program is asked."""

JOBSET = "jobset.sigs.k8s.io/jobset-name"
"""Label of every pod of a JobSet (jobset, api/jobset/v1alpha2)."""

NOT_SERVING = 'pod!="",namespace!="serving"'
"""A model that waits for its next request is idle, and that is no fault."""

_PAGE = "training-stalled"

RULES = (
    Rule(
        name="TrainingStalled",
        # A job that hangs in a collective shows 100 % utilisation, for NCCL's kernels spin; they use few multiprocessors, no tensor core.
        expr=f"max by (namespace, pod) (max_over_time(DCGM_FI_PROF_PIPE_TENSOR_ACTIVE{{{NOT_SERVING}}}[15m])) < 0.005 "
        f"and on (namespace, pod) max by (namespace, pod) (max_over_time(DCGM_FI_PROF_SM_ACTIVE{{{NOT_SERVING}}}[15m])) < 0.25",
        minutes=30,
        severity=Severity.WARNING,
        summary="{{ $labels.namespace }}/{{ $labels.pod }} holds GPUs and has not computed for half an hour",
        runbook=_PAGE,
    ),
    Rule(
        name="CheckpointOld",
        expr="time() - max by (namespace, jobset) (training_checkpoint_timestamp_seconds) "
        "> 3 * max by (namespace, jobset) (training_checkpoint_interval_seconds)",
        minutes=5,
        severity=Severity.WARNING,
        summary="{{ $labels.namespace }}/{{ $labels.jobset }} saved its last checkpoint {{ $value | humanizeDuration }} ago",
        runbook=_PAGE,
    ),
    Rule(
        name="CheckpointUnknown",
        expr='max by (namespace, jobset) (up{jobset!=""}) == 1 '
        "unless on (namespace, jobset) max by (namespace, jobset) (training_checkpoint_timestamp_seconds)",
        minutes=60,
        severity=Severity.WARNING,
        summary="{{ $labels.namespace }}/{{ $labels.jobset }} has metrics, and none of its checkpoints",
        runbook=_PAGE,
    ),
)


def monitor() -> dict[str, Any]:
    """Spec of the PodMonitor that asks training programs, in every team's namespace."""
    return {
        "namespaceSelector": {"any": True},
        "selector": {"matchExpressions": [{"key": JOBSET, "operator": "Exists"}]},
        "podMetricsEndpoints": [
            {
                "port": PORT,
                "path": "/metrics",
                "interval": "30s",
                "relabelings": [
                    {
                        "sourceLabels": ["__meta_kubernetes_pod_label_jobset_sigs_k8s_io_jobset_name"],
                        "targetLabel": "jobset",
                    }
                ],
            }
        ],
    }
