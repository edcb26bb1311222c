"""What lies somewhere: lake buckets, the file system, claims of volumes, keys, secrets, images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from gpuplatform.kinds import ecr, fsx, kms, kubernetes, route53, s3, secretsmanager, ssm
from gpuplatform.kinds.pricing.charge import Entry, Pricer, Unpriced, missing, shared, steady, tiers
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.pricing.numbers import decimal, gib
from gpuplatform.kinds.pricing.volumes import Copies, volume_charges, volume_of
from gpuplatform.kinds.tokens import RELEASE
from gpuplatform.plan.model import Json, PlannedResource
from gpuplatform.plan.values import at, listing, mapping
from gpuplatform.plan.wording import counted

BUCKETS: Final = (s3.BUCKET, s3.BUCKET_V2)
KEYS: Final = (kms.KEY, kms.EXTERNAL_KEY, kms.REPLICA_KEY)
SECRET: Final = secretsmanager.SECRET
REPOSITORY: Final = ecr.REPOSITORY
EBS: Final = ("ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com", "kubernetes.io/aws-ebs")
"""Provisioners that make EBS volumes."""
DEFAULT_CLASS: Final = "storageclass.kubernetes.io/is-default-class"

CLASSES: Final = {"expected_infrequent_gib": "standard-ia", "expected_archive_gib": "glacier-instant-retrieval"}
"""Settings key → S3 class: what lifecycle rules have moved out of S3 Standard."""


NOT_MOVED: Final = "moving objects to S3's cheaper classes and reading them there costs by the object and by the GB, and is not counted"

STANDARD: Final = (("standard", 0), ("standard-above-50-tb", 50 * 1024), ("standard-above-500-tb", 500 * 1024))
"""Row, and the GiB of all buckets above which it is the price (aws.amazon.com/s3/pricing)."""


def bucket(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """The GiB that settings expect in a lake zone, by class; it lies there awake or asleep. And its part of the requests."""
    standard = _standard(resource, context)
    note = "buckets whose size nobody states are counted empty"
    if not standard:
        yield steady(context, "S3 bucket, 0 GiB expected", "s3", "standard", standard, note=note)
    for row, above, inside in tiers(_before(resource, context), standard, STANDARD) if standard else ():
        beyond = f", above {above // 1024} TiB of all buckets" if above else ""
        yield steady(context, f"S3 bucket, {inside:f} GiB expected{beyond}", "s3", row, inside, note=note)
    moved = _moved(resource, context)
    for cls, gibibytes in moved.items():
        if gibibytes:
            what = f"S3 bucket, {gibibytes:f} GiB expected in {cls}"
            yield steady(context, what, "s3", cls, gibibytes, note=NOT_MOVED)
    among = context.count(*BUCKETS)
    yield shared(context, "requests that write or list objects", "s3", "put-requests", "s3_writes", among)
    yield shared(context, "requests that read objects", "s3", "get-requests", "s3_reads", among)


def _before(resource: PlannedResource, context: PricingContext) -> Decimal:
    """GiB in S3 Standard of the buckets that the plan has before this one."""
    buckets = [r for type_ in BUCKETS for r in context.plan.all(type_)]
    return sum((_standard(r, context) for r in buckets[: buckets.index(resource)]), Decimal(0))


def _standard(resource: PlannedResource, context: PricingContext) -> Decimal:
    """GiB in S3 Standard: what lifecycle rules have moved is not."""
    stated = mapping(context.settings("data").get("expected_gib"))
    size = decimal(stated.get(_zone(resource, context)))
    return max(size - sum(_moved(resource, context).values()), Decimal(0))


def _moved(resource: PlannedResource, context: PricingContext) -> dict[str, Decimal]:
    """S3 class → GiB in it."""
    data, zone = context.settings("data"), _zone(resource, context)
    return {cls: decimal(mapping(data.get(key)).get(zone)) for key, cls in CLASSES.items()}


def _zone(resource: PlannedResource, context: PricingContext) -> str:
    """The lake zone that a bucket is, of those whose size is stated."""
    stated = mapping(context.settings("data").get("expected_gib"))
    return next((z for z in stated if f"-{z}-" in f"-{resource.name}-"), "")


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
    if mapping(inputs.get("metadataConfiguration")).get("mode") == "USER_PROVISIONED":
        yield missing(context, "fsx-lustre", "metadata IOPS beyond those included")


def claim(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """A claim that EBS fulfils. One that names its volume or no class binds what exists, such as the file system."""
    spec = mapping(resource.inputs.get("spec"))
    if spec.get("volumeName") or spec.get("storageClassName") == "":
        return
    yield from _persistent(context, spec, Decimal(1), resource.name)


def release(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """Volumes that a chart's values ask for: `volumeClaimTemplate`s, and `persistence` where it is on."""
    for path, spec, count in _claims(mapping(resource.inputs.get("values")), ()):
        yield from _persistent(context, spec, count, ".".join(path))


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


