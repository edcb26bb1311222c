"""A KMS key of our own, its alias, and who may use it. 1 $ a month.

The account's IAM policies decide first, as KMS recommends. Two kinds of users cannot get their right from IAM, and are
named here: a service that acts on its own (CloudWatch Logs), and AWS's service-linked roles, whose policies nobody can
edit (FSx on an encrypted bucket, Auto Scaling on an encrypted volume): for these the key may be used *through* a
service by whoever in the account may use that service, the rule of AWS's own keys such as aws/s3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components import iam
from components.tags import CostTags

USE = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyArgs:
    description: str
    account: iam.Account
    tags: CostTags
    through: Sequence[str] = ()
    """Services through which the account's principals may use the key, as `kms:ViaService` spells them: `s3`, `ec2`."""
    services: Sequence[str] = ()
    """Service principals that use the key on their own: `logs.us-east-1.amazonaws.com`, `cloudwatch.amazonaws.com`."""
    protect: bool = True
    """Refuse to destroy it: what it encrypts is lost with it."""

    def __post_init__(self) -> None:
        for service in self.services:
            if not service.endswith(".amazonaws.com"):
                raise ValueError(
                    f"services: {service!r} is no service principal; write it as logs.us-east-1.amazonaws.com"
                )
        for service in self.through:
            if "." in service:
                raise ValueError(f"through: {service!r} has a dot; write the service alone, as in s3")


class EncryptionKey(pulumi.ComponentResource):
    arn: pulumi.Output[str]
    """What encrypted resources and policies name."""
    id: pulumi.Output[str]
    """The key's own identifier, a UUID."""

    def __init__(self, name: str, args: EncryptionKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:EncryptionKey", name, {}, opts)

        key = aws.kms.Key(
            f"{name}-key",
            description=args.description,
            enable_key_rotation=True,
            # The longest that KMS offers to take a deletion back.
            deletion_window_in_days=30,
            policy=iam.policy(*key_policy(args.account, through=args.through, services=args.services)),
            tags=args.tags.aws(Name=name),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        aws.kms.Alias(
            f"{name}-alias",
            # A prefix, not a name: two environments may share an account.
            name_prefix=f"alias/{args.tags.project}-{args.tags.environment}-{name}-",
            target_key_id=key.id,
            opts=pulumi.ResourceOptions(parent=self),
        )

        self.arn = key.arn
        self.id = key.key_id
        self.register_outputs({"arn": self.arn, "id": self.id})


def key_policy(
    account: iam.Account, *, through: Sequence[str] = (), services: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """The statements of a key policy. In one, `Resource: *` means this key."""
    return [
        {
            "Sid": "AccountDecidesByIam",
            "Effect": "Allow",
            "Principal": {"AWS": account.arn("iam", "root", regional=False)},
            "Action": "kms:*",
            "Resource": "*",
        },
        *(_through(service, account) for service in through),
        *(_service(service, account) for service in services),
    ]


def _through(service: str, account: iam.Account) -> dict[str, Any]:
    return {
        "Sid": f"Through{service.title().replace('-', '')}",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [*USE, "kms:CreateGrant"] if service == "ec2" else list(USE),
        "Resource": "*",
        "Condition": {
            "StringEquals": {
                "kms:CallerAccount": account.id,
                "kms:ViaService": f"{service}.{account.region}.amazonaws.com",
            }
        },
    }


def _service(service: str, account: iam.Account) -> dict[str, Any]:
    short = service.split(".", 1)[0]
    # CloudWatch Logs names the group in the encryption context instead of the caller's account.
    condition: dict[str, Any] = (
        {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": account.arn("logs", "log-group:*")}}
        if short == "logs"
        else {"StringEquals": {"aws:SourceAccount": account.id}}
    )
    return {
        "Sid": f"Service{short.title().replace('-', '')}",
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": list(USE),
        "Resource": "*",
        "Condition": condition,
    }


def decrypt(key_arn: pulumi.Input[str]) -> dict[str, Any]:
    """What a role needs to read what the key encrypts."""
    return iam.allow("kms:Decrypt", "kms:DescribeKey", on=key_arn)


def encrypt(key_arn: pulumi.Input[str]) -> dict[str, Any]:
    """What a role needs to write; S3 decrypts as well, when it completes a multipart upload."""
    return iam.allow("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*", on=key_arn)
