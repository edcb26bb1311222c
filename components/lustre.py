"""FSx for Lustre in front of the lake: a fast POSIX file system whose folders are buckets.

Clients reach it over TCP, on nodes with EFA too: docs/decisions/26-lustre-over-tcp.md. What people get wrong: the security
group's rules must stand before the file system (FSx looks for port 988 when it creates), and associations are created one after
another: in parallel they fail with misleading permission errors (hashicorp/terraform-provider-aws#24678).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import pulumi
import pulumi_aws as aws

from components.tags import CostTags

# LNet, and what servers and clients use besides (LustreGuide, "File system access control with Amazon VPC").
PORTS = ((988, 988), (1018, 1023))
Throughput = Literal[125, 250, 500, 1000]
"""MB/s for each TiB of SSD that PERSISTENT_2 offers (botocore 1.44.5, fsx CreateFileSystem)."""
MAX_ASSOCIATIONS = 8
IMPORTED = ("NEW", "CHANGED", "DELETED")
EXPORTED = ("NEW", "CHANGED")
"""A file that is deleted stays in the bucket: `rm -r` on a shared file system reaches no data that lasts."""

# Creation took 10 to 12 min, more with much metadata; an association 7 to more than 10 (public logs and issues, 2024 to
# 2026); growing from 1.2 to 2.4 TiB more than 30.
CREATION = pulumi.CustomTimeouts(create="60m", update="3h", delete="30m")
ASSOCIATION = pulumi.CustomTimeouts(create="60m", update="60m", delete="30m")


@dataclass(frozen=True, kw_only=True)
class LustrePlace:
    """Where the file system stands and who reaches it."""

    zone: str
    vpc_id: pulumi.Input[str]
    subnet_id: pulumi.Input[str]
    """In the zone; the only one."""
    node_security_group_id: pulumi.Input[str]
    """Clients."""


@dataclass(frozen=True, kw_only=True)
class LustreFileSystemArgs:
    storage_gib: int
    throughput: Throughput
    place: LustrePlace
    links: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])
    """Folder → name of the bucket that it shows."""
    exported: Collection[str] = ()
    """Folders whose new and changed files go to their bucket; what is written in the others stays on the file system."""
    key_arn: pulumi.Input[str] | None
    """KMS key; without one, the account's aws/fsx."""
    tags: CostTags
    protect: bool = True

    def __post_init__(self) -> None:
        check_size(self.storage_gib)
        if self.throughput not in get_args(Throughput):
            offered = ", ".join(map(str, get_args(Throughput)))
            raise ValueError(f"throughput: {self.throughput} MB/s for each TiB is not offered; choose {offered}")
        if len(self.links) > MAX_ASSOCIATIONS:
            raise ValueError(
                f"links: {len(self.links)} folders; a file system links {MAX_ASSOCIATIONS} buckets at most"
            )
        if unknown := sorted(set(self.exported) - set(self.links)):
            raise ValueError(f"exported: {', '.join(unknown)} is no folder of links: {', '.join(self.links) or 'none'}")
        if wrong := [folder for folder in self.links if "/" in folder or not folder]:
            raise ValueError(f"links: {wrong[0]!r} is no folder's name; write it without slashes, as in curated")


