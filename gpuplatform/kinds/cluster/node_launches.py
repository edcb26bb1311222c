"""What starts nodes: managed node groups with their launch templates, and Karpenter's pools with their node classes.

What belongs together is known by the plan's property dependencies or by IDs, whichever the source of the plan has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from gpuplatform.catalog import instances
from gpuplatform.catalog.instances import InstanceType, instance
from gpuplatform.catalog.nodes import ZONE_LABEL
from gpuplatform.kinds.cluster import node_properties
from gpuplatform.kinds.cluster.names import chart
from gpuplatform.kinds.cluster.node_properties import TYPE_LABEL, ZONE_NAME_LABEL
from gpuplatform.kinds.tokens import NODE_GROUP, NODE_POOL, RELEASE, SCALING_GROUP_TAG, SUBNET
from gpuplatform.plan.model import Json, Plan, PlannedResource, once
from gpuplatform.plan.quantity import quantity, whole
from gpuplatform.plan.references import linked
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.pools.autoscaler import PREFIX
from gpuplatform.sizing.efa import Interface, efa_count

AUTOSCALER: Final = "cluster-autoscaler"
"""Its chart."""

_UNPLACED: Final = -(2**31)


Taint = tuple[str, str, str]
"""Key, value and effect, as Kubernetes writes it."""
_EFFECTS: Final = {"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute", "PREFER_NO_SCHEDULE": "PreferNoSchedule"}


@dataclass(frozen=True, kw_only=True)
class Launch:
    """Nodes that start alike."""

    resource: PlannedResource
    """The node group, or the pool."""
    how: PlannedResource | None
    """The launch template, or the node class; None where the plan has none."""
    types: tuple[InstanceType, ...]
    """Of those that it may start, the ones of which the catalogue knows the hardware."""
    interfaces: tuple[Interface, ...]
    """As they are written; none where EC2 or Karpenter makes them."""
    subnets: tuple[PlannedResource, ...]
    most: int | None
    """Nodes; None where nothing that is known bounds them."""
    label_values: Mapping[str, frozenset[str]]
    """The values that a node may have of each label."""
    taints: tuple[Taint, ...]
    startup: tuple[Taint, ...]
    """Taints that nodes start with and lose before they take work: pods need not tolerate them."""

    @property
    def named(self) -> PlannedResource:
        """Where its interfaces are to be changed."""
        return self.how or self.resource

    @cached_property
    def zones(self) -> frozenset[str]:
        """Of its subnets, by ID where the plan says it."""
        return frozenset(filter(None, map(zone, self.subnets)))

    @cached_property
    def efa(self) -> int:
        """EFA devices that its interfaces are."""
        return efa_count(self.interfaces)

    @property
    def managed(self) -> bool:
        return self.resource.type == NODE_GROUP

    @property
    def scaling_group(self) -> str:
        """Name of a node group's Auto Scaling group; empty where the plan does not say it."""
        made = as_list(self.resource.outputs.get("resources"))
        groups = as_list(get_path(made[0], "autoscalingGroups")) if made else []
        return str(get_path(groups[0], "name") or "") if groups else ""

    @property
    def labels(self) -> dict[str, str]:
        """As they are written."""
        return node_properties.labels(self.resource)


@once
def launches(plan: Plan) -> tuple[Launch, ...]:
    """Node groups first, then Karpenter's pools."""
    return (
        *(_of_group(plan, group) for group in plan.all(NODE_GROUP)),
        *(_of_pool(plan, pool) for pool in plan.all(NODE_POOL)),
    )


def autoscaler(plan: Plan) -> PlannedResource | None:
    """Its release; None where the plan has none."""
    return next((r for r in plan.all(RELEASE) if chart(r) == AUTOSCALER), None)


def extra_argument(plan: Plan, flag: str) -> Json:
    """What the autoscaler is told by a flag; None where it is told nothing."""
    release = autoscaler(plan)
    return get_path(release.inputs, "values", "extraArgs", flag) if release else None


def told(plan: Plan, launch: Launch) -> dict[str, tuple[PlannedResource, str]]:
    """What the tags of a group's Auto Scaling group tell: `resources/nvidia.com/gpu` → the tag and its value."""
    found: dict[str, tuple[PlannedResource, str]] = {}
    for tag in plan.all(SCALING_GROUP_TAG):
        name = tag.inputs.get("autoscalingGroupName")
        belongs = launch.resource.urn in tag.property_dependencies.get("autoscalingGroupName", ())
        key = str(get_path(tag.inputs, "tag", "key"))
        if key.startswith(f"{PREFIX}/") and (belongs or (name and name == launch.scaling_group)):
            found[key.removeprefix(f"{PREFIX}/")] = (tag, str(get_path(tag.inputs, "tag", "value")))
    return found


