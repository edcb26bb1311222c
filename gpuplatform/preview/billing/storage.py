"""What lies somewhere: lake buckets, the file system, claims of volumes, keys, images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import cast

from gpuplatform.preview.billing.charge import ZERO, Entry, Pricer, Unpriced, steady, used
from gpuplatform.preview.billing.node_pools import gib
from gpuplatform.preview.billing.situation import Situation, decimal
from gpuplatform.preview.billing.volumes import Volume, volume_charges
from gpuplatform.preview.look import mapping
from gpuplatform.preview.plan import Json, PlannedResource


def bucket(resource: PlannedResource, situation: Situation) -> Iterator[Entry]:
    """The GiB that settings expect in a lake zone, in S3 Standard; it lies there awake or asleep."""
    stated = mapping(situation.plan.setting("data").get("expected_gib"))
    zone = next((z for z in stated if f"-{z}-" in f"-{resource.name}-"), None)
    size = decimal(stated.get(zone)) if zone else ZERO
    yield steady(
        situation,
        f"S3 bucket, {size} GiB expected",
        "s3",
        "standard",
        size,
        note="S3 is priced as Standard throughout, before lifecycle rules make it cheaper; requests are not counted",
    )


def lustre(resource: PlannedResource, situation: Situation) -> Iterator[Entry]:
    """FSx for Lustre, by its size and throughput tier."""
    size = decimal(resource.inputs.get("storageCapacity"))
    deployment = str(resource.inputs.get("deploymentType", "SCRATCH_1")).lower().replace("_", "-")
    storage = str(resource.inputs.get("storageType", "SSD"))
    tier = resource.inputs.get("perUnitStorageThroughput")
    if storage != "SSD":
        yield Unpriced(why=f"no price row for FSx for Lustre on {storage}")
        return
    key = f"{deployment}-{decimal(tier):.0f}" if tier else deployment
    note = "backups of the file system are not counted" if resource.inputs.get("automaticBackupRetentionDays") else ""
    yield steady(
        situation, f"FSx for Lustre {deployment}, {size} GiB at {tier} MB/s/TiB", "fsx-lustre", key, size, note
    )
    metadata = mapping(resource.inputs.get("metadataConfiguration"))
    if metadata.get("mode") == "USER_PROVISIONED":
        yield Unpriced(why="no price row for the metadata IOPS that FSx for Lustre is given beyond those included")


def claim(resource: PlannedResource, situation: Situation) -> Iterator[Entry]:
    """A claim that EBS fulfils. One that names its volume or no class binds what exists, such as the file system."""
    spec = mapping(resource.inputs.get("spec"))
    if spec.get("volumeName") or spec.get("storageClassName") == "":
        return
    yield from _persistent(situation, spec, Decimal(1), resource.name)


def release(resource: PlannedResource, situation: Situation) -> Iterator[Entry]:
    """Volumes that a chart's values ask for: `volumeClaimTemplate`s, and `persistence` where it is on."""
    for path, spec, count in _claims(mapping(resource.inputs.get("values")), ()):
        yield from _persistent(situation, spec, count, ".".join(path))


def _claims(
    values: Mapping[str, Json], path: tuple[str, ...], replicas: Decimal = Decimal(1)
) -> Iterator[tuple[tuple[str, ...], Mapping[str, Json], Decimal]]:
    replicas = decimal(values.get("replicas")) or replicas
    for key, value in values.items():
        inner = mapping(value)
        if key == "volumeClaimTemplate":
            yield path, mapping(inner.get("spec")), replicas
        elif key == "persistence" and inner.get("enabled"):
            request = {"requests": {"storage": inner.get("size")}}
            yield (*path, key), {"resources": request, "storageClassName": inner.get("storageClassName")}, replicas
        elif inner:
            yield from _claims(inner, (*path, key), replicas)


def _persistent(situation: Situation, spec: Mapping[str, Json], count: Decimal, whose: str) -> Iterator[Entry]:
    size = gib(mapping(mapping(spec.get("resources")).get("requests")).get("storage"))
    kind = _kind(situation, cast(str | None, spec.get("storageClassName")))
    yield from volume_charges(
        situation, Volume(kind=kind, gib=size), f"of {whose}", asleep=count, idle=count, expected=count, most=count
    )


def _kind(situation: Situation, storage_class: str | None) -> str:
    """The EBS type of a class; the CSI driver's own default is gp3 (aws-ebs-csi-driver, docs/parameters.md)."""
    for found in situation.plan.all("kubernetes:storage.k8s.io/v1:StorageClass"):
        if mapping(found.inputs.get("metadata")).get("name") == storage_class:
            return str(mapping(found.inputs.get("parameters")).get("type", "gp3"))
    return "gp3"


def key(_: PlannedResource, situation: Situation) -> Iterator[Entry]:
    note = "requests to KMS are not counted; a rotated key costs 1 $ a month more for each of its first two rotations"
    yield steady(situation, "KMS key", "kms", "key", note=note)


def secret(_: PlannedResource, situation: Situation) -> Iterator[Entry]:
    yield steady(situation, "secret", "secretsmanager", "secret")


def repository(_: PlannedResource, situation: Situation) -> Iterator[Entry]:
    yield used(
        situation, "ECR repository", "ecr", "storage", note="images in ECR are not counted, for no size is stated"
    )


PRICERS: Mapping[str, Pricer] = {
    "aws:s3/bucket:Bucket": bucket,
    "aws:s3/bucketV2:BucketV2": bucket,
    "aws:fsx/lustreFileSystem:LustreFileSystem": lustre,
    "kubernetes:core/v1:PersistentVolumeClaim": claim,
    "kubernetes:helm.sh/v3:Release": release,
    "aws:kms/key:Key": key,
    "aws:secretsmanager/secret:Secret": secret,
    "aws:ecr/repository:Repository": repository,
}
