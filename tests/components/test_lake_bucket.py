from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from components import iam
from components.lake_bucket import (
    LakeBucket,
    LakeBucketArgs,
    Lifecycle,
    lifecycle_rule,
    read_prefix,
    read_write_prefix,
)
from components.tags import CostTags
from gpuplatform.plan.model import Plan

Record = Callable[[Callable[[], object]], Plan]

ACCOUNT = iam.Account(id="111122223333", region="us-east-1")
KEY = "arn:aws:kms:us-east-1:111122223333:key/0a1b"
TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="data", contact="ml@example.com")
BUCKET = "arn:aws:s3:::lake-models"


def args(**changed: Any) -> LakeBucketArgs:
    shape: dict[str, Any] = {
        "lifecycle": Lifecycle(versioned=True, old_versions_days=30),
        "account": ACCOUNT,
        "tags": TAGS,
        "key_arn": KEY,
        "access_logs": "lake-logs-0000000",
    }
    return LakeBucketArgs(**(shape | changed))


def statements(plan: Plan) -> dict[str, dict[str, Any]]:
    policy = json.loads(plan.one("aws:s3/bucketPolicy:BucketPolicy").inputs["policy"])
    return {s["Sid"]: s for s in policy["Statement"]}


def encryption(plan: Plan) -> dict[str, Any]:
    kind = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    (rule,) = plan.one(kind).inputs["rules"]
    return rule


def written(*, bucket: Callable[[], list[dict[str, Any]]], record_plan: Record) -> list[dict[str, Any]]:
    """Statements as JSON: what a role's policy would say."""
    said: list[dict[str, Any]] = []
    record_plan(lambda: iam.policy(*bucket()).apply(lambda text: said.extend(json.loads(text)["Statement"])))
    return said


