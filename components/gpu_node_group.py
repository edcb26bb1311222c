"""One rung of a GPU pool: a managed node group of one instance type, bought in one way.

Created empty, so that a lack of capacity fails no deployment; Cluster Autoscaler grows it. Only where devices are claimed does a first
node stand from the start, for the autoscaler to learn from. A creation that failed all the
same is replaced at the next `up`: otherwise the engine sends an empty update and reports success over a group that is still
CREATE_FAILED.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.gpu_labels import labels, taints
from components.node_version import kept_while, revised, stands_on
from components.nodes import METADATA, JoinedCluster, NodeNetwork, tagged, volume
from components.tags import CostTags
from gpuplatform.node_boot import user_data
from gpuplatform.pools import autoscaler, purchase, upkeep
from gpuplatform.pools.devices import LABEL as DEVICES_LABEL
from gpuplatform.pools.managed import ManagedPool, may_be_warm
from gpuplatform.pools.purchase import PurchaseOption, PurchaseType
from gpuplatform.pools.upkeep import OperatingSystem, Upkeep
from gpuplatform.sizing import efa

LONGEST_NAME = 63 - len("-nodes-0123456")
"""EKS allows a node group 63 characters, of which the role word and Pulumi's suffix take theirs."""

AMI_TYPES = {
    (OperatingSystem.AL2023, "x86_64"): "AL2023_x86_64_NVIDIA",
    (OperatingSystem.AL2023, "arm64"): "AL2023_ARM_64_NVIDIA",
    (OperatingSystem.BOTTLEROCKET, "x86_64"): "BOTTLEROCKET_x86_64_NVIDIA",
    (OperatingSystem.BOTTLEROCKET, "arm64"): "BOTTLEROCKET_ARM_64_NVIDIA",
}


@dataclass(frozen=True, kw_only=True)
class GpuNodeGroupArgs:
    pool_name: str
    pool: ManagedPool
    rung: PurchaseOption
    index: int
    """Place of the rung in its pool, from 0."""
    tags: CostTags
    cluster: JoinedCluster
    network: NodeNetwork
    bought_id: pulumi.Input[str] | None = None
    """The reservation that the program bought for the rung; one that stood before is the rung's own."""

    def __post_init__(self) -> None:
        if self.rung not in self.pool.buy:
            raise ValueError(f"rung: pool {self.pool_name} is not bought so; accepted: one of its `buy`")
        reserved = self.rung.how in purchase.RESERVED
        if reserved != bool(self.rung.reservation or self.bought_id):
            raise ValueError(
                f"bought_id: missing, and {self.rung.how} of pool {self.pool_name} names no reservation that stands"
                if reserved
                else f"bought_id: {self.rung.how} uses no reservation; leave it out"
            )
        subnets = len(self.network.subnet_ids)
        if self.pool.zone is not None and subnets != 1:
            raise ValueError(f"subnet_ids: {subnets} given; pool {self.pool_name} is in {self.pool.zone} only")
        if not subnets:
            raise ValueError(f"subnet_ids: none given; pool {self.pool_name} needs at least one")

    @property
    def rung_label(self) -> str:
        return purchase.rung_label(self.rung, self.index)


