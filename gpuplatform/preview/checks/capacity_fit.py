"""Whether the nodes that pods select can hold them: one pod on one node, a job on one way of buying, and nothing that must not
be interrupted on spot alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gpuplatform.catalog.device_classes import EFA as EFA_CLASS
from gpuplatform.catalog.device_classes import GPU as GPU_CLASS
from gpuplatform.catalog.instances import InstanceType
from gpuplatform.catalog.nodes import EFA, GPU, HUGEPAGES, POOL_LABEL, ZONE_LABEL
from gpuplatform.kinds.cluster.names import namespace_of
from gpuplatform.kinds.cluster.node_launches import Launch, launches, told
from gpuplatform.kinds.cluster.node_properties import CAPACITY_LABEL, requirements
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.kinds.cluster.pods import Pod, pods
from gpuplatform.plan.model import UNKNOWN, Plan, PlannedResource, once
from gpuplatform.plan.quantity import quantity
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.pools.devices import Devices, of_labels
from gpuplatform.preview.checking.check import Severity, Violation, check
from gpuplatform.sizing.pods import EFA_HUGEPAGES_MIB, KARPENTER_HIDDEN_MEMORY, allocatable

GPUS: Final = (GPU, GPU_CLASS)
"""A GPU is counted, or claimed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What one node of a pool has for pods."""

    instance: str
    has: Mapping[str, float]
    """Cores, bytes and devices."""


@dataclass(frozen=True, kw_only=True)
class Nodes:
    """One node group, or one Karpenter pool."""

    resource: PlannedResource
    kinds: tuple[Node, ...]
    spot: bool
    """Spot and nothing else."""
    zones: int
    """Subnets it may stand in; 1 where it selects a zone."""
    most: int | None
    """Nodes; None where GPUs are limited instead."""


@once
def pools(plan: Plan) -> dict[str, list[Nodes]]:
    """Value of the pool label → the groups that carry it."""
    found: dict[str, list[Nodes]] = {}
    for launch in launches(plan):
        if label := launch.labels.get(POOL_LABEL):
            found.setdefault(label, []).append(_group(plan, launch) if launch.managed else _pool(launch))
    return found


def _group(plan: Plan, launch: Launch) -> Nodes:
    group = launch.resource
    extra = {
        key.removeprefix("resources/"): quantity(value)
        for key, (_, value) in told(plan, launch).items()
        if key.startswith("resources/") and value != UNKNOWN
    }
    return Nodes(
        resource=group,
        kinds=tuple(_node(launch, type_, extra) for type_ in launch.types),
        spot=group.inputs.get("capacityType") == "SPOT",
        zones=len(as_list(group.inputs.get("subnetIds"))),
        most=launch.most or 0,
    )


def _pool(launch: Launch) -> Nodes:
    wanted = requirements(launch.resource)
    return Nodes(
        resource=launch.resource,
        kinds=tuple(_node(launch, type_, {}) for type_ in launch.types),
        spot=wanted.get(CAPACITY_LABEL) == ["spot"],
        zones=len(wanted.get(ZONE_LABEL, [])) or 2,
        most=None,
    )


def _node(launch: Launch, hardware: InstanceType, extra: Mapping[str, float]) -> Node:
    """`extra`: what its group advertises beyond what EC2 says, such as shared GPUs and huge pages."""
    efa = launch.efa if launch.interfaces else hardware.efa_max
    devices = {GPU: hardware.gpu_count, EFA: efa, HUGEPAGES: EFA_HUGEPAGES_MIB * 2.0**20 if efa else 0.0} | dict(extra)
    if of_labels(launch.labels) is Devices.DRA:
        # What a driver hands out, no plugin counts.
        devices |= {GPU: 0.0, EFA: 0.0, GPU_CLASS: hardware.gpu_count, EFA_CLASS: efa}
    millicores, memory = allocatable(hardware, KARPENTER_HIDDEN_MEMORY, int(devices[HUGEPAGES] / 2**20))
    has = {**devices, "cpu": millicores / 1000, "memory": memory * 2.0**20}
    return Node(instance=hardware.name, has=has)


@check("pod-too-large", Severity.ERROR, "Every pod fits a node of the pool that it selects.")
def pod_too_large(plan: Plan) -> Iterator[Violation]:
    there = pools(plan)
    for pod in pods(plan):
        kinds = [kind for nodes in there.get(pod.pool or "", []) for kind in nodes.kinds if kind.has]
        short = [(kind, _short(pod.asks, kind)) for kind in kinds]
        if kinds and all(missing for _, missing in short):
            kind, missing = short[0]
            yield Violation(
                f"{pod.owner.name}: a pod asks for {missing} of {kind.instance} in pool {pod.pool}", pod.owner
            )


def _short(asks: Mapping[str, float], node: Node) -> str:
    """`1000 cpu, but 191 are left for pods`; empty where the pod fits. Memory in GiB."""
    for name in ("cpu", "memory", *GPUS, EFA, EFA_CLASS, HUGEPAGES):
        if asks.get(name, 0) > node.has.get(name, 0):
            unit, said = (2.0**30, f"GiB of {name}") if name in ("memory", HUGEPAGES) else (1.0, name)
            return f"{asks[name] / unit:,.6g} {said}, but {node.has.get(name, 0) / unit:,.6g} are left for pods"
    return ""


@check("job-too-large", Severity.ERROR, "A job fits one way of buying its pool, and many nodes stand in one zone.")
def job_too_large(plan: Plan) -> Iterator[Violation]:
    there = pools(plan)
    for pod in pods(plan):
        groups = [nodes for nodes in there.get(pod.pool or "", []) if nodes.most is not None and nodes.kinds]
        if not groups or pod.together < 2 or not any(pod.asks.get(name) for name in GPUS):
            continue
        needs = {nodes.resource.name: _nodes_needed(pod, nodes) for nodes in groups}
        if all(needs[nodes.resource.name] > (nodes.most or 0) for nodes in groups):
            largest = max(groups, key=lambda nodes: nodes.most or 0)
            yield Violation(
                f"{pod.owner.name}: {pod.together} pods need {needs[largest.resource.name]} nodes at once, and the largest "
                f"group of pool {pod.pool}, {largest.resource.name}, has {largest.most} at most",
                pod.owner,
            )
        wide = [n for n in groups if n.zones > 1 and needs[n.resource.name] > 1]
        if wide:
            yield Violation(
                f"{pod.owner.name}: its {pod.together} pods may stand in the {wide[0].zones} zones of "
                f"{wide[0].resource.name}; give pool {pod.pool} one zone",
                pod.owner,
            )


def _nodes_needed(pod: Pod, nodes: Nodes) -> int:
    asked = next(name for name in GPUS if pod.asks.get(name))
    each = max(kind.has.get(asked, 0) for kind in nodes.kinds) // pod.asks[asked]
    return -(-pod.together // int(each)) if each >= 1 else pod.together


@check("spot-interrupts", Severity.ERROR, "What must not be interrupted does not run on spot alone.")
def spot_interrupts(plan: Plan) -> Iterator[Violation]:
    there = pools(plan)
    budgets = [
        (namespace_of(body), as_dict(get_path(body, "spec", "selector", "matchLabels")))
        for _, body in of_kind(plan, "PodDisruptionBudget")
        if get_path(body, "spec", "maxUnavailable") in (0, "0", "0%")
        or get_path(body, "spec", "minAvailable") == "100%"
    ]
    for pod in pods(plan):
        groups = there.get(pod.pool or "", [])
        annotated = pod.annotations.get("karpenter.sh/do-not-disrupt") == "true"
        guarded = any(n == pod.namespace and m and m.items() <= pod.labels.items() for n, m in budgets)
        if groups and all(nodes.spot for nodes in groups) and (annotated or guarded):
            why = "is not to be disrupted" if annotated else "has a budget of no disruption"
            yield Violation(
                f"{pod.owner.name}: {why}, but pool {pod.pool} is spot alone, which EC2 takes back after 2 minutes; add "
                "another way of buying, or let it be interrupted",
                pod.owner,
            )
