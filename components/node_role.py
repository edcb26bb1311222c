"""The role of EC2 instances that join the cluster.

The VPC CNI takes its rights from here and not from Pod Identity: the CNI must work before the first node is ready, and with
an association it waits for an agent on the same node (terraform-aws-eks#3260, amazon-vpc-cni-k8s#3840). Pods cannot borrow
the role: nodes answer metadata requests from the host network alone (hop limit 1).
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components import iam
from components.tags import CostTags

POLICIES = (
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonEC2ContainerRegistryPullOnly",
    # Sessions without SSH keys or open ports.
    "AmazonSSMManagedInstanceCore",
)


@dataclass(frozen=True, kw_only=True)
class NodeRoleArgs:
    account: iam.Account
    tags: CostTags
    admitted_to: pulumi.Input[str] | None = None
    """Name of a cluster that lets these nodes in by an access entry of ours. Managed node groups bring their own."""


class NodeRole(pulumi.ComponentResource):
    """Depend on the whole component: without its policies EKS can neither start nor remove nodes cleanly."""

    arn: pulumi.Output[str]
    """For managed node groups."""
    name: pulumi.Output[str]
    """For Karpenter's node classes."""

    def __init__(self, name: str, args: NodeRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:NodeRole", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)

        role = iam.role(
            f"{name}-role",
            trust=iam.trusted_by("ec2.amazonaws.com"),
            managed=[args.account.managed_policy(policy) for policy in POLICIES],
            tags=args.tags.aws(Name=name),
            opts=child,
        )
        if args.admitted_to is not None:
            aws.eks.AccessEntry(
                f"{name}-entry",
                cluster_name=args.admitted_to,
                principal_arn=role.arn,
                type="EC2_LINUX",
                tags=args.tags.aws(Name=name),
                opts=child,
            )

        self.arn = role.arn
        self.name = role.name
        self.register_outputs({"arn": self.arn, "name": self.name})