def stateful(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """A volume of each template for each replica."""
    spec = mapping(resource.inputs.get("spec"))
    stated = spec.get("replicas")
    replicas = Decimal(1) if stated is None else decimal(stated)
    for template in listing(spec.get("volumeClaimTemplates")):
        name = str(at(template, "metadata", "name") or resource.name)
        yield from _persistent(context, mapping(mapping(template).get("spec")), replicas, name)


def _persistent(context: PricingContext, spec: Mapping[str, Json], count: Decimal, whose: str) -> Iterator[Entry]:
    named = spec.get("storageClassName")
    found = _storage_class(context, named)
    provisioner = str(found.get("provisioner") or EBS[0])
    if provisioner not in EBS:
        yield Unpriced(why=f"the volume of {whose} is made by {provisioner}, and no price row is of such volumes")
        return
    parameters = mapping(found.get("parameters"))
    # The driver's own default is gp3 (aws-ebs-csi-driver, docs/parameters.md); the class gp2 is there in every cluster.
    kind = parameters.get("type") or ("gp2" if named == "gp2" and not found else "gp3")
    volume = volume_of(parameters, gib(at(spec, "resources", "requests", "storage")), kind)
    copies = Copies(asleep=count, idle=count, expected=count, most=count)
    yield from volume_charges(context, volume, f"of {whose}", copies)


def _storage_class(context: PricingContext, named: Json) -> Mapping[str, Json]:
    """The class of that name, or the default one where a claim names none; empty where the plan does not make it."""
    for found in context.plan.all(kubernetes.STORAGE_CLASS):
        default = mapping(at(found.inputs, "metadata", "annotations")).get(DEFAULT_CLASS) == "true"
        if at(found.inputs, "metadata", "name") == named or (named is None and default):
            return found.inputs
    return {}


def key(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    note = "a KMS key that rotates costs 1 $ a month more after each of its first two rotations"
    yield steady(context, "KMS key", "kms", "key", note=note if resource.inputs.get("enableKeyRotation") else "")
    spec = str(resource.inputs.get("customerMasterKeySpec") or "SYMMETRIC_DEFAULT")
    # Of asymmetric keys, only RSA of 2,048 bits costs what symmetric ones do (aws.amazon.com/kms/pricing).
    symmetric = spec.startswith(("SYMMETRIC", "HMAC")) or spec == "RSA_2048"
    row = "requests" if symmetric else "asymmetric-requests"
    yield shared(context, "requests to the key", "kms", row, "kms_requests", context.count(*KEYS))


def secret(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """A replica in another region is a secret of its own (aws.amazon.com/secrets-manager/pricing)."""
    copies = 1 + len(listing(resource.inputs.get("replicas")))
    what = "secret" if copies == 1 else f"secret, and {counted(copies - 1, 'replica')}"
    yield steady(context, what, "secretsmanager", "secret", copies)
    among = context.count(SECRET)
    yield shared(context, "requests for the secret", "secretsmanager", "requests", "secret_reads", among)


def repository(_: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    yield shared(context, "images", "ecr", "storage", "image_gb", context.count(REPOSITORY))


def parameter(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """A standard one is free (aws.amazon.com/systems-manager/pricing)."""
    if resource.inputs.get("tier") == "Advanced":
        yield steady(context, "advanced parameter", "ssm", "advanced-parameter")


def hosted_zone(_: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    yield steady(context, "hosted zone", "route53", "hosted-zone")


PRICERS: Mapping[str, Pricer] = {
    **dict.fromkeys(BUCKETS, bucket),
    fsx.LUSTRE_FILE_SYSTEM: lustre,
    kubernetes.PERSISTENT_VOLUME_CLAIM: claim,
    kubernetes.STATEFUL_SET: stateful,
    RELEASE: release,
    **dict.fromkeys(KEYS, key),
    SECRET: secret,
    REPOSITORY: repository,
    route53.ZONE: hosted_zone,
    ssm.PARAMETER: parameter,
}