def zone(subnet: PlannedResource) -> str:
    """Of a subnet: its zone's ID, or its name where the plan says no ID; empty where it says neither."""
    for known in (subnet.inputs, subnet.outputs):
        if said := known.get("availabilityZoneId"):
            return str(said)
    return str(subnet.inputs.get("availabilityZone") or subnet.outputs.get("availabilityZone") or "")


def _of_group(plan: Plan, group: PlannedResource) -> Launch:
    template = node_properties.template(plan, group)
    most = get_path(group.inputs, "scalingConfig", "maxSize")
    # EKS has one list of both; Cluster Autoscaler, which grows the group, is told which is which.
    passing = str(extra_argument(plan, "startup-taint") or "")
    taints = [(key, value, _EFFECTS.get(effect, "")) for key, value, effect in _taints(group.inputs.get("taints"))]
    return Launch(
        resource=group,
        how=template,
        types=_known(node_properties.instance_types(plan, group)),
        interfaces=_interfaces(template.inputs if template else {}),
        subnets=tuple(linked(plan, group, "subnetIds", SUBNET)),
        most=int(most) if isinstance(most, (int, float)) else None,
        label_values=_single(node_properties.labels(group)),
        taints=tuple(t for t in taints if not passing or t[0] != passing),
        startup=tuple(t for t in taints if passing and t[0] == passing),
    )


def _of_pool(plan: Plan, pool: PlannedResource) -> Launch:
    spec = get_path(pool.inputs, "spec", "template", "spec")
    wanted = node_properties.requirements(pool)
    node_class = node_properties.node_class(plan, pool)
    how = as_dict(node_class.inputs.get("spec")) if node_class else {}
    types = _known(wanted.get(TYPE_LABEL, []))
    return Launch(
        resource=pool,
        how=node_class,
        types=types,
        interfaces=_interfaces(how),
        subnets=_selected(plan, as_list(how.get("subnetSelectorTerms")), wanted),
        most=_nodes_of(pool, types),
        label_values=_single(node_properties.labels(pool)) | {key: frozenset(values) for key, values in wanted.items()},
        taints=_taints(get_path(spec, "taints")),
        startup=_taints(get_path(spec, "startupTaints")),
    )


def _single(labels: Mapping[str, str]) -> dict[str, frozenset[str]]:
    return {key: frozenset((value,)) for key, value in labels.items()}


def _taints(written: Json) -> tuple[Taint, ...]:
    return tuple(
        (str(get_path(t, "key")), str(get_path(t, "value") or ""), str(get_path(t, "effect"))) for t in as_list(written)
    )


def _known(names: Sequence[str]) -> tuple[InstanceType, ...]:
    return tuple(instance(name) for name in dict.fromkeys(names) if name in instances.names())


def _interfaces(how: Mapping[str, Json]) -> tuple[Interface, ...]:
    """EC2's defaults where a field is left out: card 0, device 0, a plain interface. None where a place is no number or not known."""
    written = [
        Interface(
            card=whole(get_path(one, "networkCardIndex") or 0, _UNPLACED),
            device=whole(get_path(one, "deviceIndex") or 0, _UNPLACED),
            kind=str(get_path(one, "interfaceType") or "interface"),
        )
        for one in as_list(how.get("networkInterfaces"))
    ]
    return () if any(_UNPLACED in (i.card, i.device) for i in written) else tuple(written)


def _selected(plan: Plan, terms: list[Json], wanted: Mapping[str, list[str]]) -> tuple[PlannedResource, ...]:
    """Subnets that a node class selects, in the zones that its pool asks for."""
    zones = wanted.get(ZONE_LABEL) or wanted.get(ZONE_NAME_LABEL)
    return tuple(
        subnet
        for subnet in plan.all(SUBNET)
        if any(selects(term, subnet) for term in terms)
        and (not zones or {zone(subnet), subnet.outputs.get("availabilityZone")} & {*zones})
    )


def selects(term: Json, resource: PlannedResource) -> bool:
    """Whether a selector term of a node class, an ID or tags of which `*` is any value, means a resource."""
    if get_path(term, "id"):
        return get_path(term, "id") == resource.outputs.get("id")
    tags, asked = as_dict(resource.inputs.get("tags")), as_dict(get_path(term, "tags"))
    return bool(asked) and all(key in tags and value in ("*", tags[key]) for key, value in asked.items())


def _nodes_of(pool: PlannedResource, types: Sequence[InstanceType]) -> int | None:
    """Nodes of a pool whose GPUs are limited, if all were of the type with the fewest."""
    limit = quantity(node_properties.gpu_limit(pool))
    fewest = min((t.gpu_count for t in types), default=0)
    return int(limit) // fewest if limit and fewest else None
