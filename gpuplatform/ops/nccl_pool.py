"""The pool that an all-reduce runs on, read from an environment's plan: its nodes, what they tolerate, and who may queue there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gpuplatform.catalog.instances import InstanceType, instance
from gpuplatform.catalog.nodes import GPU, POOL_LABEL
from gpuplatform.kinds.tokens import LAUNCH_TEMPLATE, NODE_GROUP
from gpuplatform.ops.demand import UnreadablePlan
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.pools.devices import Devices, of_labels
from gpuplatform.pools.health import UNCHECKED
from gpuplatform.sizing.efa import EFA_KINDS

EFFECTS: Final = {"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute", "PREFER_NO_SCHEDULE": "PreferNoSchedule"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """A team's LocalQueue."""

    name: str
    namespace: str
    labels: Mapping[str, str]
    gpus: int
    """That one job can get of the pool, borrowed ones included."""
    owned: int


@dataclass(frozen=True, kw_only=True, slots=True)
class NcclPool:
    name: str
    instance: InstanceType
    efa: bool
    """Whether its nodes are launched with EFA devices."""
    widest: int
    """Nodes of its largest group: the autoscaler makes all nodes of a job in one."""
    tolerations: Sequence[Mapping[str, str]]
    devices: Devices
    queues: Sequence[Queue]


def nccl_pool(plan: Plan, name: str) -> NcclPool:
    """A pool of managed node groups. Raises UnreadablePlan."""
    groups = [r for r in plan.all(NODE_GROUP) if r.inputs.get("taints")]
    known = sorted({label for r in groups if (label := _labels(r).get(POOL_LABEL))})
    own = [r for r in groups if _labels(r).get(POOL_LABEL) == name]
    if not own:
        raise UnreadablePlan(f"{name} is no GPU pool of managed node groups; accepted: {', '.join(known) or 'none'}")
    templates = {r.urn: r.inputs for r in plan.all(LAUNCH_TEMPLATE)}
    template = next(templates[urn] for urn in own[0].property_dependencies["launchTemplate"] if urn in templates)
    types = own[0].inputs.get("instanceTypes") or [template["instanceType"]]
    return NcclPool(
        name=name,
        instance=instance(types[0]),
        efa=any(i.get("interfaceType") in EFA_KINDS for i in template.get("networkInterfaces") or ()),
        widest=max(int(r.inputs["scalingConfig"]["maxSize"]) for r in own),
        devices=of_labels(_labels(own[0])),
        # A job does not tolerate what nodes start with: it waits until they are checked.
        tolerations=[_toleration(taint) for taint in own[0].inputs["taints"] if taint["key"] != UNCHECKED],
        queues=_queues(plan, name),
    )


def _queues(plan: Plan, name: str) -> list[Queue]:
    def kind(called: str) -> dict[str, Mapping[str, Json]]:
        return {r.inputs["metadata"]["name"]: r.inputs for r in plan.resources if r.inputs.get("kind") == called}

    flavors = {
        f for f, inputs in kind("ResourceFlavor").items() if inputs["spec"]["nodeLabels"].get(POOL_LABEL) == name
    }
    shares = {
        called: [
            (int(gpus["nominalQuota"]), int(gpus.get("borrowingLimit", 0)))
            for group in inputs["spec"].get("resourceGroups") or ()
            for flavor in group["flavors"]
            for gpus in flavor["resources"]
            if flavor["name"] in flavors and gpus["name"] == GPU
        ]
        for called, inputs in kind("ClusterQueue").items()
    }
    return [
        Queue(
            name=called,
            namespace=inputs["metadata"]["namespace"],
            labels=inputs["metadata"].get("labels") or {},
            gpus=max((owned + borrowed for owned, borrowed in shares[inputs["spec"]["clusterQueue"]]), default=0),
            owned=sum(owned for owned, _ in shares[inputs["spec"]["clusterQueue"]]),
        )
        for called, inputs in sorted(kind("LocalQueue").items())
    ]


def _labels(group: PlannedResource) -> Mapping[str, str]:
    return group.inputs.get("labels") or {}


def _toleration(taint: Mapping[str, str]) -> dict[str, str]:
    """Of a taint as EKS writes it."""
    return {
        "key": taint["key"],
        "operator": "Equal",
        "value": taint.get("value", ""),
        "effect": EFFECTS[taint["effect"]],
    }
