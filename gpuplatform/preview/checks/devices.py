"""Whether somebody makes GPUs and EFA devices countable on every node that has them, and on no node that has not"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gpuplatform.kinds.cluster.names import chart
from gpuplatform.kinds.cluster.node_launches import Launch, Taint, launches
from gpuplatform.kinds.cluster.node_selection import tolerates, unmet
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.kinds.tokens import RELEASE
from gpuplatform.plan.model import Json, Plan, PlannedResource, once
from gpuplatform.plan.quantity import whole
from gpuplatform.plan.values import as_dict, as_list, get_path, strings
from gpuplatform.pools.devices import Devices, of_labels
from gpuplatform.preview.checking.check import Severity, Violation, check

GPU_DRIVERS: Final = ("dra-driver-nvidia-gpu", "nvidia-dra-driver-gpu")
"""Now and before 0.4.0."""
EFA_DRIVERS: Final = ("aws-dranet",)
GPU_PLUGIN: Final = "nvidia-device-plugin"
GPU_CHARTS: Final = (GPU_PLUGIN, "gpu-operator", *GPU_DRIVERS)
EFA_PLUGIN: Final = "aws-efa-k8s-device-plugin"
EFA_CHARTS: Final = (EFA_PLUGIN, *EFA_DRIVERS)
_BUILT_IN: Final = "BOTTLEROCKET"
"""Its images bring NVIDIA's plugin (bottlerocket-os/bottlerocket, QUICKSTART-EKS, read 2026-11-22)."""
_IMAGES: Final = {"efa-k8s-device-plugin": EFA_PLUGIN, "efa-device-plugin": EFA_PLUGIN, "k8s-device-plugin": GPU_PLUGIN}
"""Part of the image of a DaemonSet by hand → the chart that would bring it; the first that is found."""

_BY_DEFAULT: Final[list[Json]] = [
    {"matchExpressions": [{"key": key, "operator": "In", "values": [value]}]}
    for key, value in (
        ("feature.node.kubernetes.io/pci-10de.present", "true"),
        ("feature.node.kubernetes.io/cpu-model.vendor_id", "NVIDIA"),
        ("nvidia.com/gpu.present", "true"),
    )
]
"""Where NVIDIA's chart puts its plugin if its values have no affinity: on nodes that feature discovery, or a person, has labelled
(NVIDIA/k8s-device-plugin, deployments/helm/nvidia-device-plugin/values.yaml, from 0.15; read 2026-12-01)."""


@dataclass(frozen=True, kw_only=True)
class Daemon:
    """What counts devices, or hands them out, on the nodes that it is let onto."""

    resource: PlannedResource
    charts: tuple[str, ...]
    """Those it is, or is in the place of."""
    spec: Mapping[str, Json]
    """Its selector, affinity and tolerations, as far as the plan says them."""
    tolerates_all: bool
    """Where the plan says no tolerations, the chart's own hold."""

    def hindered(self, plan: Plan, launch: Launch) -> str:
        """Why it does not come to a pool's nodes; empty if it does."""
        kept_off = self._kept_off(launch)
        if kept_off:
            key, value, effect = kept_off[0]
            return f"does not tolerate {key}={value}:{effect} of {launch.resource.name}"
        if missing := unmet(plan, launch, self.spec):
            return (
                f"asks for nodes with {missing}, which those of {launch.resource.name} have not and nothing gives them"
            )
        return ""

    def _kept_off(self, launch: Launch) -> list[Taint]:
        tolerations = as_list(self.spec.get("tolerations"))
        if self.tolerates_all and not tolerations:
            return []
        return [
            t for t in launch.taints if t[2] != "PreferNoSchedule" and not any(tolerates(one, t) for one in tolerations)
        ]


@once
def daemons(plan: Plan) -> tuple[Daemon, ...]:
    return (*_of_charts(plan), *_by_hand(plan))


