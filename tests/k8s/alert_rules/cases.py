"""When each alert rings and when it does not: series that Prometheus is given, and what it must say of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Case:
    alert: str
    series: Mapping[str, str]
    """Series → values, a minute each, in promtool's short form."""
    at: str
    labels: Mapping[str, str] | None = None
    """Of the alert that must ring; None: it must be silent."""
    summary: str = ""
    others: tuple[Mapping[str, str], ...] = field(default=())


_GPU = 'kube_node_status_capacity{node="n1",resource="nvidia_com_gpu",unit="integer"}'
_FREE = 'kube_node_status_allocatable{node="n1",resource="nvidia_com_gpu",unit="integer"}'
_READY = 'kube_node_status_condition{node="n1",condition="Ready",status="true"}'
_XID = 'DCGM_EXP_XID_ERRORS_COUNT{node="n1",gpu="3",UUID="g3",xid="%s"}'
_SLOW = 'DCGM_EXP_CLOCK_EVENTS_COUNT{node="n1",gpu="3",clock_event="%s"}'
_ASKED = 'kube_pod_container_resource_requests{namespace="team-a",pod="j-0",node="n1",resource="nvidia_com_gpu"}'
_PHASE = 'kube_pod_status_phase{namespace="team-a",pod="j-0",phase="%s"}'
_PENDING = {_ASKED: "8x300", _PHASE % "Pending": "1x300"}
_EVICTED = 'kueue_evicted_workloads_total{cluster_queue="research",reason="%s",replica_role="leader"}'
_USED = 'karpenter_nodepools_usage{nodepool="l40s",resource_type="nvidia.com/gpu"}'
_LIMIT = 'karpenter_nodepools_limit{nodepool="l40s",resource_type="nvidia.com/gpu"}'
_TENSOR = 'DCGM_FI_PROF_PIPE_TENSOR_ACTIVE{namespace="%s",pod="j-0",gpu="0"}'
_SM = 'DCGM_FI_PROF_SM_ACTIVE{namespace="%s",pod="j-0",gpu="0"}'
_SAVED = 'training_checkpoint_timestamp_seconds{namespace="team-a",jobset="pretrain",pod="j-0"}'
_EVERY = 'training_checkpoint_interval_seconds{namespace="team-a",jobset="pretrain",pod="j-0"}'
_WAITING = 'vllm:num_requests_waiting{model_name="llama",pod="%s"}'
_RUNNING = 'vllm:num_requests_running{model_name="llama",pod="%s"}'
_FIRST = 'vllm:time_to_first_token_seconds_bucket{model_name="llama",pod="a",le="%s"}'
_ANSWERS = 'envoy_cluster_upstream_rq_xx{envoy_cluster_name="llama",envoy_response_code_class="%s"}'
_AVAILABLE = 'kube_deployment_status_replicas_available{namespace="serving",deployment="%s"}'
_WANTED = 'kube_deployment_spec_replicas{namespace="serving",deployment="%s"}'
_OPEN = 'envoy_http_downstream_cx_active{envoy_http_conn_manager_prefix="inference",pod="gw"}'
_NODE = 'kube_node_labels{node="%s",label_node_kubernetes_io_instance_type="%s",label_gpuplatform_io_pool="%s"}'

_ON_N1 = {"node": "n1"}
_ON_GPU = {"node": "n1", "gpu": "3"}
_JOB = {"namespace": "team-a", "jobset": "pretrain"}

