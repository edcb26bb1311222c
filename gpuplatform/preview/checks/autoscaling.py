"""What Cluster Autoscaler is told of groups that are empty

The autoscaler pictures a node of an empty group from the group's tags: what they do not say, or say wrongly, is found out when
a job waits for ever (kubernetes/autoscaler, cloudprovider/aws/README.md, August 2026).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

from gpuplatform.catalog.nodes import EFA, GPU, HUGEPAGES, ZONE_LABEL
from gpuplatform.kinds.cluster.node_launches import AUTOSCALER, Launch, autoscaler, launches, told
from gpuplatform.kinds.cluster.pods import pods
from gpuplatform.plan.model import UNKNOWN, Plan
from gpuplatform.plan.quantity import quantity
from gpuplatform.plan.values import as_list, get_path
from gpuplatform.pools.autoscaler import PREFIX
from gpuplatform.pools.devices import Devices, of_labels
from gpuplatform.preview.checking.check import Severity, Violation, check

_ACCELERATOR: Final = "k8s.amazonaws.com/accelerator"
_PAGE_BYTES: Final = 2 * 2**20
_NEVER_ZERO: Final = re.compile(r"vm\.nr_hugepages\"? *= *\"?(\d+)")


@check(
    "autoscaler-tag-wrong",
    Severity.ERROR,
    "What tags tell Cluster Autoscaler of an empty group is what its nodes have.",
)
def autoscaler_tag_wrong(plan: Plan) -> Iterator[Violation]:
    for launch in launches(plan):
        for key, (tag, value) in told(plan, launch).items() if launch.managed else ():
            if truth := _contradicted(launch, key, value):
                yield Violation(f"{tag.name}: says {key} {value}, but {truth} of {launch.resource.name}", tag)


def _contradicted(launch: Launch, key: str, value: str) -> str:
    """What is true instead; empty where the plan does not contradict, or does not know the value yet."""
    if value == UNKNOWN:
        return ""
    kind, _, name = key.partition("/")
    if kind == "label":
        real = launch.labels.get(name)
        if real is not None and real != value:
            return f"the label is {real}"
        if name == ZONE_LABEL and launch.zones and value not in launch.zones:
            return f"{', '.join(sorted(launch.zones))} is the zone"
    if kind == "taint":
        taints = [
            f"{get_path(t, 'value') or ''}:{str(get_path(t, 'effect')).title().replace('_', '')}"
            for t in as_list(launch.resource.inputs.get("taints"))
            if get_path(t, "key") == name
        ]
        if value not in taints:
            return f"{', '.join(taints) or 'none'} is that taint"
    if kind == "resources":
        return _miscounted(launch, name, quantity(value))
    return ""


def _miscounted(launch: Launch, name: str, amount: float) -> str:
    if name == EFA and launch.interfaces and amount != launch.efa:
        return f"{launch.efa} are the EFA interfaces"
    if name == GPU and any(t.gpu_count and amount % t.gpu_count for t in launch.types):
        return f"{', '.join(str(t.gpu_count) for t in launch.types)} are the GPUs"
    pages = _pages(launch)
    if name == HUGEPAGES and pages is not None and amount != pages * _PAGE_BYTES:
        return f"{pages} pages of 2 MiB are set aside in the user data"
    return ""


def _pages(launch: Launch) -> int | None:
    """Huge pages that the user data sets aside; None where it says nothing of them."""
    written = launch.how.inputs.get("userData") if launch.how else None
    try:
        text = base64.b64decode(str(written or ""), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    found = _NEVER_ZERO.search(text)
    return int(found[1]) if found else None


@check("autoscaler-tag-missing", Severity.ERROR, "Cluster Autoscaler is told of an empty group what it cannot ask AWS.")
def autoscaler_tag_missing(plan: Plan) -> Iterator[Violation]:
    """It asks EC2 for whole GPUs, and EKS for labels and taints; of EFA and of a GPU's part it knows nothing. Of devices that are
    claimed no tag can tell it."""
    if autoscaler(plan) is None:
        return
    for launch in launches(plan):
        if not launch.managed or get_path(launch.resource.inputs, "scalingConfig", "minSize"):
            continue
        if of_labels(launch.labels) is Devices.DRA:
            continue
        known = told(plan, launch)
        fractional = any(t.gpu and t.gpu.count == 0 for t in launch.types)
        for name, there in ((EFA, launch.efa), (GPU, fractional)):
            if there and f"resources/{name}" not in known:
                yield Violation(
                    f"{launch.resource.name}: starts empty, and no tag {PREFIX}/resources/{name} tells Cluster Autoscaler what its "
                    "nodes have; a job that asks for it would never make the group grow",
                    launch.resource,
                )


@check(
    "accelerator-label",
    Severity.ERROR,
    "To Cluster Autoscaler every node with GPUs says so, so that it waits for them to be counted.",
)
def accelerator_label(plan: Plan) -> Iterator[Violation]:
    """A node that is ready before its device plugin has counted its GPUs looks like one without: pods still wait, and the autoscaler
    buys another. A node with the label is not ready to it until they are counted (kubernetes/autoscaler, cloudprovider/aws,
    `GPULabel`, and utils/gpu; kubernetes/autoscaler#1949). Of claimed devices no plugin counts any: there the label does harm."""
    by_hand = any(AUTOSCALER in str(get_path(c, "image")) for pod in pods(plan) for c in pod.containers)
    if autoscaler(plan) is None and not by_hand:
        return
    for launch in launches(plan):
        claimed = of_labels(launch.labels) is Devices.DRA
        if (
            launch.managed
            and any(t.gpu_count for t in launch.types)
            and not claimed
            and not launch.labels.get(_ACCELERATOR)
        ):
            yield Violation(
                f"{launch.resource.name}: labels: {_ACCELERATOR} is missing; until its GPUs are counted Cluster Autoscaler takes a new "
                "node for one without, and buys another. Add it, with the GPU's name as its value",
                launch.resource,
            )
