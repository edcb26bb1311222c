"""Amazon FSx."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.combinations import lustre as lustre_rules
from gpuplatform.kinds.formats import digest, numbered
from gpuplatform.kinds.kind import Api, Created, Duration, Free, Kind, force_new, immutable, right
from gpuplatform.kinds.labels import (
    Label,
    Lines,
    Place,
    listed,
    number,
)
from gpuplatform.kinds.pricing.charge import Entry, Unpriced, missing, steady
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.pricing.numbers import decimal
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict

DATA_REPOSITORY_ASSOCIATION: Final = "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation"
LUSTRE_FILE_SYSTEM: Final = "aws:fsx/lustreFileSystem:LustreFileSystem"


def _file_system(made: Created) -> dict[str, Json]:
    return {
        "dnsName": f"{made.id}.fsx.{made.region}.amazonaws.com",
        "mountName": "".join(chr(ord("a") + int(c, 16)) for c in digest(made.urn, 8)),
        "networkInterfaceIds": [f"eni-{digest(made.urn + '/eni', 17)}"],
    }


def lustre(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """FSx for Lustre, by its size, kind of disk and throughput tier."""
    inputs = resource.inputs
    size = decimal(inputs.get("storageCapacity"))
    deployment = str(inputs.get("deploymentType") or "SCRATCH_1").lower().replace("_", "-")
    disk = str(inputs.get("storageType") or "SSD").lower().replace("_", "-")
    tier = decimal(inputs.get("perUnitStorageThroughput"))
    if disk == "intelligent-tiering":
        yield Unpriced(
            why="no price row for FSx for Lustre on INTELLIGENT_TIERING, paid by what it stores and by throughput"
        )
        return
    if not size:
        yield Unpriced(why="the file system states no size: the backup that it is made of decides")
        return
    parts = [deployment, *(["hdd"] if disk == "hdd" else []), *([f"{tier:f}"] if tier else [])]
    speed = f" at {tier:f} MB/s/TiB" if tier else ""
    what = f"FSx for Lustre {deployment}{' on HDD' if disk == 'hdd' else ''}, {size:f} GiB{speed}"
    yield steady(context, what, "fsx-lustre", "-".join(parts), size)
    if disk == "hdd" and str(inputs.get("driveCacheType") or "NONE") != "NONE":
        yield missing(context, "fsx-lustre", "SSD cache of a file system on HDD")
    if decimal(inputs.get("automaticBackupRetentionDays")):
        yield missing(context, "fsx-lustre", "backup")
    if as_dict(inputs.get("metadataConfiguration")).get("mode") == "USER_PROVISIONED":
        yield missing(context, "fsx-lustre", "metadata IOPS beyond those included")


def _lustre_label(_: Plan, files: PlannedResource, parts: list[PlannedResource]) -> Lines:
    speed = files.inputs.get("perUnitStorageThroughput")
    links = [str(p.inputs.get("fileSystemPath", "")).strip("/") for p in parts if p.type == DATA_REPOSITORY_ASSOCIATION]
    return [
        f"Lustre, {number(files.inputs.get('storageCapacity'))} GiB",
        f"{speed} MB/s per TiB" if speed else "",
        f"linked: {', '.join(sorted(links))}" if links else "",
    ]


def _file_systems(_: Plan, found: list[PlannedResource]) -> str:
    return listed([f"Lustre {r.inputs.get('storageCapacity', '?')} GiB" for r in found])


KINDS: Final = (
    Kind(
        LUSTRE_FILE_SYSTEM,
        protected=True,
        combinations=lustre_rules.RULES,
        label=Label(icon="disk", words=_lustre_label, rank=3, place=Place.SUBNETS),
        phrase=_file_systems,
        price=lustre,
        arn="arn:{p}:fsx:{r}:{a}:file-system/{i}",
        identifier=numbered("fs"),
        outputs=_file_system,
        immutable=(
            force_new(
                "fsx/lustre_file_system.go",
                "subnetIds",
                "securityGroupIds",
                "deploymentType",
                "storageType",
                "kmsKeyId",
                "backupId",
                "copyTagsToBackups",
                "driveCacheType",
                "importPath",
                "exportPath",
                "importedFileChunkSize",
            ),
            force_new("fsx/lustre_file_system.go", "storageCapacity", when="decreases"),
            immutable(
                "pulumi_aws 7.51.1, documentation of LustreFileSystem", "fileSystemTypeVersion", when="decreases"
            ),
            immutable("pulumi_aws 7.51.1, documentation of LustreFileSystem", "efaEnabled"),
        ),
        holds="its files that no linked bucket has",
        duration=Duration(
            seconds=600,
            source='awslabs/ai-on-eks fsx-for-lustre.tf, "up to 10 min" for 2.4 TiB; terraform-provider-aws#22291',
        ),
        rights=(
            right("fsx", "file-system/*", "CreateFileSystem", "TagResource"),
            right("iam", "role/aws-service-role/fsx.amazonaws.com/*", "CreateServiceLinkedRole"),
            # Of a key of one's own FSx is given a grant in the caller's name (FSx for Lustre user guide, "Encrypting data at rest").
            right("kms", "key/*", "CreateGrant", "DescribeKey"),
        ),
        api=Api(
            shapes=("fsx.CreateFileSystemLustreConfiguration", "fsx.CreateFileSystemRequest"),
            limits={
                "perUnitStorageThroughput": {"enum": [12, 40, 50, 100, 125, 200, 250, 500, 1000]},
                "storageCapacity": {"minimum": 1200},
            },
        ),
    ),
    Kind(
        DATA_REPOSITORY_ASSOCIATION,
        arn="arn:{p}:fsx:{r}:{a}:association/{i}",
        identifier=numbered("dra"),
        immutable=(
            force_new("fsx/data_repository_association.go", "fileSystemId", "fileSystemPath", "dataRepositoryPath"),
        ),
        duration=Duration(seconds=420, source='awslabs/ai-on-eks fsx-for-lustre.tf, "up to 7 min"'),
        price=Free("part of the file system, which is priced by its size (aws.amazon.com/fsx/lustre/pricing)"),
        rights=(
            right("fsx", "association/*", "CreateDataRepositoryAssociation", "TagResource"),
            # FSx makes a role for each file system that is linked to a bucket, in the caller's name (FSx for Lustre user guide, "Using
            # service-linked roles for Amazon FSx", read 2026-12-01).
            right(
                "iam",
                "role/aws-service-role/s3.data-source.lustre.fsx.amazonaws.com/*",
                *("CreateServiceLinkedRole", "AttachRolePolicy", "PutRolePolicy"),
            ),
        ),
        api=Api(shapes=("fsx.CreateDataRepositoryAssociationRequest",)),
    ),
)