CASES = (
    Case(
        alert="GpuNodeNotReady",
        series={_READY: "1 0x20", _GPU: "8x30"},
        at="10m",
        labels=_ON_N1,
        summary="GPU node n1 is not ready: its work is lost",
    ),
    Case(alert="GpuNodeNotReady", series={_READY: "1 0 0 1x20", _GPU: "8x30"}, at="10m"),
    Case(alert="GpuNodeNotReady", series={_READY: "0x30"}, at="10m"),
    Case(
        alert="GpuHardwareFault",
        series={'kube_node_status_condition{node="n1",condition="AcceleratedHardwareReady",status="false"}': "1x5"},
        at="2m",
        labels=_ON_N1,
        summary="The node monitoring agent calls the GPUs of n1 unready",
    ),
    Case(
        alert="GpuHardwareFault",
        series={'kube_node_status_condition{node="n1",condition="AcceleratedHardwareReady",status="false"}': "0x5"},
        at="2m",
    ),
    Case(
        alert="GpuXidFatal",
        series={_XID % 79: "1x5"},
        at="2m",
        labels={**_ON_GPU, "xid": "79"},
        summary="XID 79 on GPU 3 of n1",
    ),
    # The program's own fault, and one that only begins like a fatal one.
    Case(alert="GpuXidFatal", series={_XID % 31: "1x5", _XID % 13: "1x5", _XID % 7: "1x5"}, at="2m"),
    Case(alert="GpuXidFatal", series={_XID % 79: "0x5"}, at="2m"),
    Case(
        alert="GpuMemoryErrors",
        series={'DCGM_FI_DEV_ECC_DBE_VOL_TOTAL{node="n1",gpu="3"}': "0x10 1x20"},
        at="20m",
        labels=_ON_GPU,
        summary="Double-bit memory errors on GPU 3 of n1",
    ),
    Case(alert="GpuMemoryErrors", series={'DCGM_FI_DEV_ECC_DBE_VOL_TOTAL{node="n1",gpu="3"}': "2x60"}, at="50m"),
    Case(
        alert="GpuRowRemapFailed",
        series={'DCGM_FI_DEV_ROW_REMAP_FAILURE{node="n1",gpu="3"}': "1x5"},
        at="2m",
        labels=_ON_GPU,
        summary="GPU 3 of n1 has no spare memory rows left",
    ),
    Case(alert="GpuRowRemapFailed", series={'DCGM_FI_DEV_ROW_REMAP_FAILURE{node="n1",gpu="3"}': "0x5"}, at="2m"),
    Case(
        alert="GpuRowsRemapped",
        series={'DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS{node="n1",gpu="3"}': "0x10 1x20"},
        at="20m",
        labels=_ON_GPU,
        summary="GPU 3 of n1 has put spare memory rows in the place of bad ones",
    ),
    Case(
        alert="GpuRowsRemapped", series={'DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS{node="n1",gpu="3"}': "1x90"}, at="80m"
    ),
    Case(
        alert="GpuVanished",
        series={
            'DCGM_FI_DEV_FB_FREE{node="n1",gpu="0",UUID="g0"}': "9x60",
            'DCGM_FI_DEV_FB_FREE{node="n1",gpu="3",UUID="g3"}': "9x10 stale",
        },
        at="20m",
        labels=_ON_N1,
        summary="n1 had 2 GPUs within the hour, and fewer answer now",
    ),
    Case(
        alert="GpuVanished",
        series={
            'DCGM_FI_DEV_FB_FREE{node="n1",gpu="0",UUID="g0"}': "9x60",
            'DCGM_FI_DEV_FB_FREE{node="gone",gpu="0",UUID="g3"}': "9x10 stale",
        },
        at="20m",
    ),
    Case(
        alert="GpuNotAllocatable",
        series={_GPU: "8x30", _FREE: "7x30"},
        at="15m",
        labels=_ON_N1,
        summary="1 GPUs of n1 are not given to pods: the device plugin finds them sick",
    ),
    Case(alert="GpuNotAllocatable", series={_GPU: "8x30", _FREE: "8x30"}, at="15m"),
    Case(
        alert="GpuSlowed",
        series={_SLOW % "hw_thermal": "3x30"},
        at="20m",
        labels={**_ON_GPU, "clock_event": "hw_thermal"},
        summary="GPU 3 of n1 is slowed: hw_thermal",
    ),
    Case(alert="GpuSlowed", series={_SLOW % "power_cap": "3x30", _SLOW % "gpu_idle": "3x30"}, at="20m"),
    Case(
        alert="GpuNotMeasured",
        series={_GPU: "8x60"},
        at="40m",
        labels=_ON_N1,
        summary="Nobody measures the GPUs of n1: the alerts above cannot ring for it",
    ),
    Case(alert="GpuNotMeasured", series={_GPU: "8x60", 'DCGM_FI_DEV_GPU_UTIL{node="n1",gpu="0"}': "0x60"}, at="40m"),
    Case(
        alert="GpuPodPending",
        series=_PENDING,
        at="40m",
        labels={"namespace": "team-a", "pod": "j-0"},
        summary="team-a/j-0 has waited half an hour for its GPUs",
    ),
    Case(alert="GpuPodPending", series={_ASKED: "8x60", _PHASE % "Pending": "1x20 0x40"}, at="40m"),
    Case(alert="GpuPodPending", series={_PHASE % "Pending": "1x60"}, at="40m"),
    Case(
        alert="JobsWait",
        series={
            'kueue_pending_workloads{cluster_queue="research",status="active"}': "1x120 0x180",
            'kueue_pending_workloads{cluster_queue="research",status="inadmissible"}': "0x120 2x180",
        },
        at="245m",
        labels={"cluster_queue": "research"},
        summary="Queue research has had jobs waiting for four hours on end",
    ),
    Case(
        alert="JobsWait",
        series={'kueue_pending_workloads{cluster_queue="research",status="active"}': "1x120 0 1x180"},
        at="245m",
    ),
    Case(
        alert="QueueInactive",
        series={'kueue_cluster_queue_status{cluster_queue="research",status="active"}': "0x90"},
        at="70m",
        labels={"cluster_queue": "research"},
        summary="Queue research admits nothing: a flavour or an admission check is missing, or somebody stopped it",
    ),
    Case(
        alert="QueueInactive",
        series={'kueue_cluster_queue_status{cluster_queue="research",status="active"}': "1x30 0x40 1x20"},
        at="70m",
    ),
    Case(
        alert="JobGetsNoNodes",
        series={_EVICTED % "PodsReadyTimeout": "_x30 1x30 2x60"},
        at="70m",
        labels={"cluster_queue": "research"},
        summary="Jobs of queue research were admitted and got no nodes, twice or more within two hours",
    ),
    Case(alert="JobGetsNoNodes", series={_EVICTED % "Preempted": "0x30 9x60"}, at="70m"),
    Case(alert="JobGetsNoNodes", series={_EVICTED % "AdmissionCheck": "1x300"}, at="200m"),
    Case(
        alert="JobGivenUp",
        series={_EVICTED % "Deactivated": "_x10 1x20"},
        at="20m",
        labels={"cluster_queue": "research"},
        summary="A job of queue research was deactivated: nothing starts it again by itself",
    ),
    Case(alert="JobGivenUp", series={_EVICTED % "Deactivated": "1x100"}, at="90m"),
    Case(
        alert="NodePoolAtLimit",
        series={**_PENDING, _USED: "16x60", _LIMIT: "16x60"},
        at="20m",
        labels={"nodepool": "l40s", "resource_type": "nvidia.com/gpu"},
        summary="Pool l40s is at its limit of nvidia.com/gpu, and pods wait for GPUs",
    ),
    Case(alert="NodePoolAtLimit", series={_USED: "16x60", _LIMIT: "16x60"}, at="20m"),
    Case(alert="NodePoolAtLimit", series={**_PENDING, _USED: "4x60", _LIMIT: "16x60"}, at="20m"),
    Case(
        alert="TrainingStalled",
        # Hung in a collective: busy by the utilisation, and no tensor core works.
        series={_TENSOR % "team-a": "0.4x20 0x60", _SM % "team-a": "0.9x20 0.2x60"},
        at="70m",
        labels={"namespace": "team-a", "pod": "j-0"},
        summary="team-a/j-0 holds GPUs and has not computed for half an hour",
    ),
    Case(alert="TrainingStalled", series={_TENSOR % "team-a": "0x60", _SM % "team-a": "0.6x60"}, at="50m"),
    Case(alert="TrainingStalled", series={_TENSOR % "serving": "0x60", _SM % "serving": "0x60"}, at="50m"),
    Case(
        alert="CheckpointOld",
        series={_SAVED: "600x90", _EVERY: "900x90"},
        at="65m",
        labels=_JOB,
        summary="team-a/pretrain saved its last checkpoint 55m 0s ago",
    ),
    Case(alert="CheckpointOld", series={_SAVED: "600+60x90", _EVERY: "900x90"}, at="80m"),
    Case(
        alert="CheckpointUnknown",
        series={'up{namespace="team-a",jobset="pretrain",pod="j-0"}': "1x90"},
        at="70m",
        labels=_JOB,
        summary="team-a/pretrain has metrics, and none of its checkpoints",
    ),
    Case(
        alert="CheckpointUnknown",
        series={'up{namespace="team-a",jobset="pretrain",pod="j-0"}': "1x90", _SAVED: "600x90", 'up{job="x"}': "1x90"},
        at="70m",
    ),
    Case(
        alert="ModelQueueLong",
        series={_WAITING % "a": "50x30", _WAITING % "b": "0x30", _RUNNING % "a": "9x30", _RUNNING % "b": "9x30"},
        at="20m",
        labels={"model_name": "llama"},
        summary="25 requests wait for each copy of llama",
    ),
    Case(alert="ModelQueueLong", series={_WAITING % "a": "19x30", _RUNNING % "a": "9x30"}, at="20m"),
    Case(
        alert="ModelKvCacheFull",
        series={'vllm:kv_cache_usage_perc{model_name="llama",pod="a"}': "0.99x30"},
        at="20m",
        labels={"model_name": "llama"},
        summary="The KV cache of llama is full: requests wait, or are computed twice",
    ),
    Case(alert="ModelKvCacheFull", series={'vllm:kv_cache_usage_perc{model_name="llama",pod="a"}': "0.9x30"}, at="20m"),
    Case(
        alert="ModelFirstTokenLate",
        series={_FIRST % "10.0": "0x60", _FIRST % "20.0": "0+6x60", _FIRST % "+Inf": "0+6x60"},
        at="30m",
        labels={"model_name": "llama"},
        summary="5 % of callers of llama wait more than 19.5 s for the first token",
    ),
    Case(alert="ModelFirstTokenLate", series={_FIRST % "10.0": "0+6x60", _FIRST % "+Inf": "0+6x60"}, at="30m"),
    Case(
        alert="ModelErrors",
        series={_ANSWERS % 5: "0+10x60", _ANSWERS % 2: "0+90x60", _AVAILABLE % "llama": "1x60"},
        at="20m",
        labels={"envoy_cluster_name": "llama"},
        summary="llama fails 10% of its requests",
    ),
    # It is being woken.
    Case(alert="ModelErrors", series={_ANSWERS % 5: "0+10x60", _AVAILABLE % "llama": "0x60"}, at="20m"),
    Case(
        alert="ModelErrors",
        series={_ANSWERS % 5: "0+1x60", _ANSWERS % 2: "0+99x60", _AVAILABLE % "llama": "1x60"},
        at="20m",
    ),
    Case(
        alert="ModelUnavailable",
        series={_WANTED % "llama": "1x90", _AVAILABLE % "llama": "0x90"},
        at="50m",
        labels={"deployment": "llama"},
        summary="llama should have copies, and none has been ready for a cold start's time",
    ),
    Case(alert="ModelUnavailable", series={_WANTED % "llama": "0x90", _AVAILABLE % "llama": "0x90"}, at="50m"),
    Case(
        alert="GatewayDown",
        series={_AVAILABLE % "inference": "2 0x20"},
        at="10m",
        labels={"deployment": "inference"},
        summary="No pod of the gateway is ready: no model on the cluster is reached",
    ),
    Case(alert="GatewayDown", series={_AVAILABLE % "inference": "1x20", _AVAILABLE % "llama": "0x20"}, at="10m"),
    Case(
        alert="GatewayAlmostFull",
        series={_OPEN: "4100x20"},
        at="10m",
        labels={"pod": "gw"},
        summary="gw has 4100 open connections; at 5000 it refuses callers",
    ),
    Case(alert="GatewayAlmostFull", series={_OPEN: "3900x20"}, at="10m"),
    Case(
        alert="ScalerFails",
        series={'keda_scaled_object_errors_total{namespace="serving",scaledObject="llama"}': "0+1x60"},
        at="40m",
        labels={"scaledObject": "llama"},
        summary="KEDA cannot read by what llama is scaled: copies are neither added nor woken",
    ),
    Case(
        alert="ScalerFails",
        series={'keda_scaled_object_errors_total{namespace="serving",scaledObject="llama"}': "0x30 1x30"},
        at="40m",
    ),
    Case(
        alert="SpendHigh",
        series={_NODE % ("n1", "p5.48xlarge", "h100"): "1x300", _NODE % ("n2", "m7g.xlarge", "system"): "1x300"},
        at="120m",
        labels={},
        summary="At the last day's pace nodes cost 40.3k $ a month, more than 2 times the budget of 1000 $",
    ),
    Case(alert="SpendHigh", series={_NODE % ("n2", "m7g.xlarge", "system"): "1x300"}, at="120m"),
    Case(
        alert="GpusIdle",
        series={_FREE: "8x150", _ASKED: "8x150", _PHASE % "Running": "1x10 0x140", _PHASE % "Succeeded": "0x10 1x140"},
        at="140m",
        labels=_ON_N1,
        summary="No pod has asked for a GPU of n1 for two hours, and it is paid for",
    ),
    Case(alert="GpusIdle", series={_FREE: "8x150", _ASKED: "8x150", _PHASE % "Running": "1x150"}, at="140m"),
)
