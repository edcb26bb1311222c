"""Nodes for the operators: small, always the same, put to sleep by a schedule.

The schedule changes minimum and desired size outside Pulumi, so both are ignored after creation.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.node_version import kept_while, stands_on
from components.nodes import METADATA, JoinedCluster, NodeNetwork, tagged, volume
from components.tags import CostTags
from gpuplatform.catalog.instances import InstanceType
from gpuplatform.catalog.nodes import POOL_LABEL

AMI_TYPES = {"x86_64": "AL2023_x86_64_STANDARD", "arm64": "AL2023_ARM_64_STANDARD"}


@dataclass(frozen=True, kw_only=True)
class SystemNodeGroupArgs:
    instance: InstanceType
    nodes: tuple[int, int]
    """Fewest and most."""
    volume_gib: int
    revision: int
    """Raised, it moves the nodes to the newest launch template."""
    tags: CostTags
    cluster: JoinedCluster
    network: NodeNetwork

    def __post_init__(self) -> None:
        fewest, most = self.nodes
        if not 1 <= fewest <= most:
            raise ValueError(f"nodes: {fewest} to {most}; at least 1, and no more at least than at most")
        if self.instance.gpu is not None:
            raise ValueError(f"instance: {self.instance.name} has GPUs, which the operators would only keep busy")
        if self.volume_gib < 20:
            raise ValueError(f"volume_gib: {self.volume_gib}; the image alone takes 20")


class SystemNodeGroup(pulumi.ComponentResource):
    name: pulumi.Output[str]
    """Of the node group, for the sleep schedule."""
    asg_name: pulumi.Output[str]
    """Of its Auto Scaling group."""
    group: aws.eks.NodeGroup
    """What waits for nodes depends on it."""
    instance: InstanceType
    """Its nodes' type."""

    def __init__(self, name: str, args: SystemNodeGroupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:SystemNodeGroup", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        tags = args.tags.aws(Name=name)
        fewest, most = args.nodes

        template = aws.ec2.LaunchTemplate(
            f"{name}-template",
            block_device_mappings=[{"device_name": "/dev/xvda", "ebs": volume(args.cluster, gib=args.volume_gib)}],
            metadata_options=METADATA,
            vpc_security_group_ids=list(args.network.security_group_ids),
            tag_specifications=tagged(tags),
            tags=tags,
            opts=child,
        )
        runs = kept_while(
            name,
            {**stands_on(template, args.cluster, args.network), "revision": args.revision},
            {"template": template.latest_version.apply(str)},
            child,
        )
        self.group = aws.eks.NodeGroup(
            f"{name}-nodes",
            cluster_name=args.cluster.name,
            node_role_arn=args.cluster.node_role_arn,
            subnet_ids=list(args.network.subnet_ids),
            ami_type=AMI_TYPES[args.instance.architecture],
            instance_types=[args.instance.name],
            scaling_config={"min_size": fewest, "desired_size": fewest, "max_size": most},
            launch_template={"id": template.id, "version": runs["template"]},
            update_config={"max_unavailable": 1},
            node_repair_config={"enabled": True},
            labels={POOL_LABEL: "system"},
            tags=tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                ignore_changes=["scalingConfig.desiredSize", "scalingConfig.minSize"],
                # A creation that failed would stay failed: the engine sends an empty update (see GpuNodeGroup). The new
                # group comes first, so that the operators move.
                replace_on_changes=["#initerror"],
            ),
        )

        self.instance = args.instance
        self.name = self.group.node_group_name
        self.asg_name = self.group.resources[0].autoscaling_groups[0].name
        self.register_outputs({"name": self.name, "asg_name": self.asg_name})
