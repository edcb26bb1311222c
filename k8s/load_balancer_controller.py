"""AWS Load Balancer Controller: load balancers for Services and Ingresses that ask for one by class."""

from __future__ import annotations

from typing import Any

import pulumi

from components.iam import Account, Statement, allow
from components.tags import CostTags
from k8s.requests import container

NAMESPACE = "kube-system"
SERVICE_ACCOUNT = "aws-load-balancer-controller"
OWNER = "elbv2.k8s.aws/cluster"
"""The tag, with the cluster's name, on all that the controller makes (`pkg/deploy/tracking/provider.go`)."""

Text = pulumi.Input[str]


def values(*, cluster_name: Text, vpc_id: Text, region: str, tags: CostTags, replicas: int) -> dict[str, Any]:
    return {
        # Without region and VPC it would ask the instance metadata, which pods do not reach.
        "clusterName": cluster_name,
        "region": region,
        "vpcId": vpc_id,
        "replicaCount": replicas,
        "serviceAccount": {"name": SERVICE_ACCOUNT},
        "resources": container(cpu_m=50, memory_mib=128, limit_mib=512),
        "defaultTags": tags.aws(),
        # Otherwise every upgrade makes a new certificate, and webhooks fail until all pods have it.
        "keepTLSSecret": True,
        # Otherwise no Service at all can be made while no controller pod is up, those of other operators included. Ours
        # name their class themselves.
        "enableServiceMutatorWebhook": False,
        "serviceMonitor": {"enabled": True},
        # Neither firewalls nor Shield: the rights below leave them out. No Gateway API either: nobody installs its kinds.
        "enableShield": False,
        "enableWaf": False,
        "enableWafv2": False,
        "controllerConfig": {"featureGates": {"NLBGatewayAPI": False, "ALBGatewayAPI": False}},
    }


