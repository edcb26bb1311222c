"""How many pods of a kind the nodes that let them in can hold together, by the limits of pools and the sizes of groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import Final

from gpuplatform.catalog.device_classes import GPU as GPU_CLASS
from gpuplatform.catalog.instances import InstanceType
from gpuplatform.catalog.nodes import GPU
from gpuplatform.kinds.cluster.names import chart
from gpuplatform.kinds.cluster.node_launches import Launch, Taint, launches, told
from gpuplatform.kinds.cluster.node_selection import tolerates, unmet
from gpuplatform.kinds.cluster.pods import Pod
from gpuplatform.kinds.tokens import RELEASE
from gpuplatform.plan.model import Json, Plan, once
from gpuplatform.plan.quantity import exact, quantity
from gpuplatform.plan.values import as_dict, as_list, get_path, strings

_MIB: Final = 2.0**20


def limits(launch: Launch) -> Mapping[str, float]:
    """What a pool of Karpenter's may have in all, by resource, as it is written."""
    written = as_dict(get_path(launch.resource.inputs, "spec", "limits")) if not launch.managed else {}
    return {name: quantity(amount) for name, amount in written.items() if exact(amount) is not None}


def has(type_: InstanceType, resource: str) -> float:
    """What Karpenter counts of one node against a limit."""
    amounts = {GPU: type_.gpu_count, "cpu": type_.vcpus, "memory": type_.memory_mib * _MIB, "nodes": 1}
    return float(amounts.get(resource, 0))


def most_nodes(launch: Launch, type_: InstanceType) -> float:
    """Nodes of one type that a group or pool may have; infinite where nothing bounds them."""
    if launch.managed:
        return float("inf") if launch.most is None else launch.most
    each = ((amount, has(type_, resource)) for resource, amount in limits(launch).items())
    return min((amount // one for amount, one in each if one), default=float("inf"))


def gpus(pod: Pod) -> float:
    """GPUs that a pod asks for, counted or claimed."""
    return pod.asks.get(GPU, 0) + pod.asks.get(GPU_CLASS, 0)


def hosts(plan: Plan, pod: Pod) -> list[Launch]:
    """Groups and pools with GPUs whose nodes let a pod in."""
    return [launch for launch in letting_in(plan, pod) if any(t.gpu_count for t in launch.types)]


def letting_in(plan: Plan, pod: Pod) -> list[Launch]:
    """Groups and pools whose nodes let a pod in, whatever they have."""
    tolerations = as_list(pod.spec.get("tolerations"))
    return [
        launch
        for launch in launches(plan)
        if all(_tolerated(taint, tolerations) for taint in launch.taints) and not unmet(plan, launch, pod.spec)
    ]


def _tolerated(taint: Taint, tolerations: Sequence[Json]) -> bool:
    return taint[2] == "PreferNoSchedule" or any(tolerates(one, taint) for one in tolerations)


def fits(plan: Plan, launch: Launch, each: float) -> float:
    """Pods of so many GPUs that a group or pool can hold, on the type of which it holds most; infinite where nothing bounds it."""
    counted = ((most_nodes(launch, t), node_gpus(plan, launch, t)) for t in launch.types)
    return max((nodes * (gpus // each) for nodes, gpus in counted if gpus >= each), default=0)


def total_gpus(plan: Plan, launch: Launch) -> float:
    """All GPUs of a group or pool at its most."""
    return max((most_nodes(launch, t) * gpus for t in launch.types if (gpus := node_gpus(plan, launch, t))), default=0)


def node_gpus(plan: Plan, launch: Launch, type_: InstanceType) -> float:
    """GPUs that a node offers to pods: as the autoscaler is told where they are shared, else those of its hardware."""
    _, said = told(plan, launch).get(f"resources/{GPU}", (None, ""))
    if type_.gpu_count and not said and _shares(plan):
        return inf
    return max(quantity(said), type_.gpu_count) if type_.gpu_count else 0


@once
def _shares(plan: Plan) -> bool:
    """Whether a device plugin is told to offer parts of GPUs, on some nodes at least."""
    values = (release.inputs.get("values") for release in plan.all(RELEASE) if "nvidia" in chart(release))
    return any("replicas:" in text or "migStrategy: single" in text for value in values for text in strings(value))


def smallest(launch: Launch, resource: str) -> float:
    """The least that a node of a pool has of a limited resource."""
    return min((amount for t in launch.types if (amount := has(t, resource))), default=0)
