"""What nodes of every managed group have in common: the cluster they join, where they stand, their volumes and metadata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from gpuplatform.catalog import gp3

# Hop limit 1: pods have Pod Identity and no business with the node's role. Tags stay out of the metadata: EKS puts tags
# with slashes on instances, and EC2 refuses to start those where metadata shows tags.
METADATA: Final[aws.ec2.LaunchTemplateMetadataOptionsArgsDict] = {
    "http_endpoint": "enabled",
    "http_tokens": "required",
    "http_put_response_hop_limit": 1,
}


@dataclass(frozen=True, kw_only=True)
class JoinedCluster:
    """The cluster that nodes join, and what it gives each of them."""

    name: pulumi.Input[str]
    node_role_arn: pulumi.Input[str]
    volume_key_arn: pulumi.Input[str] | None = None
    """KMS key of their volumes; without one, the account's key for EBS."""


@dataclass(frozen=True, kw_only=True)
class NodeNetwork:
    """Where the nodes' interfaces stand."""

    subnet_ids: Sequence[pulumi.Input[str]]
    """One, in the nodes' zone, where they have one."""
    security_group_ids: Sequence[pulumi.Input[str]]
    """The cluster's own among them: EKS adds none where a template names any."""


def volume(
    cluster: JoinedCluster, *, gib: int | None, throughput: int = gp3.INCLUDED_THROUGHPUT
) -> aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgsDict:
    """An encrypted gp3 volume that goes with its instance. `gib` None: as large as the image's."""
    disk: aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgsDict = {
        "volume_type": "gp3",
        "encrypted": "true",
        "delete_on_termination": "true",
    }
    if gib is not None:
        disk["volume_size"] = gib
    if throughput > gp3.INCLUDED_THROUGHPUT:
        disk["throughput"] = throughput
        disk["iops"] = max(gp3.INCLUDED_IOPS, round(throughput / gp3.THROUGHPUT_OF_AN_IOPS))
    if cluster.volume_key_arn is not None:
        disk["kms_key_id"] = cluster.volume_key_arn
    return disk


def tagged(tags: dict[str, str]) -> list[aws.ec2.LaunchTemplateTagSpecificationArgsDict]:
    """For what AWS starts for us: tags stop at the template otherwise."""
    return [{"resource_type": kind, "tags": tags} for kind in ("instance", "volume", "network-interface")]
