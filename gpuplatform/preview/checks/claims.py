"""Whether pods can share what they mount, and run under the runtime that they name"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.cluster.copies import copies
from gpuplatform.kinds.cluster.names import chart, namespace_of
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.kinds.cluster.pods import pods
from gpuplatform.kinds.tokens import RELEASE
from gpuplatform.plan.model import SECRET, UNKNOWN, Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

_OF_ONE: Final = ("ReadWriteOnce", "ReadWriteOncePod")
_MAKERS: Final = re.compile(r"gpu-operator|kata|gvisor|spin|wasm|runtime")
"""Charts that make runtime classes. NVIDIA's device plugin and Karpenter make none: an image with NVIDIA's runtime as the default one,
as EKS's are, needs none either (NVIDIA/gpu-operator, assets/state-container-toolkit; awslabs/amazon-eks-ami, nodeadm)."""


@check("shared-disk", Severity.ERROR, "A volume for one node is mounted by one pod.")
def shared_disk(plan: Plan) -> Iterator[Violation]:
    """ReadWriteOnce is one node's: pods on a second wait for ever with a Multi-Attach error. ReadWriteOncePod is one pod's."""
    modes = {
        (namespace_of(body), str(body["metadata"]["name"])): [
            str(m) for m in as_list(get_path(body, "spec", "accessModes"))
        ]
        for _, body in of_kind(plan, "PersistentVolumeClaim")
    }
    scaled = {one.pod.owner.urn: one.most for one in copies(plan)}
    daemons = {resource.urn for resource, _ in of_kind(plan, "DaemonSet")}
    for pod in pods(plan):
        many = max(scaled.get(pod.owner.urn, 1), pod.together, 2 if pod.owner.urn in daemons else 1)
        for volume in as_list(pod.spec.get("volumes")) if many > 1 else ():
            name = str(get_path(volume, "persistentVolumeClaim", "claimName"))
            allowed = modes.get((pod.namespace, name), [])
            if allowed and all(mode in _OF_ONE for mode in allowed):
                number = "one on every node" if pod.owner.urn in daemons else f"up to {many} pods"
                yield Violation(
                    f"{pod.owner.name}: {number} mount {name}, which is {allowed[0]}: {_whose(allowed)}. Take a file system that "
                    "many nodes can mount (ReadWriteMany), or a claim for each pod (volumeClaimTemplates of a StatefulSet)",
                    pod.owner,
                )


def _whose(modes: list[str]) -> str:
    return "a second pod would never start" if modes == [_OF_ONE[1]] else "those on a second node would never start"


@check("runtime-class", Severity.ERROR, "Every runtime class that pods name is there.")
def runtime_class(plan: Plan) -> Iterator[Violation]:
    """An object of the plan, or one that a chart of it makes. The API server refuses pods that name another."""
    if any(_MAKERS.search(chart(release)) for release in plan.all(RELEASE)):
        return
    there = {str(get_path(body, "metadata", "name")) for _, body in of_kind(plan, "RuntimeClass")}
    for resource, path, name in _runtimes(plan):
        if isinstance(name, str) and name and name not in (*there, SECRET, UNKNOWN):
            known = ", ".join(sorted(there)) or "none"
            yield Violation(
                f"{resource.name}: {path}: there is no runtime class {name}; the plan has {known}, and none of its charts makes one. "
                "On EKS's images with NVIDIA's driver its runtime is the default: leave the name out",
                resource,
            )


def _runtimes(plan: Plan) -> Iterator[tuple[PlannedResource, str, Json]]:
    for pod in pods(plan):
        yield pod.owner, "runtimeClassName", pod.spec.get("runtimeClassName")
    for release in plan.all(RELEASE):
        yield from ((release, path, name) for path, name in _in_values(as_dict(release.inputs.get("values")), "values"))


def _in_values(value: Json, path: str) -> Iterator[tuple[str, Json]]:
    for key, inner in as_dict(value).items():
        if key == "runtimeClassName":
            yield f"{path}.{key}", inner
        else:
            yield from _in_values(inner, f"{path}.{key}")