class GpuNodeGroup(pulumi.ComponentResource):
    name: pulumi.Output[str]
    """Of the node group, as EKS knows it."""
    asg_name: pulumi.Output[str]
    """Of its Auto Scaling group, as Cluster Autoscaler knows it."""
    args: GpuNodeGroupArgs
    """Pool, rung and label, for whoever orders or matches groups."""

    def __init__(self, name: str, args: GpuNodeGroupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        if len(name) > LONGEST_NAME:
            raise ValueError(
                f"{name}: a name of {len(name)} characters; EKS takes {LONGEST_NAME}, so shorten the pool's"
            )
        super().__init__("gpuplatform:aws:GpuNodeGroup", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        pool, rung = args.pool, args.rung
        interfaces = efa.interfaces(pool.type, efa=pool.uses_efa)
        tags = args.tags.aws(Name=name)

        group = (
            aws.ec2.PlacementGroup(f"{name}-placement", strategy="cluster", tags=tags, opts=child)
            if purchase.placement_group(pool.type, rung, pool.uses_efa, rung.max)
            else None
        )
        template = aws.ec2.LaunchTemplate(
            f"{name}-template",
            instance_type=pool.instance if purchase.instance_type_in_template(rung) else None,
            # Security groups stand on the interfaces, and a managed group's template names no subnet.
            network_interfaces=[
                aws.ec2.LaunchTemplateNetworkInterfaceArgs(
                    **interface, security_groups=list(args.network.security_group_ids)
                )
                for interface in efa.launch_template_interfaces(interfaces)
            ],
            block_device_mappings=volumes(pool, args.cluster),
            metadata_options=METADATA,
            placement={"group_name": group.name} if group else None,
            instance_market_options=market(rung),
            capacity_reservation_specification=target(rung.reservation or args.bought_id),
            user_data=boot(pool),
            tag_specifications=tagged(tags),
            tags=tags,
            opts=child,
        )
        kubernetes = upkeep.kubernetes(pool.upkeep.release, pool.os)
        told = autoscaler.node_template(pool.advertised, interfaces, pool.volume_gib, pool.zone, pool.devices)
        runs = kept_while(
            name,
            {
                **stands_on(template, args.cluster, args.network, group),
                "reservation": rung.reservation or args.bought_id or "",
                **revised(pool.upkeep, rung),
            },
            {
                "template": template.latest_version.apply(str),
                "release": pool.upkeep.release,
                "kubernetes": kubernetes,
                **{key: amount for key, amount in told.items() if key in autoscaler.OF_TEMPLATE},
            },
            child,
        )
        nodes = aws.eks.NodeGroup(
            f"{name}-nodes",
            cluster_name=args.cluster.name,
            node_role_arn=args.cluster.node_role_arn,
            subnet_ids=list(args.network.subnet_ids),
            ami_type=AMI_TYPES[pool.os, pool.type.architecture],
            capacity_type=purchase.capacity_type(rung),
            instance_types=None if purchase.instance_type_in_template(rung) else [pool.instance],
            scaling_config={"min_size": rung.min, "desired_size": rung.min, "max_size": rung.max},
            launch_template={"id": template.id, "version": runs["template"]},
            # Without a pinned release EKS takes the cluster's version at creation, and an upgrade of the control plane drains
            # no training node. The group follows when it moves to another template, or by `aws eks update-nodegroup-version`.
            version=runs.apply(lambda kept: kept.get("kubernetes")) if kubernetes else None,
            release_version=runs.apply(lambda kept: kept.get("release")) if pool.upkeep.release else None,
            # MINIMAL ends an old node before it starts a new one: spare GPUs for the other way round seldom exist.
            update_config={"max_unavailable": pool.upkeep.at_once, "update_strategy": "MINIMAL"},
            node_repair_config=repair(pool.upkeep),
            warm_pool_config=warm(pool, rung),
            labels=labels(args.pool_name, pool, args.rung_label),
            taints=taints(pool),
            tags=tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                ignore_changes=["scalingConfig.desiredSize"],
                # On nodes that stand, plugin and driver would hand out the same GPUs for as long as pods hold some.
                replace_on_changes=["#initerror", f'labels["{DEVICES_LABEL}"]'],
                delete_before_replace=True,
            ),
        )
        asg_name = nodes.resources[0].autoscaling_groups[0].name
        if rung.how is PurchaseType.CAPACITY_BLOCK:
            told |= autoscaler.SCALE_DOWN_DELAYED
        for key, value in told.items():
            aws.autoscaling.Tag(
                f"{name}-{key.rsplit('/', 1)[-1].lower()}",
                autoscaling_group_name=asg_name,
                tag={
                    "key": key,
                    "value": _of_version(runs, key) if key in autoscaler.OF_TEMPLATE else value,
                    "propagate_at_launch": False,
                },
                opts=child,
            )

        self.name = nodes.node_group_name
        self.asg_name = asg_name
        self.args = args
        self.register_outputs({"name": self.name, "asg_name": self.asg_name})


def _of_version(runs: pulumi.Output[dict[str, str | None]], key: str) -> pulumi.Output[str]:
    """What the autoscaler may expect of a node of the version that the group runs, not of the newest: a pod that fits the newest alone
    would have it start one node after the other in vain."""
    return runs.apply(lambda kept: kept.get(key) or "0")


def group_name(pool: str, rung: PurchaseOption, index: int) -> str:
    """Of the component that is one rung of a pool."""
    return f"{pool}-{purchase.rung_label(rung, index)}"


def volumes(pool: ManagedPool, cluster: JoinedCluster) -> list[aws.ec2.LaunchTemplateBlockDeviceMappingArgsDict]:
    """Bottlerocket keeps its system on a first volume and data on the second."""
    data = volume(cluster, gib=pool.volume_gib, throughput=pool.volume_throughput)
    if pool.os is OperatingSystem.BOTTLEROCKET:
        return [
            {"device_name": "/dev/xvda", "ebs": volume(cluster, gib=None)},
            {"device_name": "/dev/xvdb", "ebs": data},
        ]
    return [{"device_name": "/dev/xvda", "ebs": data}]


def repair(upkeep: Upkeep) -> aws.eks.NodeGroupNodeRepairConfigArgsDict:
    return {
        "enabled": True,
        "max_parallel_nodes_repaired_count": upkeep.repaired_at_once,
        "node_repair_config_overrides": [
            {
                "node_monitoring_condition": fault.condition,
                "node_unhealthy_reason": fault.reason,
                "min_repair_wait_time_mins": fault.minutes,
                "repair_action": fault.action,
            }
            for fault in upkeep.repairs
        ],
    }


def warm(pool: ManagedPool, rung: PurchaseOption) -> aws.eks.NodeGroupWarmPoolConfigArgsDict | None:
    """Stopped instances, whose volumes alone cost. Without the prepared capacity, EC2 would keep as many as the group's maximum."""
    if not pool.warm_nodes or not may_be_warm(rung):
        return None
    return {
        "pool_state": "STOPPED",
        "min_size": pool.warm_nodes,
        "max_group_prepared_capacity": pool.warm_nodes,
    }


def market(rung: PurchaseOption) -> aws.ec2.LaunchTemplateInstanceMarketOptionsArgsDict | None:
    kind = purchase.market_type(rung)
    return {"market_type": kind} if kind else None


def target(
    reservation_id: pulumi.Input[str] | None,
) -> aws.ec2.LaunchTemplateCapacityReservationSpecificationArgsDict | None:
    return (
        {"capacity_reservation_target": {"capacity_reservation_id": reservation_id}}
        if reservation_id is not None
        else None
    )


def boot(pool: ManagedPool) -> str | None:
    text = (
        user_data.bottlerocket(pool.type, pool.uses_efa, pool.sharing)
        if pool.os is OperatingSystem.BOTTLEROCKET
        else user_data.al2023(pool.type, pool.uses_efa, pool.sharing)
    )
    return base64.b64encode(text.encode()).decode() if text else None
