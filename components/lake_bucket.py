"""One zone of the data lake: a private, encrypted bucket with its lifecycle, and the statements by which roles use it.

One bucket receives the access logs of the others. It encrypts with S3's own key: S3 delivers access logs to a bucket whose
default encryption is SSE-S3 and to no other (S3 User Guide, "Enabling Amazon S3 server access logging", read 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components import iam
from components.tags import CostTags

ACCESS_LOGS = "access/"
"""Where access logs lie in the bucket that receives them."""


@dataclass(frozen=True, kw_only=True)
class Lifecycle:
    """What becomes of objects with age, in days."""

    versioned: bool = True
    """Keep overwritten and deleted objects."""
    old_versions_days: int = 30
    """Delete overwritten versions after so many."""
    infrequent_after_days: int | None = None
    """To Standard-IA; S3 takes no fewer than 30."""
    archive_after_days: int | None = None
    """To Glacier Instant Retrieval, which answers as fast and charges for each read."""
    expire_after_days: int | None = None
    """Delete; never where none is given."""

    def __post_init__(self) -> None:
        for key in ("old_versions_days", "archive_after_days", "expire_after_days"):
            days: int | None = getattr(self, key)
            if days is not None and days < 1:
                raise ValueError(f"{key}: {days}; at least 1 day, or leave it out")
        infrequent, archive, expire = self.infrequent_after_days, self.archive_after_days, self.expire_after_days
        if infrequent is not None and infrequent < 30:
            raise ValueError(
                f"infrequent_after_days: {infrequent}; S3 takes objects to Standard-IA after 30 days at least"
            )
        if infrequent is not None and archive is not None and archive < infrequent + 30:
            raise ValueError(
                f"archive_after_days: {archive}, but Standard-IA since day {infrequent} is paid for 30 days; "
                f"use {infrequent + 30} or more"
            )
        last = max(infrequent or 0, archive or 0)
        if expire is not None and expire <= last:
            raise ValueError(f"expire_after_days: {expire}, but objects move on day {last}; use {last + 1} or more")


@dataclass(frozen=True, kw_only=True)
class LakeBucketArgs:
    lifecycle: Lifecycle
    account: iam.Account
    tags: CostTags
    key_arn: pulumi.Input[str] | None
    """KMS key; without one, the account's aws/s3."""
    access_logs: pulumi.Input[str] | None
    """Name of the bucket that receives this one's access logs; None for the bucket that receives them."""
    deliveries: Sequence[Callable[[pulumi.Input[str]], iam.Statement]] = ()
    """What AWS's services may deliver to it: each a statement of the bucket's policy, from its ARN."""
    protect: bool = True


