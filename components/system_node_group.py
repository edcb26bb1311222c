"""Nodes for the operators: small, always the same, put to sleep by a schedule.

The schedule changes minimum and desired size outside Pulumi, so both are ignored after creation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.tags import CostTags
from gpuplatform.catalog.instances import InstanceType

AMI_TYPES = {"x86_64": "AL2023_x86_64_STANDARD", "arm64": "AL2023_ARM_64_STANDARD"}


@dataclass(frozen=True, kw_only=True)
class SystemNodeGroupArgs:
    instance: InstanceType
    nodes: tuple[int, int]
    """Fewest and most."""
    volume_gib: int
    tags: CostTags
    cluster_name: pulumi.Input[str]
    node_role_arn: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_ids: Sequence[pulumi.Input[str]]
    """The cluster's own among them: EKS adds none where a template names any."""

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

    def __init__(self, name: str, args: SystemNodeGroupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:SystemNodeGroup", name, {}, opts)
        tags = args.tags.aws(Name=name)
        fewest, most = args.nodes

        template = aws.ec2.LaunchTemplate(
            f"{name}-template",
            block_device_mappings=[
                {
                    "device_name": "/dev/xvda",
                    "ebs": {
                        "volume_size": args.volume_gib,
                        "volume_type": "gp3",
                        "encrypted": "true",
                        "delete_on_termination": "true",
                    },
                }
            ],
            # Hop limit 1: pods have Pod Identity and no business with the node's role.
            metadata_options={"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1},
            vpc_security_group_ids=list(args.security_group_ids),
            # Tags stop at the template otherwise: AWS starts these three for us.
            tag_specifications=[
                {"resource_type": kind, "tags": tags} for kind in ("instance", "volume", "network-interface")
            ],
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.group = aws.eks.NodeGroup(
            f"{name}-nodes",
            cluster_name=args.cluster_name,
            node_role_arn=args.node_role_arn,
            subnet_ids=list(args.subnet_ids),
            ami_type=AMI_TYPES[args.instance.architecture],
            instance_types=[args.instance.name],
            scaling_config={"min_size": fewest, "desired_size": fewest, "max_size": most},
            launch_template={"id": template.id, "version": template.latest_version.apply(str)},
            update_config={"max_unavailable": 1},
            node_repair_config={"enabled": True},
            labels={"gpuplatform.io/pool": "system"},
            tags=tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                ignore_changes=["scalingConfig.desiredSize", "scalingConfig.minSize"],
                # A creation that failed would stay failed: the engine sends an empty update (see GpuNodeGroup). The new
                # group comes first, so that the operators move.
                replace_on_changes=["#initerror"],
            ),
        )

        self.name = self.group.node_group_name
        self.asg_name = self.group.resources[0].autoscaling_groups[0].name
        self.register_outputs({"name": self.name, "asg_name": self.asg_name})
