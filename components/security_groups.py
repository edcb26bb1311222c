"""Who may talk to whom in the VPC: the nodes among themselves, EFA's closed circle, and SageMaker's way out.

What the control plane needs (kubelet, webhooks) is not here: nodes also carry the security group that EKS makes for
the cluster, which lets its members reach one another on every port.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.tags import CostTags

ALL = "-1"
"""Every protocol and port, in EC2's spelling. EFA's own protocol, SRD, has neither TCP nor UDP ports."""


@dataclass(frozen=True, kw_only=True)
class SecurityGroupsArgs:
    vpc_id: pulumi.Input[str]
    discovery: str
    """Value of the tag by which Karpenter finds the nodes' group."""
    tags: CostTags


class SecurityGroups(pulumi.ComponentResource):
    node_id: pulumi.Output[str]
    """Every node carries it: out to anywhere, in from other nodes."""
    efa_id: pulumi.Output[str]
    """EFA interfaces carry it: all traffic to and from itself."""
    endpoint_id: pulumi.Output[str]
    """SageMaker's interfaces in the VPC carry it: out by HTTPS, nothing in; requests come through SageMaker itself."""

    def __init__(self, name: str, args: SecurityGroupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:SecurityGroups", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)

        nodes = aws.ec2.SecurityGroup(
            f"{name}-nodes",
            vpc_id=args.vpc_id,
            description="Nodes: out to anywhere, in from other nodes",
            tags=args.tags.aws(Name=f"{name}-nodes", **{"karpenter.sh/discovery": args.discovery}),
            opts=child,
        )
        efa = aws.ec2.SecurityGroup(
            f"{name}-efa",
            vpc_id=args.vpc_id,
            description="EFA: all traffic to and from this group",
            tags=args.tags.aws(Name=f"{name}-efa"),
            opts=child,
        )
        endpoints = aws.ec2.SecurityGroup(
            f"{name}-endpoints",
            vpc_id=args.vpc_id,
            description="SageMaker endpoints: out by HTTPS, nothing in",
            tags=args.tags.aws(Name=f"{name}-endpoints"),
            opts=child,
        )
        for role, group in (("nodes", nodes), ("efa", efa)):
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-{role}-from-itself",
                security_group_id=group.id,
                referenced_security_group_id=group.id,
                ip_protocol=ALL,
                description="From itself",
                tags=args.tags.aws(Name=f"{name}-{role}-from-itself"),
                opts=child,
            )
        # EC2's EFA guide asks for the group itself as destination, as well as source.
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-efa-to-itself",
            security_group_id=efa.id,
            referenced_security_group_id=efa.id,
            ip_protocol=ALL,
            description="To itself",
            tags=args.tags.aws(Name=f"{name}-efa-to-itself"),
            opts=child,
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-nodes-to-anywhere",
            security_group_id=nodes.id,
            cidr_ipv4="0.0.0.0/0",
            ip_protocol=ALL,
            description="To anywhere: images, AWS, model hubs",
            tags=args.tags.aws(Name=f"{name}-nodes-to-anywhere"),
            opts=child,
        )

        aws.vpc.SecurityGroupEgressRule(
            f"{name}-endpoints-to-https",
            security_group_id=endpoints.id,
            cidr_ipv4="0.0.0.0/0",
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            description="To HTTPS: S3, ECR, CloudWatch",
            tags=args.tags.aws(Name=f"{name}-endpoints-to-https"),
            opts=child,
        )

        self.node_id = nodes.id
        self.efa_id = efa.id
        self.endpoint_id = endpoints.id
        self.register_outputs({"node_id": self.node_id, "efa_id": self.efa_id, "endpoint_id": self.endpoint_id})
