"""What nodes of every managed group have in common: the cluster they join, where they stand, their volumes and metadata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

INCLUDED_IOPS: Final = 3000
INCLUDED_THROUGHPUT: Final = 125
THROUGHPUT_OF_AN_IOPS: Final = 0.25
"""gp3: what every volume has, and the most throughput that each provisioned IOPS allows (EBS user guide, "General Purpose
SSD volumes", read 2026-11-22)."""

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
    cluster: JoinedCluster, *, gib: int | None, throughput: int = INCLUDED_THROUGHPUT
) -> aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgsDict:
    """An encrypted gp3 volume that goes with its instance. `gib` None: as large as the image's."""
    disk: aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgsDict = {
        "volume_type": "gp3",
        "encrypted": "true",
        "delete_on_termination": "true",
    }
    if gib is not None:
        disk["volume_size"] = gib
    if throughput > INCLUDED_THROUGHPUT:
        disk["throughput"] = throughput
        disk["iops"] = max(INCLUDED_IOPS, round(throughput / THROUGHPUT_OF_AN_IOPS))
    if cluster.volume_key_arn is not None:
        disk["kms_key_id"] = cluster.volume_key_arn
    return disk


def tagged(tags: dict[str, str]) -> list[aws.ec2.LaunchTemplateTagSpecificationArgsDict]:
    """For what AWS starts for us: tags stop at the template otherwise."""
    return [{"resource_type": kind, "tags": tags} for kind in ("instance", "volume", "network-interface")]
