"""Cluster Autoscaler: grows the training pools' node groups, whole jobs at a time where Kueue asks for it.

Rungs of a pool are tried in the order of the settings by the priority expander, which knows Auto Scaling groups by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from components.iam import Account, Statement, allow
from gpuplatform.catalog.charts import CLUSTER_AUTOSCALER_TAGS
from gpuplatform.pools import health, shortage
from k8s.requests import container

NAMESPACE = "kube-system"
SERVICE_ACCOUNT = "cluster-autoscaler"
FIRST_PRIORITY = 100
STEP = 10

Text = pulumi.Input[str]


def image_tag(kubernetes_version: str) -> str:
    """The image for a Kubernetes minor version: the autoscaler simulates that version's scheduler."""
    if kubernetes_version not in CLUSTER_AUTOSCALER_TAGS:
        raise ValueError(
            f"kubernetes_version: no Cluster Autoscaler is pinned for {kubernetes_version}; "
            f"accepted: {', '.join(CLUSTER_AUTOSCALER_TAGS)}"
        )
    return CLUSTER_AUTOSCALER_TAGS[kubernetes_version]


def priorities(pools: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Priority → patterns of Auto Scaling group names, from each pool's rung labels, first choice first.

    EKS names the group `eks-<node group>-<uuid>`, and the node group's name begins with ours. Patterns, not names: a group
    that could not be made must not keep the autoscaler from the others. Groups that match nothing are never grown, so the
    last pattern takes the rest, which is the system nodes.
    """
    longest = max((len(rungs) for rungs in pools.values()), default=0)
    if longest * STEP >= FIRST_PRIORITY:
        raise ValueError(
            f"pools: {longest} ways of buying in one pool; at most {FIRST_PRIORITY // STEP - 1} have a priority"
        )
    ranked = {
        str(FIRST_PRIORITY - STEP * place): [
            f"^eks-{pool}-{rungs[place]}-nodes-" for pool, rungs in pools.items() if place < len(rungs)
        ]
        for place in range(longest)
    }
    return {**ranked, "1": [".*"]}


def values(
    *,
    cluster_name: Text,
    region: str,
    kubernetes_version: str,
    pools: Mapping[str, Sequence[str]],
    replicas: int,
    claims: bool = False,
) -> dict[str, Any]:
    """`claims`: devices of some pool are claimed."""
    return {
        "cloudProvider": "aws",
        "awsRegion": region,
        "autoDiscovery": {"clusterName": cluster_name},
        "image": {"tag": image_tag(kubernetes_version)},
        "replicaCount": replicas,
        "fullnameOverride": SERVICE_ACCOUNT,
        "rbac": {"serviceAccount": {"name": SERVICE_ACCOUNT}},
        "resources": container(cpu_m=50, memory_mib=256, limit_mib=1024),
        "serviceMonitor": {"enabled": True, "namespace": NAMESPACE},
        "expanderPriorities": priorities(pools),
        "extraArgs": {
            "expander": "priority",
            "enable-provisioning-requests": True,
            # GPU nodes on their way to their first work, and those that will do none (decision 22).
            "startup-taint": health.UNCHECKED,
            "status-taint": health.UNHEALTHY,
            # A group that EC2 failed is left out until Kueue has asked again, so that the next rung is taken.
            "initial-node-group-backoff-duration": f"{shortage.BACK_OFF_MINUTES}m",
            "max-node-group-backoff-duration": f"{shortage.BACK_OFF_MINUTES}m",
            # Rungs of a pool look alike and must not be levelled: the first is to be filled first.
            "balance-similar-node-groups": False,
            # A GPU node goes when no GPU of it is used. The default, half used, would evict small jobs from large nodes.
            "scale-down-gpu-utilization-threshold": 0.01,
            "ignore-daemonsets-utilization": True,
            # Every operator here is of kube-system or has an emptyDir; with the defaults no system node would ever go.
            "skip-nodes-with-system-pods": False,
            "skip-nodes-with-local-storage": False,
            # Off in 1.34, always on since.
            **({"enable-dynamic-resource-allocation": True} if claims else {}),
        },
    }


def statements(*, cluster_name: Text, account: Account) -> list[Statement]:
    """What the AWS provider of Cluster Autoscaler documents (cloudprovider/aws/README.md, 1.35), changes only to this cluster's groups.

    EKS puts `eks:cluster-name` on the groups it makes. The documented condition has the cluster's name in the tag's key, which is
    not known before the cluster.
    """
    return [
        allow(
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribeAutoScalingInstances",
            "autoscaling:DescribeLaunchConfigurations",
            "autoscaling:DescribeScalingActivities",
            "autoscaling:DescribeTags",
            "ec2:DescribeImages",
            "ec2:DescribeInstanceTypes",
            "ec2:DescribeLaunchTemplateVersions",
            "ec2:GetInstanceTypesFromInstanceRequirements",
            on="*",
            sid="Look",
        ),
        allow(
            "eks:DescribeNodegroup",
            on=pulumi.Output.concat(account.arn("eks", "nodegroup/"), cluster_name, "/*/*"),
            sid="ReadEmptyGroups",
        ),
        allow(
            "autoscaling:SetDesiredCapacity",
            "autoscaling:TerminateInstanceInAutoScalingGroup",
            on=account.arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/eks-*"),
            when={"StringEquals": {"aws:ResourceTag/eks:cluster-name": cluster_name}},
            sid="Scale",
        ),
    ]


def provisioning_request(name: str, opts: pulumi.ResourceOptions) -> CustomResource:
    """The kind in which Kueue asks for all of a job's nodes at once. The autoscaler's chart does not bring it, and Kueue
    looks for it only when it starts: without it, no admission check on capacity ever becomes active.

    Fields are left to the autoscaler to judge; Kueue writes them, never a person. Untyped, because the typed class spells
    the keys of a schema `x_kubernetes_…`, which no reader of the plan would take for what it means.
    """
    any_object = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    status: dict[str, Any] = {}
    return CustomResource(
        name,
        api_version="apiextensions.k8s.io/v1",
        kind="CustomResourceDefinition",
        metadata={"name": "provisioningrequests.autoscaling.x-k8s.io"},
        spec={
            "group": "autoscaling.x-k8s.io",
            "scope": "Namespaced",
            "names": {
                "kind": "ProvisioningRequest",
                "listKind": "ProvisioningRequestList",
                "plural": "provisioningrequests",
                "singular": "provisioningrequest",
                "shortNames": ["provreq", "provreqs"],
            },
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {
                        "openAPIV3Schema": {"type": "object", "properties": {"spec": any_object, "status": any_object}}
                    },
                    "subresources": {"status": status},
                }
            ],
        },
        opts=opts,
    )