def test_bucket_is_closed_to_the_public_and_belongs_to_the_account(record_plan: Record) -> None:
    plan = record_plan(lambda: LakeBucket("lake-raw", args()))

    block = plan.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs
    switches = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    assert [block[switch] for switch in switches] == [True] * 4
    owner = plan.one("aws:s3/bucketOwnershipControls:BucketOwnershipControls").inputs
    assert owner["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


def test_nobody_gets_in_without_a_modern_tls(record_plan: Record) -> None:
    plan = record_plan(lambda: LakeBucket("lake-raw", args()))

    arn = plan.one("aws:s3/bucket:Bucket").outputs["arn"]
    said = statements(plan)
    assert said.keys() == {"OnlyTls", "OnlyTls12"}
    for statement in said.values():
        assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
        assert statement["Resource"] == [arn, f"{arn}/*"]
    assert said["OnlyTls"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert said["OnlyTls12"]["Condition"] == {"NumericLessThan": {"s3:TlsVersion": "1.2"}}


@pytest.mark.parametrize(
    ("key", "default"),
    [(KEY, {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY}), (None, {"sseAlgorithm": "aws:kms"})],
)
def test_objects_are_encrypted_with_the_lakes_key_or_else_with_aws_s3(
    record_plan: Record, key: str | None, default: dict[str, str]
) -> None:
    plan = record_plan(lambda: LakeBucket("lake-raw", args(key_arn=key)))

    assert encryption(plan)["applyServerSideEncryptionByDefault"] == default
    assert encryption(plan)["bucketKeyEnabled"] is True


def test_receiver_of_access_logs_encrypts_with_s3s_own_key_even_when_given_another(record_plan: Record) -> None:
    plan = record_plan(lambda: LakeBucket("lake-logs", args(access_logs=None)))

    assert encryption(plan)["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}


def test_receiver_of_access_logs_takes_them_from_this_account_and_sends_none(record_plan: Record) -> None:
    plan = record_plan(lambda: LakeBucket("lake-logs", args(access_logs=None)))

    delivery = statements(plan)["AccessLogs"]
    assert delivery["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert delivery["Resource"] == plan.one("aws:s3/bucket:Bucket").outputs["arn"] + "/access/*"
    assert delivery["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}
    assert not plan.all("aws:s3/bucketLogging:BucketLogging")


def test_access_logs_start_when_the_receiver_may_take_them(record_plan: Record) -> None:
    def program() -> None:
        logs = LakeBucket("lake-logs", args(access_logs=None))
        LakeBucket("lake-raw", args(access_logs=logs.ready))

    plan = record_plan(program)

    logging = plan.one("aws:s3/bucketLogging:BucketLogging")
    assert logging.inputs["targetBucket"] == plan.one("aws:s3/bucket:Bucket", "lake-logs-bucket").outputs["bucket"]
    assert logging.inputs["targetPrefix"] == "access/"
    assert plan.one("aws:s3/bucketPolicy:BucketPolicy", "lake-logs-policy").urn in logging.dependencies


@pytest.mark.parametrize("protect", [True, False])
def test_only_the_bucket_is_protected_its_settings_may_change(record_plan: Record, protect: bool) -> None:
    plan = record_plan(lambda: LakeBucket("lake-raw", args(protect=protect)))

    assert [r.name for r in plan.resources if r.protect] == (["lake-raw-bucket"] if protect else [])
    assert plan.one("aws:s3/bucket:Bucket").inputs["forceDestroy"] is False


def test_versions_are_kept_where_asked_and_their_rules_wait_for_it(record_plan: Record) -> None:
    kept = record_plan(lambda: LakeBucket("lake-raw", args()))
    plain = record_plan(
        lambda: LakeBucket("lake-raw", args(lifecycle=Lifecycle(versioned=False, old_versions_days=30)))
    )

    versioning = kept.one("aws:s3/bucketVersioning:BucketVersioning")
    assert versioning.inputs["versioningConfiguration"] == {"status": "Enabled"}
    lifecycle = kept.one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
    assert versioning.urn in lifecycle.dependencies
    assert not plain.all("aws:s3/bucketVersioning:BucketVersioning")


UPLOADS = {"abort_incomplete_multipart_upload": {"days_after_initiation": 7}}


@pytest.mark.parametrize(
    ("lifecycle", "expected"),
    [
        (Lifecycle(versioned=False, old_versions_days=30), UPLOADS),
        (
            Lifecycle(versioned=False, old_versions_days=30, expire_after_days=60),
            UPLOADS | {"expiration": {"days": 60}},
        ),
        (
            Lifecycle(versioned=True, old_versions_days=9, expire_after_days=60),
            UPLOADS | {"expiration": {"days": 60}, "noncurrent_version_expiration": {"noncurrent_days": 9}},
        ),
        (
            Lifecycle(versioned=True, old_versions_days=30, infrequent_after_days=30, archive_after_days=180),
            UPLOADS
            | {
                "transitions": [
                    {"storage_class": "STANDARD_IA", "days": 30},
                    {"storage_class": "GLACIER_IR", "days": 180},
                ],
                "expiration": {"expired_object_delete_marker": True},
                "noncurrent_version_expiration": {"noncurrent_days": 30},
            },
        ),
        (
            Lifecycle(versioned=False, old_versions_days=30, archive_after_days=1),
            UPLOADS | {"transitions": [{"storage_class": "GLACIER_IR", "days": 1}]},
        ),
    ],
)
def test_rule_says_what_was_asked_and_has_no_empty_part(lifecycle: Lifecycle, expected: dict[str, Any]) -> None:
    always = {"id": "age", "status": "Enabled", "filter": {"prefix": ""}}

    assert lifecycle_rule(lifecycle) == always | expected


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ({"infrequent_after_days": 29}, "after 30 days at least"),
        ({"infrequent_after_days": 60, "archive_after_days": 80}, "use 90 or more"),
        ({"infrequent_after_days": 30, "expire_after_days": 30}, "use 31 or more"),
        ({"archive_after_days": 90, "expire_after_days": 60}, "use 91 or more"),
    ],
)
def test_ages_that_s3_refuses_or_charges_twice_are_refused(days: dict[str, int], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Lifecycle(versioned=True, old_versions_days=30, **days)


def test_reader_of_a_folder_lists_and_gets_in_it_only(record_plan: Record) -> None:
    listing, objects = written(bucket=lambda: read_prefix(BUCKET, "llama-70b/"), record_plan=record_plan)

    assert listing == {
        "Effect": "Allow",
        "Action": ["s3:ListBucket"],
        "Resource": BUCKET,
        "Condition": {"StringLike": {"s3:prefix": ["llama-70b", "llama-70b/*"]}},
    }
    assert objects == {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": f"{BUCKET}/llama-70b/*"}


def test_reader_of_a_bucket_lists_and_gets_all_of_it(record_plan: Record) -> None:
    listing, objects = written(bucket=lambda: read_prefix(BUCKET), record_plan=record_plan)

    assert "Condition" not in listing
    assert objects["Resource"] == f"{BUCKET}/*"


def test_writer_puts_deletes_and_finishes_uploads_where_it_reads(record_plan: Record) -> None:
    listing, objects = written(bucket=lambda: read_write_prefix(BUCKET, "team-a"), record_plan=record_plan)

    assert listing["Action"] == ["s3:ListBucket"]
    assert objects["Resource"] == f"{BUCKET}/team-a/*"
    assert set(objects["Action"]) == {
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:AbortMultipartUpload",
        "s3:ListMultipartUploadParts",
    }
