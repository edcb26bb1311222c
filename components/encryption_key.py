"""A KMS key of our own, its alias, and who may use it. 1 $ a month.

The account's IAM policies decide, as KMS recommends. Two kinds of users cannot get their right from IAM and are named in
the key's policy: a service that acts in its own name (CloudWatch Logs), and AWS's service-linked roles, whose policies
nobody can edit (FSx on an encrypted bucket, Auto Scaling on an encrypted volume).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
    services: Sequence[str] = ()
    """Services that use the key in their own name: `logs.us-east-1.amazonaws.com`, `cloudwatch.amazonaws.com`."""
    service_linked: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    """Service-linked roles, by the service through which they use the key: `s3` → `s3.data-source…/AWSServiceRole…_*`.
    They need not exist yet, which a role named as principal would have to."""
    protect: bool = True
    """Refuse to destroy it: what it encrypts is lost with it."""

    def __post_init__(self) -> None:
        for service in self.services:
            if not service.endswith(".amazonaws.com"):
                raise ValueError(
                    f"services: {service!r} is no service principal; write it as logs.{self.account.region}.amazonaws.com"
                )
        for service, roles in self.service_linked.items():
            for role in roles:
                if "." in service or "/" not in role:
                    raise ValueError(
                        f"service_linked: {service!r}: {role!r}; write the service's short name and the role after "
                        "aws-service-role/, as in ec2: autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
                    )


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
            policy=iam.policy(*key_policy(args.account, services=args.services, service_linked=args.service_linked)),
            tags=args.tags.aws(Name=name),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        aws.kms.Alias(
            f"{name}-alias",
            # A prefix, not a name: environments may share an account.
            name_prefix=f"alias/{args.tags.project}-{args.tags.environment}-{name}-",
            target_key_id=key.id,
            opts=pulumi.ResourceOptions(parent=self),
        )

        self.arn = key.arn
        self.id = key.key_id
        self.register_outputs({"arn": self.arn, "id": self.id})


def key_policy(
    account: iam.Account, *, services: Sequence[str] = (), service_linked: Mapping[str, Sequence[str]] | None = None
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
        *(_service(service, account) for service in services),
        *(
            statement
            for service, roles in (service_linked or {}).items()
            for statement in _service_linked(service, roles, account)
        ),
    ]


def _service(service: str, account: iam.Account) -> dict[str, Any]:
    short = service.split(".", 1)[0]
    # CloudWatch Logs names the group in the encryption context instead of the caller's account.
    condition: dict[str, Any] = (
        {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": account.arn("logs", "log-group:*")}}
        if short == "logs"
        else {"StringEquals": {"aws:SourceAccount": account.id}}
    )
    return {
        "Sid": f"Service{_title(short)}",
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": list(USE),
        "Resource": "*",
        "Condition": condition,
    }


def _service_linked(service: str, roles: Sequence[str], account: iam.Account) -> list[dict[str, Any]]:
    callers = [account.arn("iam", f"role/aws-service-role/{role}", regional=False) for role in roles]
    caller = {"ArnLike": {"aws:PrincipalArn": callers}}
    if service == "ec2":
        # As Auto Scaling documents it (user guide, key-policy-requirements-EBS-encryption, read 2026-11-22): not by way of
        # a service, and with a grant by which EC2 keeps the volume readable.
        own = {"StringEquals": {"kms:CallerAccount": account.id}, **caller}
        return [
            _closed("ThroughEc2", USE, own),
            _closed("GrantThroughEc2", ("kms:CreateGrant",), {**own, "Bool": {"kms:GrantIsForAWSResource": "true"}}),
        ]
    via = {"kms:CallerAccount": account.id, "kms:ViaService": f"{service}.{account.region}.amazonaws.com"}
    return [_closed(f"Through{_title(service)}", USE, {"StringEquals": via, **caller})]


def _closed(sid: str, actions: Sequence[str], condition: dict[str, Any]) -> dict[str, Any]:
    """Open to everybody but for its condition: KMS refuses to name a role that does not exist yet."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": list(actions),
        "Resource": "*",
        "Condition": condition,
    }


def _title(service: str) -> str:
    """A statement's identifier has letters and digits only."""
    return service.title().replace("-", "")


def decrypt(key_arn: pulumi.Input[str]) -> dict[str, Any]:
    """What a role needs to read what the key encrypts."""
    return iam.allow("kms:Decrypt", "kms:DescribeKey", on=key_arn)


def attach(key_arn: pulumi.Input[str], account: iam.Account) -> list[iam.Statement]:
    """What a role needs to start instances with volumes that the key encrypts (EBS user guide, "Permissions for IAM users",
    read 2026-11-22), and nothing besides: only EC2 may ask in its name."""
    via = {"StringEquals": {"kms:ViaService": f"ec2.{account.region}.amazonaws.com"}}
    use = (
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
    )
    return [
        iam.allow(*use, on=key_arn, when=via, sid="EncryptVolumes"),
        iam.allow(
            "kms:CreateGrant",
            on=key_arn,
            when={**via, "Bool": {"kms:GrantIsForAWSResource": "true"}},
            sid="GrantVolumes",
        ),
    ]


def encrypt(key_arn: pulumi.Input[str]) -> dict[str, Any]:
    """What a role needs to write; S3 decrypts as well, when it completes a multipart upload."""
    return iam.allow("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*", on=key_arn)
