"""Which IAM actions exist."""

from __future__ import annotations

import pytest

from gpuplatform.catalog.actions import wrong


@pytest.mark.parametrize(
    "action",
    [
        *("s3:GetObject", "S3:getobject", "s3:ListBucket", "iam:PassRole", "sts:TagSession", "eks:DescribeCluster"),
        *("sagemaker:InvokeEndpoint", "kms:ReEncrypt*", "ec2:*", "ec2:Describe*", "s3:Get?bject", "*"),
    ],
)
def test_an_action_that_exists_is_not_wrong(action: str):
    assert wrong(action) == ""


@pytest.mark.parametrize(
    ("action", "why"),
    [
        ("s3:GetObjet", "does not exist; did you mean s3:GetObject?"),
        ("s3:ListObjectsEverywhere*", "does not exist"),
        ("s33:GetObject", "is of no service in the catalogue; did you mean s3?"),
        ("GetObject", "is no service:Action"),
    ],
)
def test_an_action_that_does_not_exist_is_told_with_its_neighbour(action: str, why: str):
    assert wrong(action).startswith(why)
