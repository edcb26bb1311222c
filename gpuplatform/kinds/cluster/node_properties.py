"""How a plan states what starts nodes and instances, for the checks, the bill and the picture: where each fact of it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gpuplatform.catalog.nodes import GPU
from gpuplatform.kinds.tokens import BLOCK, LAUNCH_TEMPLATE, NODE_CLASS, NODE_GROUP, RESERVATION
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.references import linked
from gpuplatform.plan.values import as_dict, as_list, get_path, strings

TYPE_LABEL: Final = "node.kubernetes.io/instance-type"
CAPACITY_LABEL: Final = "karpenter.sh/capacity-type"
ZONE_NAME_LABEL: Final = "topology.kubernetes.io/zone"


def template(plan: Plan, starter: PlannedResource) -> PlannedResource | None:
    """The launch template of a node group, an Auto Scaling group or an instance; None where the plan has none."""
    path = "mixedInstancesPolicy" if starter.inputs.get("mixedInstancesPolicy") else "launchTemplate"
    return next(iter(linked(plan, starter, path, LAUNCH_TEMPLATE)), None)


def instance_types(plan: Plan, group: PlannedResource) -> list[str]:
    """Of a node group: its own, and its launch template's."""
    found = template(plan, group)
    of_template = strings(found.inputs.get("instanceType")) if found else ()
    return [*map(str, as_list(group.inputs.get("instanceTypes"))), *of_template]


def node_class(plan: Plan, pool: PlannedResource) -> PlannedResource | None:
    """Of a pool of Karpenter's; None where the plan has none."""
    called = get_path(pool.inputs, "spec", "template", "spec", "nodeClassRef", "name")
    named = (
        c for c in plan.all(NODE_CLASS) if called in [get_path(it, "metadata", "name") for it in (c.inputs, c.outputs)]
    )
    return next(named, None) if called else None


def requirements(pool: PlannedResource) -> dict[str, list[str]]:
    """Label → the values that a pool of Karpenter's asks for."""
    rows = as_list(get_path(pool.inputs, "spec", "template", "spec", "requirements"))
    return {
        str(get_path(row, "key")): [str(value) for value in as_list(get_path(row, "values"))]
        for row in rows
        if get_path(row, "operator") == "In"
    }


def gpu_limit(pool: PlannedResource) -> Json:
    """GPUs that a pool of Karpenter's may have, as they are written; None where it may have any number."""
    return get_path(pool.inputs, "spec", "limits", GPU)


def labels(starter: PlannedResource) -> dict[str, str]:
    """Of the nodes of a node group, or of a pool of Karpenter's."""
    path = ("labels",) if starter.type == NODE_GROUP else ("spec", "template", "metadata", "labels")
    return {key: str(value) for key, value in as_dict(get_path(starter.inputs, *path)).items()}


def market(how: Mapping[str, Json]) -> str:
    """Of a launch template or an instance: `spot`, `capacity-block`, or empty."""
    return str(get_path(how, "instanceMarketOptions", "marketType") or "")


def reserved(how: Mapping[str, Json]) -> Json:
    """The reservation, or the group of them, that a launch template or an instance targets; None where it targets none."""
    return get_path(how, "capacityReservationSpecification", "capacityReservationTarget")


def reservations(plan: Plan, how: PlannedResource) -> list[PlannedResource]:
    """What the plan itself reserves or buys, of what a launch template or an instance targets."""
    return [r for type_ in (RESERVATION, BLOCK) for r in linked(plan, how, "capacityReservationSpecification", type_)]
