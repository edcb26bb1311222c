"""Nodes that components of pulumi-eks make: the plan shows the component, and AWS the bill of what is in it.

Defaults are those of pulumi-eks 4.4 (nodejs/eks/nodes/nodegroup.ts, createManagedNodeGroup and createNodeGroupV2, read 2026-12-01). Where
a plan shows the parts, as the engine's own does, they are priced and the component is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from gpuplatform.kinds.formats import digest
from gpuplatform.kinds.kind import Created, Kind
from gpuplatform.kinds.pricing import fleet, node_groups
from gpuplatform.kinds.pricing.charge import HOURS, Entry, Unpriced
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.pricing.fleet import NodeHours
from gpuplatform.kinds.pricing.numbers import decimal
from gpuplatform.kinds.pricing.volumes import ec2_volume, volume_charges
from gpuplatform.kinds.tokens import NODE_GROUP, SCALING_GROUP, SECURITY_GROUP
from gpuplatform.plan.model import UNKNOWN, Json, PlannedResource
from gpuplatform.plan.values import as_dict, as_list

MANAGED: Final = "eks:index:ManagedNodeGroup"
SELF_MANAGED: Final = ("eks:index:NodeGroup", "eks:index:NodeGroupV2")
TYPE: Final = "t3.medium"
_SIZES: Final = {"desiredSize": 2, "minSize": 1, "maxSize": 2}
_ROOT_GIB: Final = 20


def _shown(resource: PlannedResource, context: PricingContext) -> bool:
    return any(part.custom for part in context.plan.descendants(resource))


def managed(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """As the managed node group that it makes."""
    if _shown(resource, context):
        return
    inputs = resource.inputs
    sizes = {**_SIZES, **{k: v for k, v in as_dict(inputs.get("scalingConfig")).items() if v is not None}}
    types = as_list(inputs.get("instanceTypes")) or ([] if inputs.get("launchTemplate") else [TYPE])
    if UNKNOWN in (inputs.get("scalingConfig"), inputs.get("instanceTypes"), *types, *sizes.values()):
        yield Unpriced(why="how many nodes of which type it makes is known only once it exists")
        return
    group = replace(resource, type=NODE_GROUP, inputs={**inputs, "scalingConfig": sizes, "instanceTypes": types})
    yield from node_groups.node_group(group, context)


def self_managed(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    if not _shown(resource, context):
        yield from nodes(resource, resource.inputs, context)


def nodes(resource: PlannedResource, options: Mapping[str, Json], context: PricingContext) -> Iterator[Entry]:
    """Instances and root volumes of an Auto Scaling group that the component makes of these options."""
    asked = [options.get(key) for key in ("instanceType", "minSize", "maxSize", "desiredCapacity")]
    if UNKNOWN in asked:
        yield Unpriced(why="how many nodes of which type it makes is known only once it exists")
        return
    type_ = str(options.get("instanceType") or TYPE)
    least = _or(options.get("minSize"), _SIZES["minSize"])
    usual = max(_or(options.get("desiredCapacity"), _SIZES["desiredSize"]), least)
    most = max(_or(options.get("maxSize"), _SIZES["maxSize"]), usual)
    running = NodeHours(asleep=least * HOURS, idle=least * HOURS, expected=usual * HOURS, most=most)
    if options.get("spotPrice"):
        yield fleet.spot([type_], running, context.zones(resource, "nodeSubnetIds"), context)
    else:
        yield fleet.on_demand([type_], running, context)
    disk = {
        "volumeSize": options.get("nodeRootVolumeSize") or _ROOT_GIB,
        "volumeType": options.get("nodeRootVolumeType") or "gp2",
        "iops": options.get("nodeRootVolumeIops"),
        "throughput": options.get("nodeRootVolumeThroughput"),
    }
    yield from volume_charges(context, ec2_volume(disk), "of each node", running.volumes())


def _or(value: Json, default: int) -> Decimal:
    return decimal(default if value is None else value)


def default_nodes(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """Of a cluster that is not told to do without: two t3.medium (nodejs/eks/cluster/cluster.ts)."""
    inputs = resource.inputs
    without = inputs.get("skipDefaultNodeGroup") is True or bool(inputs.get("fargate"))
    if not without and as_dict(inputs.get("autoMode")).get("enabled") is not True:
        yield from nodes(resource, {**inputs, **as_dict(inputs.get("nodeGroupOptions"))}, context)


def _group(made: Created) -> dict[str, Json]:
    name = str(made.inputs.get("nodeGroupName") or f"{made.name}-{digest(made.urn, 7)}")
    state = {"id": f"cluster:{name}", "nodeGroupName": name, "arn": made.arn("eks", f"nodegroup/cluster/{name}/1")}
    return {"nodeGroup": {"$resource": NODE_GROUP, "state": state}, "placementGroupName": ""}


def _scaling_group(made: Created) -> dict[str, Json]:
    name, group = f"{made.name}-{digest(made.urn, 7)}", f"sg-{digest(made.urn, 17)}"
    return {
        "autoScalingGroup": {"$resource": SCALING_GROUP, "state": {"id": name, "name": name}},
        "autoScalingGroupName": name,
        "nodeSecurityGroup": {"$resource": SECURITY_GROUP, "state": {"id": group, "name": name}},
        "nodeSecurityGroupId": group,
        "extraNodeSecurityGroups": [],
    }


KINDS: Final = (
    Kind(MANAGED, noun="pulumi-eks node group", price=managed, outputs=_group),
    *(Kind(token, noun="pulumi-eks node group", price=self_managed, outputs=_scaling_group) for token in SELF_MANAGED),
)