def statements(*, cluster_name: Text, vpc_id: Text, account: Account) -> list[Statement]:
    """The controller's documented policy (docs/install/iam_policy.json, v3.5.0), closed to this account, region, VPC and cluster, and
    without the parts for WAF, Shield, Cognito, IPAM pools and certificates that IAM keeps.

    Where the document asks only that the tag `elbv2.k8s.aws/cluster` exists, it must name this cluster here.
    """
    ours = {"StringEquals": {f"aws:ResourceTag/{OWNER}": cluster_name}}
    as_ours = {"StringEquals": {f"aws:RequestTag/{OWNER}": cluster_name}}
    # Tags of what is ours may change, but not the one that makes it ours.
    ours_unmoved = {**ours, "Null": {f"aws:RequestTag/{OWNER}": "true"}}
    vpc = pulumi.Output.concat(account.arn("ec2", "vpc/"), vpc_id)
    groups = account.arn("ec2", "security-group/*")

    def elb(*paths: str) -> list[str]:
        return [account.arn("elasticloadbalancing", path) for path in paths]

    balancers = elb("loadbalancer/net/*/*", "loadbalancer/app/*/*")
    targets = elb("targetgroup/*/*")
    listeners = elb("listener/net/*/*/*", "listener/app/*/*/*")
    rules = elb("listener-rule/net/*/*/*", "listener-rule/app/*/*/*")
    return [
        allow(
            "iam:CreateServiceLinkedRole",
            on=f"arn:{account.partition}:iam::{account.id}:role/aws-service-role/elasticloadbalancing.amazonaws.com/*",
            when={"StringEquals": {"iam:AWSServiceName": "elasticloadbalancing.amazonaws.com"}},
            sid="ServiceRole",
        ),
        allow(
            "ec2:DescribeAccountAttributes",
            "ec2:DescribeAddresses",
            "ec2:DescribeAvailabilityZones",
            "ec2:DescribeInternetGateways",
            "ec2:DescribeVpcs",
            "ec2:DescribeVpcPeeringConnections",
            "ec2:DescribeSubnets",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeInstances",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeTags",
            "ec2:DescribeRouteTables",
            "ec2:GetSecurityGroupsForVpc",
            "elasticloadbalancing:DescribeCapacityReservation",
            "elasticloadbalancing:DescribeListenerAttributes",
            "elasticloadbalancing:DescribeListenerCertificates",
            "elasticloadbalancing:DescribeListeners",
            "elasticloadbalancing:DescribeLoadBalancerAttributes",
            "elasticloadbalancing:DescribeLoadBalancers",
            "elasticloadbalancing:DescribeRules",
            "elasticloadbalancing:DescribeSSLPolicies",
            "elasticloadbalancing:DescribeTags",
            "elasticloadbalancing:DescribeTargetGroupAttributes",
            "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:DescribeTargetHealth",
            "elasticloadbalancing:DescribeTrustStores",
            "acm:ListCertificates",
            "acm:DescribeCertificate",
            on="*",
            sid="Look",
        ),
        allow("ec2:CreateSecurityGroup", on=[groups, vpc], sid="MakeGroups"),
        allow(
            "ec2:CreateTags",
            on=groups,
            when={"StringEquals": {"ec2:CreateAction": "CreateSecurityGroup", **as_ours["StringEquals"]}},
            sid="TagGroupsAtCreation",
        ),
        allow("ec2:CreateTags", "ec2:DeleteTags", on=groups, when=ours_unmoved, sid="TagGroups"),
        # Those of the nodes too, which carry no tag of the controller: it opens them to its load balancers.
        allow(
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:RevokeSecurityGroupIngress",
            on=groups,
            when={"ArnEquals": {"ec2:Vpc": vpc}},
            sid="OpenGroups",
        ),
        allow("ec2:DeleteSecurityGroup", on=groups, when=ours, sid="DeleteGroups"),
        allow(
            "elasticloadbalancing:CreateLoadBalancer",
            "elasticloadbalancing:CreateTargetGroup",
            on=[*balancers, *targets],
            when=as_ours,
            sid="Make",
        ),
        allow(
            "elasticloadbalancing:CreateListener",
            "elasticloadbalancing:DeleteListener",
            "elasticloadbalancing:CreateRule",
            "elasticloadbalancing:DeleteRule",
            "elasticloadbalancing:ModifyListener",
            "elasticloadbalancing:ModifyRule",
            "elasticloadbalancing:SetRulePriorities",
            "elasticloadbalancing:AddListenerCertificates",
            "elasticloadbalancing:RemoveListenerCertificates",
            on=[*balancers, *listeners, *rules],
            sid="Listen",
        ),
        allow(
            "elasticloadbalancing:AddTags",
            on=[*balancers, *targets],
            when={
                "StringEquals": {
                    "elasticloadbalancing:CreateAction": ["CreateTargetGroup", "CreateLoadBalancer"],
                    **as_ours["StringEquals"],
                }
            },
            sid="TagAtCreation",
        ),
        allow(
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:RemoveTags",
            on=[*balancers, *targets],
            when=ours_unmoved,
            sid="Tag",
        ),
        allow(
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:RemoveTags",
            on=[*listeners, *rules],
            sid="TagListeners",
        ),
        allow(
            "elasticloadbalancing:ModifyLoadBalancerAttributes",
            "elasticloadbalancing:SetIpAddressType",
            "elasticloadbalancing:SetSecurityGroups",
            "elasticloadbalancing:SetSubnets",
            "elasticloadbalancing:DeleteLoadBalancer",
            "elasticloadbalancing:ModifyTargetGroup",
            "elasticloadbalancing:ModifyTargetGroupAttributes",
            "elasticloadbalancing:DeleteTargetGroup",
            "elasticloadbalancing:ModifyListenerAttributes",
            "elasticloadbalancing:ModifyCapacityReservation",
            on=[*balancers, *targets, *listeners],
            when=ours,
            sid="Change",
        ),
        allow(
            "elasticloadbalancing:RegisterTargets",
            "elasticloadbalancing:DeregisterTargets",
            on=targets,
            sid="Register",
        ),
    ]