def _of_charts(plan: Plan) -> Iterator[Daemon]:
    for release in plan.all(RELEASE):
        if (name := chart(release)) not in (*GPU_CHARTS, *EFA_CHARTS):
            continue
        values = as_dict(release.inputs.get("values"))
        # The operator's plugin and the drivers keep theirs below a name of their own.
        told = as_dict(values.get("kubeletPlugin") or values.get("daemonsets") or values)
        spec = {key: told.get(key) for key in ("nodeSelector", "affinity", "tolerations")}
        if name == GPU_PLUGIN and told.get("affinity") is None and _chooses_by_itself(release):
            spec["affinity"] = _required(_BY_DEFAULT)
        if keys := as_list(get_path(values, "supportedInstanceLabels", "keys")):
            among = as_list(get_path(values, "supportedInstanceLabels", "values"))
            terms = [{"matchExpressions": [{"key": key, "operator": "In", "values": among}]} for key in keys]
            spec["affinity"] = _required(terms)
        yield Daemon(resource=release, charts=(name,), spec=spec, tolerates_all=True)


def _chooses_by_itself(release: PlannedResource) -> bool:
    return [whole(part) for part in str(release.inputs.get("version") or "0").lstrip("v").split(".")[:2]] >= [0, 15]


def _required(terms: list[Json]) -> Json:
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}}


def _by_hand(plan: Plan) -> Iterator[Daemon]:
    """DaemonSets that are named device plugins, or run an image of one. Of a name alone it is not known whose devices they count, nor
    by what else."""
    for resource, body in of_kind(plan, "DaemonSet"):
        spec = as_dict(get_path(body, "spec", "template", "spec"))
        images = [text for c in as_list(spec.get("containers")) for text in strings(get_path(c, "image"))]
        made = (next((name for part, name in _IMAGES.items() if part in image), None) for image in images)
        found = tuple(dict.fromkeys(name for name in made if name))
        if found or "device-plugin" in resource.name:
            known = spec if found else {}
            charts = found or (*GPU_CHARTS, *EFA_CHARTS)
            yield Daemon(resource=resource, charts=charts, spec=known, tolerates_all=not found)


@check(
    "nobody-counts-devices",
    Severity.ERROR,
    "Every pool with GPUs or EFA has a device plugin that its nodes' taints and labels let in.",
)
def nobody_counts_devices(plan: Plan) -> Iterator[Violation]:
    """Without one, nodes start and have nothing for a pod to ask for. A DaemonSet that is named so counts as one. Where a pool's devices
    are claimed, it is a driver."""
    for launch in launches(plan):
        claimed = of_labels(launch.labels) is Devices.DRA
        built_in = _BUILT_IN in str(launch.resource.inputs.get("amiType")) and not claimed
        if any(t.gpu for t in launch.types) and not built_in:
            yield from _uncounted(plan, launch, "GPUs", GPU_DRIVERS if claimed else GPU_CHARTS)
        if launch.efa:
            yield from _uncounted(plan, launch, "EFA devices", EFA_DRIVERS if claimed else EFA_CHARTS)


def _uncounted(plan: Plan, launch: Launch, what: str, charts: tuple[str, ...]) -> Iterator[Violation]:
    able = [daemon for daemon in daemons(plan) if set(daemon.charts) & set(charts)]
    why = [daemon.hindered(plan, launch) for daemon in able]
    if not able:
        yield Violation(
            f"{launch.resource.name}: nothing counts its {what}; install {' or '.join(charts)}", launch.resource
        )
    elif all(why):
        yield Violation(f"{able[0].resource.name}: {why[0]}; nobody would count its {what}", able[0].resource)


@check("plugin-without-device", Severity.WARNING, "The EFA plugin runs on nodes that have EFA alone.")
def plugin_without_device(plan: Plan) -> Iterator[Violation]:
    """On others it ends and is started again for ever. The chart's own list of types is not judged."""
    for daemon in daemons(plan):
        chooses = daemon.spec.get("affinity") or daemon.spec.get("nodeSelector") or daemon.resource.type != RELEASE
        if not set(daemon.charts) <= set(EFA_CHARTS) or not chooses:
            continue
        for launch in launches(plan):
            if launch.types and _has_none(launch) and not daemon.hindered(plan, launch):
                yield Violation(
                    f"{daemon.resource.name}: would run on {launch.resource.name}, whose nodes "
                    f"({', '.join(t.name for t in launch.types)}) {_why(launch)}; there it fails and starts again for ever",
                    daemon.resource,
                )


def _has_none(launch: Launch) -> bool:
    """Karpenter gives EFA to pods that ask for it, where the type has it and its class names no interfaces."""
    if not any(t.efa for t in launch.types):
        return True
    return not launch.efa and (launch.managed or bool(launch.interfaces))


def _why(launch: Launch) -> str:
    return "are launched without EFA" if any(t.efa for t in launch.types) else "have no EFA"
