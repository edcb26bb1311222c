from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from components.encryption_key import EncryptionKey, EncryptionKeyArgs, attach, decrypt, encrypt, key_policy
from components.iam import Account
from components.tags import CostTags
from gpuplatform.plan.model import Plan

Record = Callable[[Callable[[], object]], Plan]

ACCOUNT = Account(id="111122223333", region="us-east-1")
TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="data", contact="ml@example.com")
SCALING = "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
SPOT = "spot.amazonaws.com/AWSServiceRoleForEC2Spot"


def args(**changed: Any) -> EncryptionKeyArgs:
    shape: dict[str, Any] = {"description": "Test", "account": ACCOUNT, "tags": TAGS}
    return EncryptionKeyArgs(**(shape | changed))


def test_key_rotates_is_protected_and_can_be_taken_back_for_a_month(record_plan: Record) -> None:
    plan = record_plan(lambda: EncryptionKey("lake-key", args()))

    key = plan.one("aws:kms/key:Key")
    assert key.inputs["enableKeyRotation"] is True
    assert key.inputs["deletionWindowInDays"] == 30
    assert key.protect
    assert key.inputs["tags"]["component"] == "data"


def test_key_of_an_environment_that_comes_and_goes_is_not_protected(record_plan: Record) -> None:
    plan = record_plan(lambda: EncryptionKey("lake-key", args(protect=False)))

    assert not plan.one("aws:kms/key:Key").protect


def test_alias_names_the_environment_and_collides_with_none(record_plan: Record) -> None:
    plan = record_plan(lambda: EncryptionKey("lake-key", args()))

    alias = plan.one("aws:kms/alias:Alias").inputs
    assert alias["namePrefix"] == "alias/gpuplatform-test-lake-key-"
    assert "name" not in alias
    assert alias["targetKeyId"] == plan.one("aws:kms/key:Key").outputs["keyId"]


def test_the_account_decides_by_iam_unless_others_are_named(record_plan: Record) -> None:
    plan = record_plan(lambda: EncryptionKey("lake-key", args()))

    (statement,) = json.loads(plan.one("aws:kms/key:Key").inputs["policy"])["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::111122223333:root"}


def test_every_wildcard_principal_is_closed_by_account_service_and_role() -> None:
    statements = key_policy(ACCOUNT, service_linked={"ec2": [SCALING, SPOT], "s3": ["s3.example/AWSServiceRoleForX_*"]})

    ec2, grant, s3 = (s for s in statements if s["Principal"] == {"AWS": "*"})
    by_auto_scaling = {
        "StringEquals": {"kms:CallerAccount": "111122223333"},
        "ArnLike": {
            "aws:PrincipalArn": [f"arn:aws:iam::111122223333:role/aws-service-role/{role}" for role in (SCALING, SPOT)]
        },
    }
    assert ec2["Condition"] == by_auto_scaling
    assert grant["Condition"] == {**by_auto_scaling, "Bool": {"kms:GrantIsForAWSResource": "true"}}
    assert grant["Action"] == ["kms:CreateGrant"]
    assert s3["Condition"] == {
        "StringEquals": {"kms:CallerAccount": "111122223333", "kms:ViaService": "s3.us-east-1.amazonaws.com"},
        "ArnLike": {
            "aws:PrincipalArn": ["arn:aws:iam::111122223333:role/aws-service-role/s3.example/AWSServiceRoleForX_*"]
        },
    }
    assert not any("kms:CreateGrant" in s["Action"] for s in (ec2, s3))


@pytest.mark.parametrize(
    ("service", "condition"),
    [
        (
            "logs.us-east-1.amazonaws.com",
            {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-1:111122223333:log-group:*"}},
        ),
        ("cloudwatch.amazonaws.com", {"StringEquals": {"aws:SourceAccount": "111122223333"}}),
    ],
)
def test_services_use_the_key_for_this_account_only(service: str, condition: dict[str, Any]) -> None:
    statement = key_policy(ACCOUNT, services=[service])[1]

    assert statement["Principal"] == {"Service": service}
    assert statement["Condition"] == condition


def test_whoever_starts_instances_may_use_and_grant_the_key_by_way_of_ec2_alone() -> None:
    statements = attach("arn:key", ACCOUNT)

    assert {action for s in statements for action in s["Action"]} == {
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
    }
    assert all(s["Condition"]["StringEquals"] == {"kms:ViaService": "ec2.us-east-1.amazonaws.com"} for s in statements)
    (grant,) = (s for s in statements if "kms:CreateGrant" in s["Action"])
    assert grant["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}


def test_writers_may_also_decrypt_and_readers_may_not_encrypt() -> None:
    assert encrypt("arn:key")["Action"] == ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"]
    assert decrypt("arn:key")["Action"] == ["kms:Decrypt", "kms:DescribeKey"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"services": ["logs"]}, "'logs' is no service principal; write it as logs.us-east-1.amazonaws.com"),
        ({"service_linked": {"s3.us-east-1": ["a/b"]}}, "write the service's short name"),
        ({"service_linked": {"ec2": [SCALING, "AWSServiceRoleForAutoScaling"]}}, "the role after aws-service-role/"),
    ],
)
def test_users_that_kms_would_not_know_are_refused(changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        args(**changed)
