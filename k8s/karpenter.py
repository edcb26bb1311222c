"""Karpenter, which launches the nodes of the serving pools: the values of its chart and the rights of its pods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi

from components.encryption_key import attach
from components.iam import Account, Statement, allow
from k8s.requests import container

NAMESPACE = "kube-system"
SERVICE_ACCOUNT = "karpenter"

Text = pulumi.Input[str]


def values(*, cluster_name: Text, queue_name: Text, account: Account, replicas: int) -> dict[str, Any]:
    return {
        "replicas": replicas,
        "serviceAccount": {"name": SERVICE_ACCOUNT},
        "serviceMonitor": {"enabled": True},
        "controller": {
            "resources": container(cpu_m=100, memory_mib=256, limit_mib=1024),
            # Pods do not reach the instance metadata that it would ask for the region.
            "env": [{"name": "AWS_REGION", "value": account.region}],
        },
        "settings": {
            "clusterName": cluster_name,
            "interruptionQueue": queue_name,
            # Off by default: nodes that EKS's monitoring agent calls sick would serve on. It stops where over a fifth of a pool is sick.
            "featureGates": {"nodeRepair": True},
        },
    }


def statements(
    *,
    cluster_name: Text,
    account: Account,
    node_role_arn: Text,
    queue_arn: Text,
    subnet_ids: Sequence[Text],
    security_group_ids: Sequence[Text],
    volume_key_arn: Text | None,
) -> list[Statement]:
    """Karpenter's documented policy (karpenter.sh, v1.14, reference/cloudformation), closed further where it could be.

    Subnets and security groups are ours by ID, and neither reservations nor placement groups are allowed, as no pool uses
    them. The documented conditions on the tag `kubernetes.io/cluster/<name>` are on `eks:eks-cluster-name` here: Karpenter
    puts both on everything it makes (`pkg/utils/utils.go`, GetTags), and this one's key is known before the cluster is.
    """
    arn_prefix = f"arn:{account.partition}:ec2:{account.region}:"
    launches = ("ec2:RunInstances", "ec2:CreateFleet")
    made = [
        f"{arn_prefix}{account.id}:{kind}/*"
        for kind in ("fleet", "instance", "volume", "network-interface", "launch-template", "spot-instances-request")
    ]
    template, instance = account.arn("ec2", "launch-template/*"), account.arn("ec2", "instance/*")
    profile = account.arn("iam", "instance-profile/*", regional=False)
    region_tag, class_tag, pool_tag = (
        "topology.kubernetes.io/region",
        "karpenter.k8s.aws/ec2nodeclass",
        "karpenter.sh/nodepool",
    )
    ours = {"aws:ResourceTag/eks:eks-cluster-name": cluster_name}
    as_ours = {"aws:RequestTag/eks:eks-cluster-name": cluster_name}
    of_a_pool = {"StringEquals": ours, "StringLike": {f"aws:ResourceTag/{pool_tag}": "*"}}
    for_a_pool = {"StringEquals": as_ours, "StringLike": {f"aws:RequestTag/{pool_tag}": "*"}}
    of_a_class = {
        "StringEquals": {**ours, f"aws:ResourceTag/{region_tag}": account.region},
        "StringLike": {f"aws:ResourceTag/{class_tag}": "*"},
    }
    for_a_class = {
        "StringEquals": {**as_ours, f"aws:RequestTag/{region_tag}": account.region},
        "StringLike": {f"aws:RequestTag/{class_tag}": "*"},
    }
    return [
        allow(
            *launches,
            on=[
                f"{arn_prefix}:image/*",
                f"{arn_prefix}:snapshot/*",
                *(pulumi.Output.concat(account.arn("ec2", "subnet/"), subnet) for subnet in subnet_ids),
                *(pulumi.Output.concat(account.arn("ec2", "security-group/"), group) for group in security_group_ids),
            ],
            sid="LaunchFrom",
        ),
        allow(*launches, on=template, when=of_a_pool, sid="LaunchFromOwnTemplates"),
        allow(*launches, "ec2:CreateLaunchTemplate", on=made, when=for_a_pool, sid="LaunchTagged"),
        allow(
            "ec2:CreateTags",
            on=made,
            when={
                **for_a_pool,
                "StringEquals": {
                    **as_ours,
                    "ec2:CreateAction": [*(a.removeprefix("ec2:") for a in launches), "CreateLaunchTemplate"],
                },
            },
            sid="TagAtCreation",
        ),
        allow(
            "ec2:CreateTags",
            on=instance,
            when={
                **of_a_pool,
                "StringEqualsIfExists": as_ours,
                "ForAllValues:StringEquals": {
                    "aws:TagKeys": ["eks:eks-cluster-name", "karpenter.sh/nodeclaim", "Name"]
                },
            },
            sid="NameInstances",
        ),
        allow(
            "ec2:TerminateInstances",
            "ec2:DeleteLaunchTemplate",
            on=[instance, template],
            when=of_a_pool,
            sid="DeleteOwn",
        ),
        allow(
            "iam:PassRole",
            on=node_role_arn,
            when={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
            sid="PassNodeRole",
        ),
        allow("iam:CreateInstanceProfile", on=profile, when=for_a_class, sid="CreateProfile"),
        allow(
            "iam:TagInstanceProfile",
            on=profile,
            when={test: {**of_a_class[test], **for_a_class[test]} for test in of_a_class},
            sid="TagProfile",
        ),
        allow(
            "iam:AddRoleToInstanceProfile",
            "iam:RemoveRoleFromInstanceProfile",
            "iam:DeleteInstanceProfile",
            on=profile,
            when=of_a_class,
            sid="ChangeProfile",
        ),
        allow("iam:GetInstanceProfile", on=profile, sid="ReadProfile"),
        allow("iam:ListInstanceProfiles", on="*", sid="ListProfiles"),
        allow(
            "eks:DescribeCluster",
            on=pulumi.Output.concat(account.arn("eks", "cluster/"), cluster_name),
            sid="ReadCluster",
        ),
        allow("sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage", on=queue_arn, sid="ReadInterruptions"),
        allow(
            "ec2:DescribeCapacityReservations",
            "ec2:DescribeImages",
            "ec2:DescribeInstances",
            "ec2:DescribeInstanceStatus",
            "ec2:DescribeInstanceTypeOfferings",
            "ec2:DescribeInstanceTypes",
            "ec2:DescribeLaunchTemplates",
            "ec2:DescribePlacementGroups",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSpotPriceHistory",
            "ec2:DescribeSubnets",
            on="*",
            when={"StringEquals": {"aws:RequestedRegion": account.region}},
            sid="Look",
        ),
        allow(
            "ssm:GetParameter",
            on=f"arn:{account.partition}:ssm:{account.region}::parameter/aws/service/*",
            sid="ReadImageIds",
        ),
        allow("pricing:GetProducts", on="*", sid="ReadPrices"),
        *(attach(volume_key_arn, account) if volume_key_arn is not None else []),
    ]
