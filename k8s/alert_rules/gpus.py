"""GPUs that are lost or sick, by what DCGM exporter, EKS's node monitoring agent and kube-state-metrics say.

Pools whose devices are claimed have no `nvidia.com/gpu` on their nodes; for these the alerts that compare with it never ring.
"""

from __future__ import annotations

from k8s.alert_rules.rule import Rule, Severity

CAPACITY = 'max by (node) (kube_node_status_capacity{resource="nvidia_com_gpu"})'
ALLOCATABLE = 'max by (node) (kube_node_status_allocatable{resource="nvidia_com_gpu"})'

FATAL_XIDS = (
    *(46, 48, 54, 62, 63, 64, 74, 79, 95, 109, 110, 119, 120, 136),
    *(140, 142, 143, 151, 155, 156, 158),
)
"""Those for which EKS's node monitoring agent calls the hardware unready (EKS user guide, node-health, read 2026-11). Others, such as 13,
31 and 43, are mostly the program's own faults."""

SLOWED_BY = ("hw_slowdown", "hw_thermal", "hw_power_brake", "sw_thermal")
"""As the exporter calls them (internal/pkg/collector/clock_events_collector.go); a power cap is what a busy GPU runs into all day."""

_PAGE = "gpu-sick"

RULES = (
    Rule(
        name="GpuNodeNotReady",
        expr='max by (node) (kube_node_status_condition{condition="Ready",status="true"}) == 0 '
        f"and on (node) {CAPACITY} > 0",
        minutes=5,
        severity=Severity.CRITICAL,
        summary="GPU node {{ $labels.node }} is not ready: its work is lost",
        runbook=_PAGE,
    ),
    Rule(
        name="GpuHardwareFault",
        expr='max by (node) (kube_node_status_condition{condition="AcceleratedHardwareReady",status="false"}) == 1',
        severity=Severity.CRITICAL,
        summary="The node monitoring agent calls the GPUs of {{ $labels.node }} unready",
        runbook=_PAGE,
    ),
    Rule(
        name="GpuXidFatal",
        expr=f'max by (node, gpu, xid) (DCGM_EXP_XID_ERRORS_COUNT{{xid=~"{"|".join(map(str, FATAL_XIDS))}"}}) > 0',
        severity=Severity.CRITICAL,
        summary="XID {{ $labels.xid }} on GPU {{ $labels.gpu }} of {{ $labels.node }}",
        runbook=_PAGE,
    ),
    Rule(
        name="GpuMemoryErrors",
        expr="max by (node, gpu) (increase(DCGM_FI_DEV_ECC_DBE_VOL_TOTAL[30m])) > 0",
        severity=Severity.CRITICAL,
        summary="Double-bit memory errors on GPU {{ $labels.gpu }} of {{ $labels.node }}",
        runbook=_PAGE,
    ),
    Rule(
        name="GpuRowRemapFailed",
        expr="max by (node, gpu) (DCGM_FI_DEV_ROW_REMAP_FAILURE) > 0",
        severity=Severity.CRITICAL,
        summary="GPU {{ $labels.gpu }} of {{ $labels.node }} has no spare memory rows left",
        runbook=_PAGE,
    ),
    Rule(
        name="GpuRowsRemapped",
        expr="max by (node, gpu) (increase(DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS[1h])) > 0",
        severity=Severity.WARNING,
        summary="GPU {{ $labels.gpu }} of {{ $labels.node }} has put spare memory rows in the place of bad ones",
        runbook=_PAGE,
    ),
    Rule(
        name="GpuVanished",
        expr="count by (node) (count by (node, UUID) (last_over_time(DCGM_FI_DEV_FB_FREE[1h]))) "
        "> count by (node) (count by (node, UUID) (DCGM_FI_DEV_FB_FREE))",
        minutes=5,
        severity=Severity.CRITICAL,
        summary="{{ $labels.node }} had {{ $value }} GPUs within the hour, and fewer answer now",
        runbook=_PAGE,
    ),
    Rule(
        name="GpuNotAllocatable",
        expr=f"{CAPACITY} - {ALLOCATABLE} > 0",
        minutes=10,
        severity=Severity.CRITICAL,
        summary="{{ $value }} GPUs of {{ $labels.node }} are not given to pods: the device plugin finds them sick",
        runbook=_PAGE,
    ),
    Rule(
        name="GpuSlowed",
        expr="max by (node, gpu, clock_event) (DCGM_EXP_CLOCK_EVENTS_COUNT"
        f'{{clock_event=~"{"|".join(SLOWED_BY)}"}}) > 0',
        minutes=15,
        severity=Severity.WARNING,
        summary="GPU {{ $labels.gpu }} of {{ $labels.node }} is slowed: {{ $labels.clock_event }}",
        runbook=_PAGE,
    ),
    Rule(
        name="GpuNotMeasured",
        expr=f"{CAPACITY} > 0 unless on (node) count by (node) (DCGM_FI_DEV_GPU_UTIL)",
        minutes=30,
        severity=Severity.WARNING,
        summary="Nobody measures the GPUs of {{ $labels.node }}: the alerts above cannot ring for it",
        runbook=_PAGE,
    ),
)
