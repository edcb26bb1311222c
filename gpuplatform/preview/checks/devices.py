"""Whether somebody makes GPUs and EFA devices countable on every node that has them"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.cluster.names import chart
from gpuplatform.kinds.cluster.node_launches import Launch, launches
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.kinds.tokens import RELEASE
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.plan.values import as_list, get_path
from gpuplatform.pools.devices import Devices, of_labels
from gpuplatform.preview.checking.check import Severity, Violation, check
from gpuplatform.preview.checks.placement import tolerates

GPU_DRIVERS: Final = ("dra-driver-nvidia-gpu", "nvidia-dra-driver-gpu")
"""Now and before 0.4.0."""
EFA_DRIVERS: Final = ("aws-dranet",)
GPU_CHARTS: Final = ("nvidia-device-plugin", "gpu-operator", *GPU_DRIVERS)
EFA_CHARTS: Final = ("aws-efa-k8s-device-plugin", *EFA_DRIVERS)
_BUILT_IN: Final = "BOTTLEROCKET"
"""Its images bring NVIDIA's plugin (bottlerocket-os/bottlerocket, QUICKSTART-EKS, read 2026-11-22)."""


@check(
    "nobody-counts-devices",
    Severity.ERROR,
    "Every pool with GPUs or EFA has a device plugin that its nodes' taints let in.",
)
def nobody_counts_devices(plan: Plan) -> Iterator[Violation]:
    """Without one, nodes start and have nothing for a pod to ask for. A DaemonSet that is named so counts as one. Where a pool's devices
    are claimed, it is a driver."""
    own = any("device-plugin" in r.name for r, _ in of_kind(plan, "DaemonSet"))
    for launch in launches(plan):
        claimed = of_labels(launch.labels) is Devices.DRA
        if own and not claimed:
            continue
        built_in = _BUILT_IN in str(launch.resource.inputs.get("amiType")) and not claimed
        if any(t.gpu for t in launch.types) and not built_in:
            yield from _uncounted(plan, launch, "GPUs", GPU_DRIVERS if claimed else GPU_CHARTS)
        if launch.efa:
            yield from _uncounted(plan, launch, "EFA devices", EFA_DRIVERS if claimed else EFA_CHARTS)


def _uncounted(plan: Plan, launch: Launch, what: str, charts: tuple[str, ...]) -> Iterator[Violation]:
    releases = [r for r in plan.all(RELEASE) if chart(r) in charts]
    kept_out = [taint for release in releases for taint in _kept_out(launch, release)]
    if not releases:
        yield Violation(
            f"{launch.resource.name}: nothing counts its {what}; install {' or '.join(charts)}", launch.resource
        )
    elif kept_out:
        key, value, effect = kept_out[0]
        yield Violation(
            f"{releases[0].name}: does not tolerate {key}={value}:{effect} of {launch.resource.name}; nobody would count its {what}",
            releases[0],
        )


def _kept_out(launch: Launch, release: PlannedResource) -> list[tuple[str, str, str]]:
    """Taints that the release's values do not tolerate; without a word of tolerations the chart's own hold."""
    values = release.inputs.get("values")
    tolerations = as_list(get_path(values, "tolerations"))
    return [t for t in launch.taints if tolerations and not any(tolerates(one, t) for one in tolerations)]
