"""Amazon S3."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import BOTOCORE, Api, Created, Free, Kind, force_new, immutable, right
from gpuplatform.plan.model import Json

BUCKET: Final = "aws:s3/bucket:Bucket"
BUCKET_ACL: Final = "aws:s3/bucketAcl:BucketAcl"
BUCKET_POLICY: Final = "aws:s3/bucketPolicy:BucketPolicy"
BUCKET_PUBLIC_ACCESS_BLOCK: Final = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
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


KINDS: Final = (
    Kind(
        BUCKET,
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
    Kind("aws:s3/bucketNotification:BucketNotification", price=_FREE),
    Kind("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", price=_FREE),
    Kind(
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        immutable=(immutable(f"S3 sets it on a bucket, and has no way to move it ({BOTOCORE})", "bucket"),),
        price=_FREE,
        rights=(right("s3", "{name}", "PutBucketOwnershipControls"),),
    ),
    Kind(
        BUCKET_POLICY,
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
    Kind(DIRECTORY_BUCKET, holds="its objects"),
)
