"""Amazon S3."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from gpuplatform.kinds.kind import (
    BOTOCORE,
    Api,
    Created,
    Free,
    Kind,
    PolicyDocument,
    PolicyKind,
    force_new,
    immutable,
    right,
)
from gpuplatform.kinds.labels import (
    Label,
    Lines,
)
from gpuplatform.kinds.pricing.charge import Entry, shared, steady, tiers
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.pricing.numbers import decimal
from gpuplatform.kinds.tokens import BUCKET
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict, get_path

BUCKET_ACL: Final = "aws:s3/bucketAcl:BucketAcl"
BUCKET_POLICY: Final = "aws:s3/bucketPolicy:BucketPolicy"
BUCKET_PUBLIC_ACCESS_BLOCK: Final = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
BUCKET_NOTIFICATION: Final = "aws:s3/bucketNotification:BucketNotification"
BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION: Final = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
)
BUCKET_V2: Final = "aws:s3/bucketV2:BucketV2"
DIRECTORY_BUCKET: Final = "aws:s3/directoryBucket:DirectoryBucket"

_FREE: Final = Free("configuration of a bucket that is priced itself (aws.amazon.com/s3/pricing)")


def _bucket(made: Created) -> dict[str, Json]:
    return {
        "bucket": made.name,
        "bucketDomainName": f"{made.name}.s3.amazonaws.com",
        "bucketRegionalDomainName": f"{made.name}.s3.{made.region}.amazonaws.com",
        "hostedZoneId": "Z3AQBSTGFYJSTF",
    }


BUCKETS: Final = (BUCKET, BUCKET_V2)


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
    stated = as_dict(context.settings("data").get("expected_gib"))
    size = decimal(stated.get(_zone(resource, context)))
    return max(size - sum(_moved(resource, context).values()), Decimal(0))


def _moved(resource: PlannedResource, context: PricingContext) -> dict[str, Decimal]:
    """S3 class → GiB in it."""
    data, zone = context.settings("data"), _zone(resource, context)
    return {cls: decimal(as_dict(data.get(key)).get(zone)) for key, cls in CLASSES.items()}


def _zone(resource: PlannedResource, context: PricingContext) -> str:
    """The lake zone that a bucket is, of those whose size is stated."""
    stated = as_dict(context.settings("data").get("expected_gib"))
    return next((z for z in stated if f"-{z}-" in f"-{resource.name}-"), "")


def _bucket_label(_: Plan, __: PlannedResource, parts: list[PlannedResource]) -> Lines:
    versioned = any(get_path(p.inputs, "versioningConfiguration", "status") == "Enabled" for p in parts)
    return ["S3 bucket, versioned" if versioned else "S3 bucket"]


KINDS: Final = (
    Kind(
        BUCKET,
        protected=True,
        label=Label(icon="bucket", words=_bucket_label, rank=5),
        price=bucket,
        noun="bucket",
        arn="arn:{p}:s3:::{n}",
        outputs=_bucket,
        unique_name="bucket",
        immutable=(force_new("s3/bucket.go", "bucket", "bucketPrefix"),),
        holds="its objects",
        rights=(right("s3", "{name}", "CreateBucket", "PutBucketTagging"),),
        api=Api(limits={"bucket": {"minLength": 3, "maxLength": 63, "pattern": "[a-z0-9][a-z0-9.-]*[a-z0-9]"}}),
    ),
    Kind(
        BUCKET_V2,
        protected=True,
        price=bucket,
    ),
    Kind("aws:s3/accessPoint:AccessPoint", price=_FREE),
    Kind("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", price=_FREE),
    Kind(BUCKET_ACL, price=_FREE),
    Kind("aws:s3/bucketAclV2:BucketAclV2", price=_FREE),
    Kind("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration", price=_FREE),
    Kind("aws:s3/bucketCorsConfigurationV2:BucketCorsConfigurationV2", price=_FREE),
    Kind(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        immutable=(immutable(f"S3 sets it on a bucket, and has no way to move it ({BOTOCORE})", "bucket"),),
        price=_FREE,
        rights=(right("s3", "{name}", "PutLifecycleConfiguration"),),
        api=Api(shapes=("s3.BucketLifecycleConfiguration",)),
    ),
    Kind("aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", price=_FREE),
    Kind(
        "aws:s3/bucketLogging:BucketLogging",
        immutable=(immutable(f"S3 sets it on a bucket, and has no way to move it ({BOTOCORE})", "bucket"),),
        price=_FREE,
        rights=(right("s3", "{name}", "PutBucketLogging"),),
        api=Api(shapes=("s3.LoggingEnabled",)),
    ),
    Kind("aws:s3/bucketLoggingV2:BucketLoggingV2", price=_FREE),
    Kind("aws:s3/bucketMetric:BucketMetric", price=_FREE),
    Kind(BUCKET_NOTIFICATION, price=_FREE),
    Kind("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", price=_FREE),
    Kind(
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        immutable=(immutable(f"S3 sets it on a bucket, and has no way to move it ({BOTOCORE})", "bucket"),),
        price=_FREE,
        rights=(right("s3", "{name}", "PutBucketOwnershipControls"),),
    ),
    Kind(
        BUCKET_POLICY,
        policies={"policy": PolicyDocument(PolicyKind.RESOURCE)},
        immutable=(immutable(f"S3 sets it on a bucket, and has no way to move it ({BOTOCORE})", "bucket"),),
        price=_FREE,
        rights=(right("s3", "{name}", "PutBucketPolicy"),),
    ),
    Kind(
        BUCKET_PUBLIC_ACCESS_BLOCK,
        immutable=(immutable(f"S3 sets it on a bucket, and has no way to move it ({BOTOCORE})", "bucket"),),
        price=_FREE,
        rights=(right("s3", "{name}", "PutBucketPublicAccessBlock"),),
    ),
    Kind(
        BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION,
        immutable=(immutable(f"S3 sets it on a bucket, and has no way to move it ({BOTOCORE})", "bucket"),),
        price=_FREE,
        rights=(right("s3", "{name}", "PutEncryptionConfiguration"),),
        api=Api(shapes=("s3.ServerSideEncryptionConfiguration",)),
    ),
    Kind("aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2", price=_FREE),
    Kind(
        "aws:s3/bucketVersioning:BucketVersioning",
        immutable=(immutable(f"S3 sets it on a bucket, and has no way to move it ({BOTOCORE})", "bucket"),),
        price=_FREE,
        rights=(right("s3", "{name}", "PutBucketVersioning"),),
        api=Api(renamed={"versioningConfiguration": "s3.VersioningConfiguration"}),
    ),
    Kind("aws:s3/bucketVersioningV2:BucketVersioningV2", price=_FREE),
    Kind("aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration", price=_FREE),
    Kind(DIRECTORY_BUCKET, protected=True, holds="its objects"),
)
