"""Whether jobs of many nodes use the network that their nodes are bought for"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gpuplatform.catalog.device_classes import EFA as EFA_CLASS
from gpuplatform.catalog.device_classes import GPU as GPU_CLASS
from gpuplatform.catalog.nodes import EFA
from gpuplatform.kinds.cluster.node_launches import Launch
from gpuplatform.kinds.cluster.pods import Pod, pods
from gpuplatform.kinds.cluster.room import gpus, hosts
from gpuplatform.plan.model import Plan
from gpuplatform.plan.values import as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

_WITHOUT_PLUGIN: Final = re.compile(
    r"(docker\.io/|public\.ecr\.aws/docker/)?(library/)?"
    r"(pytorch/pytorch|nvidia/cuda|python|ubuntu)([:@].*)?"
)
"""PyTorch as its maker ships it, and bare images: neither has libfabric or aws-ofi-nccl (pytorch/pytorch, Dockerfile, read
2026-12-01)."""


@check("job-without-efa", Severity.ERROR, "A job of several nodes with EFA asks for the EFA devices of its GPUs.")
def job_without_efa(plan: Plan) -> Iterator[Violation]:
    """Without them its pods see no EFA device, and NCCL falls back to TCP; with a part of them the rest of the network is paid for and
    not used. A whole node's GPUs go with all of its devices, a part of them with one at least."""
    for pod, there in _spread(plan):
        asked = pod.asks.get(EFA, 0) + pod.asks.get(EFA_CLASS, 0)
        wanted = min(_devices(launch, pod) for launch in there)
        if asked < wanted:
            said = "no EFA device" if not asked else f"{asked:g} of {wanted} EFA devices"
            yield Violation(
                f"{pod.owner.name}: {pod.together} pods of {gpus(pod):g} GPUs on several nodes ask for {said}, and those of "
                f"{there[0].resource.name} have {wanted} for them; ask for {EFA}: {wanted} in requests and limits",
                pod.owner,
            )


@check("image-without-efa", Severity.WARNING, "A job of several nodes with EFA runs an image that can use it.")
def image_without_efa(plan: Plan) -> Iterator[Violation]:
    """Without aws-ofi-nccl NCCL does not find EFA, and takes TCP without a word."""
    for pod, _ in _spread(plan):
        for container in as_list(pod.spec.get("containers")):
            image = str(get_path(container, "image") or "")
            if _WITHOUT_PLUGIN.fullmatch(image):
                yield Violation(
                    f"{pod.owner.name}: image {image} has no aws-ofi-nccl, without which NCCL does not use EFA; take one of AWS's "
                    "Deep Learning Containers, or install it in an image of your own",
                    pod.owner,
                )


def _spread(plan: Plan) -> Iterator[tuple[Pod, list[Launch]]]:
    """Pods that run together on more than one node, where all nodes that let them in have EFA."""
    for pod in pods(plan):
        # Devices of a class that is not EFA's own may be EFA's all the same.
        elsewhere = any(name not in (EFA_CLASS, GPU_CLASS) for name in pod.claimed)
        there = hosts(plan, pod) if pod.together > 1 and gpus(pod) and not elsewhere else []
        if there and all(_has_efa(one) and pod.together * gpus(pod) > _node_gpus(one) for one in there):
            yield pod, there


def _has_efa(launch: Launch) -> bool:
    """Whether its nodes can give devices to pods: by the interfaces that are written, or because Karpenter adds those asked for."""
    if not launch.types or not all(t.efa for t in launch.types):
        return False
    return launch.efa > 0 or (not launch.managed and not launch.interfaces)


def _node_gpus(launch: Launch) -> int:
    return max((t.gpu_count for t in launch.types), default=0)


def _devices(launch: Launch, pod: Pod) -> int:
    """EFA devices for a pod's GPUs on the type that has fewest."""
    per_type = (launch.efa or t.efa_max for t in launch.types)
    return min(per_type) if gpus(pod) >= _node_gpus(launch) else 1