class LakeBucket(pulumi.ComponentResource):
    name: pulumi.Output[str]
    """Of the bucket, as in s3://name."""
    arn: pulumi.Output[str]
    """For policies."""
    ready: pulumi.Output[str]
    """The name again, known once the bucket's policy stands: other buckets may then send their access logs."""

    def __init__(self, name: str, args: LakeBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:LakeBucket", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        receives_logs = args.access_logs is None

        bucket = aws.s3.Bucket(
            f"{name}-bucket",
            force_destroy=False,
            tags=args.tags.aws(Name=name),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        aws.s3.BucketPublicAccessBlock(
            f"{name}-private",
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        aws.s3.BucketOwnershipControls(
            f"{name}-owner", bucket=bucket.id, rule={"object_ownership": "BucketOwnerEnforced"}, opts=child
        )
        policy = aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.id,
            policy=iam.policy(
                *tls_only(bucket.arn),
                *([access_log_delivery(bucket.arn, args.account)] if receives_logs else []),
                *(delivery(bucket.arn) for delivery in args.deliveries),
            ),
            opts=child,
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=bucket.id,
            rules=[encryption_rule(None, kms=False) if receives_logs else encryption_rule(args.key_arn, kms=True)],
            opts=child,
        )
        versioned = bucket.id
        if args.lifecycle.versioned:
            versioned = aws.s3.BucketVersioning(
                f"{name}-versions", bucket=bucket.id, versioning_configuration={"status": "Enabled"}, opts=child
            ).bucket
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            # The name by way of versioning: rules for old versions mean something only after it is on.
            bucket=versioned,
            rules=[lifecycle_rule(args.lifecycle)],
            opts=child,
        )
        if args.access_logs is not None:
            aws.s3.BucketLogging(
                f"{name}-access-logs",
                bucket=bucket.id,
                target_bucket=args.access_logs,
                target_prefix=ACCESS_LOGS,
                # …/account/region/bucket/year/month/day/: a query reads the days it asks for.
                target_object_key_format={"partitioned_prefix": {"partition_date_source": "EventTime"}},
                opts=child,
            )

        self.name = bucket.bucket
        self.arn = bucket.arn
        self.ready = policy.bucket
        self.register_outputs({"name": self.name, "arn": self.arn, "ready": self.ready})


def lifecycle_rule(lifecycle: Lifecycle) -> aws.s3.BucketLifecycleConfigurationRuleArgsDict:
    """The rule for every object of a bucket. S3 refuses an empty list of transitions, so there is none without one."""
    rule: aws.s3.BucketLifecycleConfigurationRuleArgsDict = {
        "id": "age",
        "status": "Enabled",
        "filter": {"prefix": ""},
        # Parts of uploads that nobody finished are billed and listed nowhere.
        "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
    }
    moves = (("STANDARD_IA", lifecycle.infrequent_after_days), ("GLACIER_IR", lifecycle.archive_after_days))
    transitions: list[aws.s3.BucketLifecycleConfigurationRuleTransitionArgsDict] = [
        {"storage_class": storage, "days": days} for storage, days in moves if days is not None
    ]
    if transitions:
        rule["transitions"] = transitions
    if lifecycle.expire_after_days is not None:
        rule["expiration"] = {"days": lifecycle.expire_after_days}
    elif lifecycle.versioned:
        # What a deleted object leaves behind when its last old version is gone; S3 takes this or days, not both.
        rule["expiration"] = {"expired_object_delete_marker": True}
    if lifecycle.versioned:
        rule["noncurrent_version_expiration"] = {"noncurrent_days": lifecycle.old_versions_days}
    return rule


def encryption_rule(
    key_arn: pulumi.Input[str] | None, *, kms: bool
) -> aws.s3.BucketServerSideEncryptionConfigurationRuleArgsDict:
    """Encrypt new objects: with KMS (our key, or aws/s3 without one), or with S3's own keys."""
    default: aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgsDict = {
        "sse_algorithm": "aws:kms" if kms else "AES256"
    }
    if key_arn is not None:
        default["kms_master_key_id"] = key_arn
    return {
        "apply_server_side_encryption_by_default": default,
        # One call to KMS for a bucket and a while, not one for each object.
        "bucket_key_enabled": kms,
        # New buckets have it since April 2026; said, so that older ones do not differ. Ransomware encrypts with SSE-C.
        "blocked_encryption_types": ["SSE-C"],
    }


def tls_only(bucket_arn: pulumi.Input[str]) -> list[dict[str, Any]]:
    """Statements of a bucket policy: nobody without TLS, nobody with TLS before 1.2."""
    everything = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket_arn, pulumi.Output.concat(bucket_arn, "/*")],
    }
    return [
        {"Sid": "OnlyTls", **everything, "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Sid": "OnlyTls12", **everything, "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}},
    ]


def access_log_delivery(bucket_arn: pulumi.Input[str], account: iam.Account) -> dict[str, Any]:
    """Statement of a bucket policy: S3 may deliver access logs of this account's buckets."""
    return {
        "Sid": "AccessLogs",
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": pulumi.Output.concat(bucket_arn, "/", ACCESS_LOGS, "*"),
        "Condition": {"StringEquals": {"aws:SourceAccount": account.id}},
    }


def read_prefix(bucket_arn: pulumi.Input[str], prefix: str = "") -> list[dict[str, Any]]:
    """What a role needs to read one folder of a bucket, or the whole; with a key of our own, `decrypt` besides."""
    folder = prefix.strip("/")
    below = f"/{folder}/*" if folder else "/*"
    listing = {"StringLike": {"s3:prefix": [folder, f"{folder}/*"]}} if folder else None
    return [
        iam.allow("s3:ListBucket", on=bucket_arn, when=listing),
        iam.allow("s3:GetObject", on=pulumi.Output.concat(bucket_arn, below)),
    ]


def read_write_prefix(bucket_arn: pulumi.Input[str], prefix: str = "") -> list[dict[str, Any]]:
    """What a role needs to read and write one folder of a bucket, or the whole; with a key of our own, `encrypt` besides."""
    reading, objects = read_prefix(bucket_arn, prefix)
    writing = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
    return [reading, {**objects, "Action": [*objects["Action"], *writing]}]
