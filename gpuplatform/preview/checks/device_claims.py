"""Whether what pods claim can be given: classes that are there, claims that hold it, containers that see it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Final

from gpuplatform.catalog import charts, device_classes
from gpuplatform.kinds.cluster import device_claims
from gpuplatform.kinds.cluster.names import chart
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.kinds.cluster.pods import pods
from gpuplatform.kinds.tokens import RELEASE
from gpuplatform.plan.model import SECRET, UNKNOWN, Json, Plan
from gpuplatform.plan.values import as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

_CHARTS: Final = {one.name for one in vars(charts).values() if isinstance(one, charts.Chart)}
"""Of which we know the classes that they bring."""


@check(
    "missing-device-class",
    Severity.ERROR,
    "Every class of devices that is claimed is there, or of a chart of the plan.",
)
def missing_device_class(plan: Plan) -> Iterator[Violation]:
    installed = {chart(r) for r in plan.all(RELEASE)}
    if installed - _CHARTS:
        return
    there = {name for one in installed for name in device_classes.OF_CHART.get(one, ())}
    there |= {str(body["metadata"]["name"]) for _, body in of_kind(plan, "DeviceClass")}
    for resource, _, _, requests in device_claims.every(plan):
        for name in sorted(set(_classes(requests)) - there - {SECRET, UNKNOWN}):
            near = difflib.get_close_matches(name, there, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there is {', '.join(sorted(there)) or 'none'}"
            yield Violation(f"{resource.name}: no class of devices {name}; {hint}", resource)


def _classes(requests: list[Json]) -> Iterator[str]:
    for request in requests:
        for one in (get_path(request, "exactly"), *as_list(get_path(request, "firstAvailable"))):
            if name := get_path(one, "deviceClassName"):
                yield str(name)


@check("claim-too-large", Severity.ERROR, "A claim is for no more devices than one is ever given.")
def claim_too_large(plan: Plan) -> Iterator[Violation]:
    for resource, _, _, requests in device_claims.every(plan):
        wanted = sum(device_claims.counted(requests).values())
        if wanted > device_classes.MOST_OF_A_CLAIM:
            yield Violation(
                f"{resource.name}: {wanted:g} devices in one claim, and a claim is given {device_classes.MOST_OF_A_CLAIM} at most: "
                "its pod would wait for ever; make a claim of each class",
                resource,
            )


@check("claim-of-container", Severity.ERROR, "What a pod claims a container uses, and a container uses nothing else.")
def claim_of_container(plan: Plan) -> Iterator[Violation]:
    for pod in pods(plan):
        claimed = {str(get_path(claim, "name")) for claim in as_list(pod.spec.get("resourceClaims"))}
        used = {
            str(get_path(c, "name")) for box in pod.containers for c in as_list(get_path(box, "resources", "claims"))
        }
        for name in sorted(used - claimed):
            has = ", ".join(sorted(claimed)) or "nothing"
            yield Violation(f"{pod.owner.name}: a container uses claim {name}; the pod claims {has}", pod.owner)
        for name in sorted(claimed - used):
            yield Violation(f"{pod.owner.name}: no container uses claim {name}, whose devices nobody sees", pod.owner)
