"""What controllers of the cluster call in AWS: each project's own published policy, by version of its chart.

A controller that lacks a right runs, and fails at the first thing that needs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

Version = tuple[int, ...]


class On(Enum):
    """What a call is made on, where it is one thing that the plan names."""

    ANY = "any"
    CLUSTER = "the cluster that its values name"
    NODE_GROUPS = "the node groups of the cluster that its values name"
    QUEUE = "the queue that its values name"
    NODE_ROLE = "the role of the nodes that it launches"


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """Actions that a controller needs from a version on."""

    actions: tuple[str, ...]
    since: Version = (0,)
    on: On = On.ANY
    unless_off: str = ""
    """A value of the chart that switches the use off, where it is false."""
    where: str = ""
    """A value of the chart without which there is no use."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Controller:
    """One chart whose pods call AWS."""

    chart: str
    account: str
    """The value that names its service account; without it the account is called as Helm calls the release."""
    cluster: str
    """The value that names the cluster."""
    calls: tuple[Call, ...]
    source: str
    as_of: str
    metadata: tuple[tuple[str, ...], ...] = ()
    """Values without which it asks the instance metadata: of each group one is enough."""

    def needs(self, version: str) -> Iterator[Call]:
        """What a version calls; of one that is no version, what every version does."""
        number = numbered(version)
        return (call for call in self.calls if call.since <= (number or (0,)))


def numbered(version: str) -> Version:
    found = re.match(r"v?(\d+)\.(\d+)(?:\.(\d+))?", version)
    return tuple(int(part or 0) for part in found.groups()) if found else ()


def _of(service: str, *operations: str) -> tuple[str, ...]:
    return tuple(f"{service}:{operation}" for operation in operations)


KARPENTER: Final = Controller(
    chart="karpenter",
    account="serviceAccount.name",
    cluster="settings.clusterName",
    source="aws/karpenter-provider-aws, getting-started-with-karpenter/cloudformation.yaml at the tags v1.0.14 to v1.14.1",
    as_of="2026-08-21",
    calls=(
        Call(
            actions=(
                *_of("ec2", "RunInstances", "CreateFleet", "CreateLaunchTemplate", "CreateTags"),
                *_of("ec2", "TerminateInstances", "DeleteLaunchTemplate"),
                *_of("ec2", "DescribeImages", "DescribeInstances", "DescribeInstanceTypeOfferings"),
                *_of("ec2", "DescribeInstanceTypes", "DescribeLaunchTemplates", "DescribeSecurityGroups"),
                *_of("ec2", "DescribeSpotPriceHistory", "DescribeSubnets"),
                *_of("iam", "CreateInstanceProfile", "TagInstanceProfile", "AddRoleToInstanceProfile"),
                *_of("iam", "RemoveRoleFromInstanceProfile", "DeleteInstanceProfile", "GetInstanceProfile"),
                *("ssm:GetParameter", "pricing:GetProducts"),
            )
        ),
        Call(actions=("iam:PassRole",), on=On.NODE_ROLE),
        Call(actions=("eks:DescribeCluster",), on=On.CLUSTER),
        Call(
            actions=_of("sqs", "DeleteMessage", "GetQueueUrl", "ReceiveMessage"),
            on=On.QUEUE,
            where="settings.interruptionQueue",
        ),
        Call(actions=("ec2:DescribeCapacityReservations",), since=(1, 3)),
        Call(actions=("iam:ListInstanceProfiles",), since=(1, 7)),
        Call(actions=("ec2:DescribePlacementGroups",), since=(1, 11)),
        Call(actions=("ec2:DescribeInstanceStatus",), since=(1, 12)),
    ),
)

CLUSTER_AUTOSCALER: Final = Controller(
    chart="cluster-autoscaler",
    account="rbac.serviceAccount.name",
    cluster="autoDiscovery.clusterName",
    source="kubernetes/autoscaler, cluster-autoscaler/cloudprovider/aws/README.md, full features policy, 1.35",
    as_of="2026-08-22",
    calls=(
        Call(
            actions=(
                *_of("autoscaling", "DescribeAutoScalingGroups", "DescribeAutoScalingInstances"),
                *_of("autoscaling", "DescribeLaunchConfigurations", "DescribeScalingActivities"),
                *_of("autoscaling", "SetDesiredCapacity", "TerminateInstanceInAutoScalingGroup"),
                *_of("ec2", "DescribeImages", "DescribeInstanceTypes", "DescribeLaunchTemplateVersions"),
                "ec2:GetInstanceTypesFromInstanceRequirements",
            )
        ),
        Call(actions=("eks:DescribeNodegroup",), on=On.NODE_GROUPS),
    ),
)

