"""A serving pool: what Karpenter may launch (NodePool) and how it launches it (EC2NodeClass).

Spot and on-demand stand in one NodePool: Karpenter takes spot first and on-demand where spot has none (karpenter.sh, v1.14,
concepts/nodepools, "spec.template.spec.requirements"). Among types it takes the cheapest that is to be had, whatever their order here.
Nodes that run inference are left alone: empty ones go, drifted ones one at a time, none for its age or to pack others tighter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from components.tags import CostTags
from gpuplatform.catalog.charts import NODE_IMAGE
from gpuplatform.catalog.instances import InstanceType
from k8s.gpu_nodes import POOL, TAINT

ARCHITECTURES = {"x86_64": "amd64", "arm64": "arm64"}
"""EC2's word → Kubernetes' word."""

ROOT_GIB = 100
"""The system alone: images and scratch go to the instance's own disks, which every GPU type of the catalogue has."""

DELETION = "45m"
"""A NodePool is gone when its last node is: pods end their requests, instances stop."""


@dataclass(frozen=True, kw_only=True)
class KarpenterPoolArgs:
    instances: Sequence[InstanceType]
    capacity_types: Sequence[str]
    """`spot`, `on-demand` or both."""
    max_gpus: int
    """Of all the pool's nodes together."""
    discovery: str
    """Value of the tag that its subnets and its security group carry."""
    tags: CostTags
    node_role_name: pulumi.Input[str]
    cluster_security_group_id: pulumi.Input[str]
    """EKS made it, and tags on it are EKS's: named by ID."""
    controller: pulumi.Resource
    """Karpenter's release: it brings these kinds, and must be there to end their nodes."""

    def __post_init__(self) -> None:
        if not self.instances:
            raise ValueError("instances: none; a pool launches at least one type")
        if without := [i.name for i in self.instances if i.gpu_count == 0]:
            raise ValueError(f"instances: {', '.join(without)} has no GPU")
        if not self.capacity_types or not {"spot", "on-demand"}.issuperset(self.capacity_types):
            seen = ", ".join(self.capacity_types) or "none"
            raise ValueError(f"capacity_types: {seen}; accepted: spot, on-demand or both")
        smallest = min(i.gpu_count for i in self.instances)
        if self.max_gpus < smallest:
            raise ValueError(
                f"max_gpus: {self.max_gpus}, but the smallest type has {smallest}; no node would ever start"
            )


class KarpenterPool(pulumi.ComponentResource):
    name: pulumi.Output[str]
    """Value of the label `gpuplatform.io/pool` on its nodes."""
    node_pool: CustomResource
    """What runs on the pool depends on it: it goes first, then the pool, then the class, then Karpenter."""

    def __init__(self, name: str, args: KarpenterPoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:k8s:KarpenterPool", name, {}, opts)
        patient = pulumi.CustomTimeouts(delete=DELETION)

        node_class = CustomResource(
            f"{name}-class",
            api_version="karpenter.k8s.aws/v1",
            kind="EC2NodeClass",
            metadata={"name": name, "labels": args.tags.labels()},
            spec=class_spec(name, args),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.controller], custom_timeouts=patient),
        )
        self.node_pool = CustomResource(
            f"{name}-pool",
            api_version="karpenter.sh/v1",
            kind="NodePool",
            metadata={"name": name, "labels": args.tags.labels()},
            spec=pool_spec(name, args),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.controller, node_class], custom_timeouts=patient),
        )

        self.name = pulumi.Output.from_input(name)
        self.register_outputs({"name": self.name})


def class_spec(name: str, args: KarpenterPoolArgs) -> dict[str, Any]:
    """How a node is launched. The image is pinned: with `@latest`, a release of AWS would replace every node (karpenter.sh, v1.14,
    tasks/managing-amis). Of the alias Karpenter takes the NVIDIA variant for types with GPUs."""
    return {
        "amiSelectorTerms": [{"alias": f"al2023@{NODE_IMAGE}"}],
        "role": args.node_role_name,
        "subnetSelectorTerms": [{"tags": {"karpenter.sh/discovery": args.discovery}}],
        "securityGroupSelectorTerms": [
            {"id": args.cluster_security_group_id},
            {"tags": {"karpenter.sh/discovery": args.discovery}},
        ],
        "blockDeviceMappings": [
            {
                "deviceName": "/dev/xvda",
                "ebs": {
                    "volumeSize": f"{ROOT_GIB}Gi",
                    "volumeType": "gp3",
                    "encrypted": True,
                    "deleteOnTermination": True,
                },
            }
        ],
        "instanceStorePolicy": "RAID0",
        # Hop limit 1: pods have Pod Identity and no business with the node's role.
        "metadataOptions": {
            "httpEndpoint": "enabled",
            "httpProtocolIPv6": "disabled",
            "httpPutResponseHopLimit": 1,
            "httpTokens": "required",
        },
        "tags": args.tags.aws(Name=f"serving-{name}"),
    }


def pool_spec(name: str, args: KarpenterPoolArgs) -> dict[str, Any]:
    def one_of(key: str, values: Sequence[str]) -> dict[str, Any]:
        return {"key": key, "operator": "In", "values": list(values)}

    architectures = dict.fromkeys(ARCHITECTURES[i.architecture] for i in args.instances)
    return {
        "template": {
            "metadata": {"labels": {POOL: name}},
            "spec": {
                "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": name},
                "requirements": [
                    one_of("node.kubernetes.io/instance-type", [i.name for i in args.instances]),
                    one_of("karpenter.sh/capacity-type", args.capacity_types),
                    one_of("kubernetes.io/arch", list(architectures)),
                ],
                "taints": [{"key": TAINT["key"], "value": TAINT["value"], "effect": TAINT["effect"]}],
                # Expiry drains without asking budgets or do-not-disrupt; a new image replaces nodes by drift, which asks.
                "expireAfter": "Never",
            },
        },
        "limits": {"nvidia.com/gpu": str(args.max_gpus)},
        "disruption": {
            "consolidationPolicy": "WhenEmpty",
            # A model that comes back within these minutes finds its node, image and weights still there.
            "consolidateAfter": "5m",
            "budgets": [
                {"nodes": "100%", "reasons": ["Empty"]},
                {"nodes": "1", "reasons": ["Drifted"]},
            ],
        },
    }