class LustreFileSystem(pulumi.ComponentResource):
    id: pulumi.Output[str]
    """fs-…"""
    dns_name: pulumi.Output[str]
    """Whom to mount."""
    mount_name: pulumi.Output[str]
    """What to mount."""
    storage_gib: int
    """As sold; what a volume on the cluster announces."""
    zone: str
    """Where its clients should run: traffic across zones is slower and costs."""

    def __init__(self, name: str, args: LustreFileSystemArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:LustreFileSystem", name, {}, opts)
        tags = args.tags.aws(Name=name)

        group, rules = _security_group(self, name, args)
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            # FSx writes to groups of this prefix only.
            name_prefix=f"/aws/fsx/{name}-",
            retention_in_days=30,
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        system = aws.fsx.LustreFileSystem(
            f"{name}-fs",
            deployment_type="PERSISTENT_2",
            storage_type="SSD",
            # Clients of AL2023 and Ubuntu 22.04 speak 2.15.
            file_system_type_version="2.15",
            storage_capacity=args.storage_gib,
            per_unit_storage_throughput=args.throughput,
            # Checkpoints and tokenised text shrink; LZ4 costs servers' time, not clients'.
            data_compression_type="LZ4",
            subnet_ids=args.place.subnet_id,
            security_group_ids=[group.id],
            kms_key_id=args.key_arn,
            # FSx keeps no backups of a file system that is linked to S3: the buckets are the copy that lasts.
            automatic_backup_retention_days=0,
            skip_final_backup=True,
            copy_tags_to_backups=True,
            # Sunday 03:00 UTC; clients wait, jobs go on.
            weekly_maintenance_start_time="7:03:00",
            # Imports and exports that failed are said nowhere else.
            log_configuration={"level": "WARN_ERROR", "destination": logs.arn},
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect, depends_on=rules, custom_timeouts=CREATION),
        )
        before: list[pulumi.Resource] = []
        for folder, bucket in args.links.items():
            association = aws.fsx.DataRepositoryAssociation(
                f"{name}-{folder}",
                file_system_id=system.id,
                file_system_path=f"/{folder}",
                data_repository_path=pulumi.Output.concat("s3://", bucket),
                # What is in the bucket already appears too.
                batch_import_meta_data_on_create=True,
                s3=aws.fsx.DataRepositoryAssociationS3Args(
                    auto_import_policy=aws.fsx.DataRepositoryAssociationS3AutoImportPolicyArgs(events=list(IMPORTED)),
                    auto_export_policy=aws.fsx.DataRepositoryAssociationS3AutoExportPolicyArgs(events=list(EXPORTED))
                    if folder in args.exported
                    else None,
                ),
                tags=args.tags.aws(Name=f"{name}-{folder}"),
                opts=pulumi.ResourceOptions(parent=self, depends_on=before, custom_timeouts=ASSOCIATION),
            )
            before = [association]

        self.id = system.id
        self.dns_name = system.dns_name
        self.mount_name = system.mount_name
        self.storage_gib = args.storage_gib
        self.zone = args.place.zone
        self.register_outputs(
            {
                "id": self.id,
                "dns_name": self.dns_name,
                "mount_name": self.mount_name,
                "storage_gib": self.storage_gib,
                "zone": self.zone,
            }
        )


def check_size(storage_gib: int) -> None:
    """Raises ValueError for a size in which FSx sells no file system of SSD."""
    if storage_gib != 1200 and (storage_gib < 1200 or storage_gib % 2400):
        raise ValueError(f"storage_gib: {storage_gib} is no size of FSx for Lustre: 1200, or a multiple of 2400")


def _security_group(
    parent: LustreFileSystem, name: str, args: LustreFileSystemArgs
) -> tuple[aws.ec2.SecurityGroup, list[pulumi.Resource]]:
    """The file system's group, and its rules: servers among themselves, and servers and nodes in both directions."""
    child = pulumi.ResourceOptions(parent=parent)
    group = aws.ec2.SecurityGroup(
        f"{name}-servers",
        vpc_id=args.place.vpc_id,
        description="Lustre servers: their ports, to and from themselves and the nodes",
        tags=args.tags.aws(Name=f"{name}-servers"),
        opts=child,
    )
    peers = {"servers": group.id, "nodes": args.place.node_security_group_id}
    rules: list[pulumi.Resource] = []
    for first, last in PORTS:
        for peer, peer_id in peers.items():
            rules += [
                rule(
                    f"{name}-{direction}-{peer}-{first}",
                    security_group_id=group.id,
                    referenced_security_group_id=peer_id,
                    ip_protocol="tcp",
                    from_port=first,
                    to_port=last,
                    description=f"Lustre {direction} {peer}",
                    tags=args.tags.aws(Name=f"{name}-{direction}-{peer}-{first}"),
                    opts=child,
                )
                for direction, rule in (
                    ("from", aws.vpc.SecurityGroupIngressRule),
                    ("to", aws.vpc.SecurityGroupEgressRule),
                )
            ]
        # Servers call clients back to revoke locks.
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-nodes-from-servers-{first}",
            security_group_id=args.place.node_security_group_id,
            referenced_security_group_id=group.id,
            ip_protocol="tcp",
            from_port=first,
            to_port=last,
            description="Lustre from servers",
            tags=args.tags.aws(Name=f"{name}-nodes-from-servers-{first}"),
            opts=child,
        )
    return group, rules