_LISTENING: Final = ("CreateListener", "DeleteListener", "ModifyListener", "CreateRule", "DeleteRule", "ModifyRule")
_BALANCING: Final = (
    *("CreateLoadBalancer", "DeleteLoadBalancer", "ModifyLoadBalancerAttributes", "SetSecurityGroups", "SetSubnets"),
    *("SetIpAddressType", "CreateTargetGroup", "DeleteTargetGroup", "ModifyTargetGroup", "ModifyTargetGroupAttributes"),
    *("RegisterTargets", "DeregisterTargets", "AddTags", "RemoveTags", "AddListenerCertificates"),
    *("RemoveListenerCertificates", "DescribeLoadBalancers", "DescribeLoadBalancerAttributes", "DescribeListeners"),
    *("DescribeListenerCertificates", "DescribeSSLPolicies", "DescribeRules", "DescribeTargetGroups"),
    *("DescribeTargetGroupAttributes", "DescribeTargetHealth", "DescribeTags"),
)

# Of the published policy without what serves certificates that IAM keeps, Cognito, Outposts and IPAM pools: rights for uses that an
# object of the cluster asks for.
LOAD_BALANCER_CONTROLLER: Final = Controller(
    chart="aws-load-balancer-controller",
    account="serviceAccount.name",
    cluster="clusterName",
    source="kubernetes-sigs/aws-load-balancer-controller, docs/install/iam_policy.json at the tags v2.2.0 to v3.5.0; "
    "chart 1.N installs 2.N (aws/eks-charts)",
    as_of="2026-08-17",
    # pkg/aws/cloud.go, v3.5.0: the region comes from the environment too, which EKS fills in for pods with a role; the VPC does not.
    metadata=(("vpcId", "vpcTags"),),
    calls=(
        Call(
            actions=(
                *_of("elasticloadbalancing", *_BALANCING, *_LISTENING),
                *_of("ec2", "DescribeAccountAttributes", "DescribeAddresses", "DescribeAvailabilityZones"),
                *_of("ec2", "DescribeInternetGateways", "DescribeVpcs", "DescribeSubnets", "DescribeSecurityGroups"),
                *_of("ec2", "DescribeInstances", "DescribeNetworkInterfaces", "DescribeTags"),
                *_of("ec2", "AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress", "CreateSecurityGroup"),
                *_of("ec2", "DeleteSecurityGroup", "CreateTags", "DeleteTags"),
                *("iam:CreateServiceLinkedRole", "acm:ListCertificates", "acm:DescribeCertificate"),
            )
        ),
        Call(actions=("ec2:DescribeVpcPeeringConnections",), since=(1, 3)),
        Call(actions=("elasticloadbalancing:DescribeTrustStores",), since=(1, 7)),
        Call(
            actions=_of("elasticloadbalancing", "DescribeListenerAttributes", "ModifyListenerAttributes"), since=(1, 9)
        ),
        Call(actions=("ec2:GetSecurityGroupsForVpc",), since=(1, 10)),
        Call(
            actions=_of("elasticloadbalancing", "DescribeCapacityReservation", "ModifyCapacityReservation"),
            since=(1, 11),
        ),
        Call(actions=("elasticloadbalancing:SetRulePriorities",), since=(1, 12)),
        Call(actions=("ec2:DescribeRouteTables",), since=(1, 13)),
        Call(actions=_of("wafv2", "GetWebACLForResource", "AssociateWebACL"), unless_off="enableWafv2"),
        Call(actions=_of("waf-regional", "GetWebACLForResource", "AssociateWebACL"), unless_off="enableWaf"),
        Call(
            actions=_of("shield", "GetSubscriptionState", "DescribeProtection", "CreateProtection"),
            unless_off="enableShield",
        ),
    ),
)

CONTROLLERS: Final = {one.chart: one for one in (KARPENTER, CLUSTER_AUTOSCALER, LOAD_BALANCER_CONTROLLER)}

KEY_USES: Final = ("kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext", "kms:DescribeKey")
"""What launching an instance with an encrypted volume asks of the volume's key, in the name of whoever launches it. Source: Amazon EBS
user guide, "Permissions for IAM users", read 2026-11-22."""
