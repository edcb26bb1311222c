"""A serving pool: what Karpenter may launch (NodePool) and how it launches it (EC2NodeClass).

Spot and on-demand stand in one NodePool: Karpenter takes spot first and on-demand where spot has none (karpenter.sh, v1.14,
concepts/nodepools, "spec.template.spec.requirements"). Among types it takes the cheapest that is to be had, whatever their order here.
Nodes that run inference are left alone: empty ones go, drifted ones when the pool says so, none for its age or to pack others tighter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from components.tags import CostTags
from gpuplatform.catalog.charts import NODE_IMAGE
from gpuplatform.catalog.nodes import GPU, POOL_LABEL, ZONE_LABEL
from gpuplatform.node_boot import user_data
from gpuplatform.pools.elastic import ElasticPool
from gpuplatform.sizing import efa
from k8s.gpu_nodes import TAINT, UNCHECKED, as_taint

ARCHITECTURES = {"x86_64": "amd64", "arm64": "arm64"}
"""EC2's word → Kubernetes' word."""

ROOT_GIB = 100
"""The system alone: images and scratch go to the instance's own disks, which every GPU type of the catalogue has."""

DELETION = "45m"
"""A NodePool is gone when its last node is: pods end their requests, instances stop."""


@dataclass(frozen=True, kw_only=True)
class KarpenterPoolArgs:
    pool: ElasticPool
    discovery: str
    """Value of the tag that its subnets and its security group carry."""
    tags: CostTags
    node_role_name: pulumi.Input[str]
    security_group_ids: Sequence[pulumi.Input[str]]
    """Beside those that carry the tag: the cluster's, which EKS made and tags itself, and EFA's where the pool has EFA."""
    volume_key_arn: pulumi.Input[str] | None
    """KMS key of its nodes' volumes; without one, the account's key for EBS."""
    controller: pulumi.Resource
    """Karpenter's release: it brings these kinds, and must be there to end their nodes."""


class KarpenterPool(pulumi.ComponentResource):
    name: pulumi.Output[str]
    """Value of the label `gpuplatform.io/pool` on its nodes."""
    node_pool: CustomResource
    """What runs on the pool depends on it: it goes first, then the pool, then the class, then Karpenter."""

    def __init__(self, name: str, args: KarpenterPoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:k8s:KarpenterPool", name, {}, opts)
        slow_delete = pulumi.CustomTimeouts(delete=DELETION)

        node_class = CustomResource(
            f"{name}-class",
            api_version="karpenter.k8s.aws/v1",
            kind="EC2NodeClass",
            metadata={"name": name, "labels": args.tags.labels()},
            spec=class_spec(name, args),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.controller], custom_timeouts=slow_delete),
        )
        self.node_pool = CustomResource(
            f"{name}-pool",
            api_version="karpenter.sh/v1",
            kind="NodePool",
            metadata={"name": name, "labels": args.tags.labels()},
            spec=pool_spec(name, args),
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[args.controller, node_class], custom_timeouts=slow_delete
            ),
        )

        self.name = pulumi.Output.from_input(name)
        self.register_outputs({"name": self.name})


def class_spec(name: str, args: KarpenterPoolArgs) -> dict[str, Any]:
    """How a node is launched. The image is pinned: with `@latest`, a release of AWS would replace every node (karpenter.sh, v1.14,
    tasks/managing-amis). Of the alias Karpenter takes the NVIDIA variant for types with GPUs."""
    pool = args.pool
    boot = user_data.karpenter(pool.hardware, pool.uses_efa)
    # An explicit list replaces what Karpenter would make; efa-only interfaces take no address.
    interfaces = efa.karpenter_interfaces(efa.interfaces(pool.hardware[0], efa=True)) if pool.uses_efa else []
    return {
        "amiSelectorTerms": [{"alias": f"al2023@{NODE_IMAGE}"}],
        "role": args.node_role_name,
        "subnetSelectorTerms": [{"tags": {"karpenter.sh/discovery": args.discovery}}],
        "securityGroupSelectorTerms": [
            *({"id": group} for group in args.security_group_ids),
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
                    **({} if args.volume_key_arn is None else {"kmsKeyID": args.volume_key_arn}),
                },
            }
        ],
        "instanceStorePolicy": "RAID0",
        **({"networkInterfaces": interfaces} if interfaces else {}),
        # Karpenter merges in what it takes to join the cluster.
        **({"userData": boot} if boot else {}),
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

    pool = args.pool
    architectures = dict.fromkeys(ARCHITECTURES[i.architecture] for i in pool.hardware)
    return {
        "template": {
            "metadata": {"labels": {POOL_LABEL: name}},
            "spec": {
                "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": name},
                "requirements": [
                    one_of("node.kubernetes.io/instance-type", pool.instances),
                    one_of("karpenter.sh/capacity-type", pool.capacity_types),
                    one_of("kubernetes.io/arch", list(architectures)),
                    *([one_of(ZONE_LABEL, [pool.zone])] if pool.zone else []),
                ],
                "taints": [as_taint(TAINT)],
                # Karpenter launches nodes for pods that do not tolerate these, and waits with them until they are gone.
                **({"startupTaints": [as_taint(UNCHECKED)]} if pool.health_check else {}),
                # Expiry drains without asking budgets or do-not-disrupt; drift asks, and every tag of the class is a drift of its
                # nodes (aws/karpenter-provider-aws v1.14.0, pkg/apis/v1/ec2nodeclass.go: tags are in the hash).
                "expireAfter": "Never",
            },
        },
        "limits": {GPU: str(pool.max_gpus)},
        "disruption": {
            "consolidationPolicy": "WhenEmpty",
            # A model that comes back within these minutes finds its node, image and weights still there.
            "consolidateAfter": "5m",
            "budgets": [
                {"nodes": "100%", "reasons": ["Empty"]},
                # On the node itself, do-not-disrupt would keep empty nodes too; a budget of none keeps only those that run something.
                {"nodes": str(pool.drifted_at_once), "reasons": ["Drifted"]},
            ],
        },
    }
