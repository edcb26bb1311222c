"""What the nodes of a group run: its template's version and image, which move when a setting says so.

A group that follows its template's newest version drains its nodes whenever a tag of theirs is edited: EKS has one template for the
nodes that run and for those to come (EKS user guide, "Update a managed node group", read 2026-12-01).
"""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.nodes import JoinedCluster, NodeNetwork
from gpuplatform.pools.purchase import PurchaseOption, PurchaseType
from gpuplatform.pools.upkeep import Upkeep


def kept_while(
    name: str,
    changes: Mapping[str, pulumi.Input[object]],
    value: Mapping[str, pulumi.Input[str | None]],
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[dict[str, str | None]]:
    """What nodes run, as it was when a value of `changes` last changed."""
    options = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(replacement_trigger=dict(changes)))
    return pulumi.Stash(f"{name}-runs", input=dict(value), opts=options).output


def stands_on(
    template: aws.ec2.LaunchTemplate,
    cluster: JoinedCluster,
    network: NodeNetwork,
    placement: aws.ec2.PlacementGroup | None = None,
) -> dict[str, pulumi.Input[object]]:
    """What a version of a template names. One that is kept after an update has taken it away starts no node any more: EC2 refuses a
    security group, a placement group or a key that is gone."""
    return {
        "template": template.id,
        "security_groups": list(network.security_group_ids),
        "volume_key": cluster.volume_key_arn or "",
        "placement": placement.name if placement else "",
    }


def revised(upkeep: Upkeep, rung: PurchaseOption) -> dict[str, pulumi.Input[object]]:
    """What moves the nodes of a rung to another template and image. Nodes of a capacity block stay: EKS asks for a size of 0 before
    such an update (EKS user guide, "Use Capacity Blocks with managed node groups", read 2026-12-01); the next block brings both."""
    if rung.how is PurchaseType.CAPACITY_BLOCK:
        return {}
    return {"revision": upkeep.revision, "release": upkeep.release or ""}
