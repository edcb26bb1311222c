"""What SageMaker may do for one endpoint: read its weights and image, write its logs and results, and nothing else.

CreateModel checks at once that the role reaches the weights, so the ARN handed on is the role's *with* its policy attached.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.iam import Account, allow, policy, trusted_by
from components.model_endpoint.variant import Artifact, Mode, Placement, Results, Variant
from components.tags import CostTags


@dataclass(frozen=True, kw_only=True)
class EndpointRoleArgs:
    account: Account
    tags: CostTags
    variant: Variant
    artifact: Artifact
    results: Results
    placement: Placement | None
    log_group_arn: pulumi.Input[str]
    alert_topic_arn: pulumi.Input[str] | None = None
    """Told of failed asynchronous requests."""


class EndpointRole(pulumi.ComponentResource):
    arn: pulumi.Output[str]
    """The role's ARN, known only once its policy is attached."""

    def __init__(self, name: str, args: EndpointRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:EndpointRole", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)

        role = aws.iam.Role(
            f"{name}-execution",
            assume_role_policy=trusted_by("sagemaker.amazonaws.com", account=args.account),
            tags=args.tags.aws(Name=name),
            opts=child,
        )
        attached = aws.iam.RolePolicy(f"{name}-policy", role=role.id, policy=policy(*statements(args)), opts=child)
        self.arn = pulumi.Output.all(role.arn, attached.id).apply(lambda known: known[0])
        self.register_outputs({"arn": self.arn})


def statements(args: EndpointRoleArgs) -> list[dict[str, Any]]:
    """The execution role's policy; actions of SageMaker's guide, "CreateModel API: execution role permissions" (read 2026-11)."""
    needed = [
        *_weights(args.artifact),
        *_image(args.artifact, args.account.partition),
        *_logs(args.log_group_arn),
        *_results(args.variant.mode, args.results),
    ]
    if args.placement is not None:
        needed += _interfaces(args.account, args.placement)
    if args.artifact.kms_key_arn is not None and args.variant.takes_volume_key:
        needed.append(
            allow(
                "kms:CreateGrant",
                on=args.artifact.kms_key_arn,
                when={"Bool": {"kms:GrantIsForAWSResource": "true"}},
                sid="EncryptVolume",
            )
        )
    if args.alert_topic_arn is not None and args.variant.mode is Mode.ASYNC:
        needed += _failures(args.account, args.alert_topic_arn)
    return needed


def _weights(artifact: Artifact) -> list[dict[str, Any]]:
    objects = artifact.key if artifact.archive else f"{artifact.key}*"
    found = [
        allow("s3:GetObject", on=pulumi.Output.concat(artifact.bucket_arn, "/", objects), sid="ReadWeights"),
        allow(
            "s3:ListBucket", on=artifact.bucket_arn, when={"StringLike": {"s3:prefix": [objects]}}, sid="ListWeights"
        ),
    ]
    if artifact.kms_key_arn is not None:
        found.append(allow("kms:Decrypt", on=artifact.kms_key_arn, sid="DecryptWeights"))
    return found


def _image(artifact: Artifact, partition: str) -> list[dict[str, Any]]:
    return [
        # Service authorization reference: the token is of the whole registry, no resource can be named.
        allow("ecr:GetAuthorizationToken", on="*", sid="LogInToRegistry"),
        allow(
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer",
            on=artifact.repository_arn(partition),
            sid="PullImage",
        ),
    ]


def _logs(group_arn: pulumi.Input[str]) -> list[dict[str, Any]]:
    return [
        allow(
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:DescribeLogStreams",
            "logs:PutLogEvents",
            on=[group_arn, pulumi.Output.concat(group_arn, ":*")],
            sid="WriteLogs",
        ),
        allow(
            "cloudwatch:PutMetricData",
            on="*",
            when={"StringLike": {"cloudwatch:namespace": ["AWS/SageMaker", "/aws/sagemaker/*"]}},
            sid="WriteMetrics",
        ),
    ]


def _results(mode: Mode, results: Results) -> list[dict[str, Any]]:
    if mode is Mode.SERVERLESS:
        return []
    objects = pulumi.Output.concat(results.bucket_arn, "/", results.prefix, "*")
    found = [allow("s3:PutObject", "s3:AbortMultipartUpload", on=objects, sid="WriteResults")]
    if mode is Mode.ASYNC:
        requests = pulumi.Output.concat(results.bucket_arn, "/", results.prefix, "requests/*")
        found.append(allow("s3:GetObject", on=requests, sid="ReadRequests"))
    return found


def _failures(account: Account, topic_arn: pulumi.Input[str]) -> list[dict[str, Any]]:
    through_topic = {
        "kms:ViaService": f"sns.{account.region}.amazonaws.com",
        # SNS names the topic in the encryption context (SNS guide, "Key management"): whatever its key, only for this topic.
        "kms:EncryptionContext:aws:sns:topicArn": topic_arn,
    }
    return [
        allow("sns:Publish", on=topic_arn, sid="TellOfFailures"),
        allow(
            "kms:GenerateDataKey",
            "kms:Decrypt",
            on=account.arn("kms", "key/*"),
            when={"StringEquals": through_topic},
            sid="TellThroughEncryptedTopic",
        ),
    ]


def _interfaces(account: Account, placement: Placement) -> list[dict[str, Any]]:
    """SageMaker's guide, "Give SageMaker hosted endpoints access to resources in your VPC"."""

    def arns(kind: str, ids: Sequence[pulumi.Input[str]]) -> list[pulumi.Output[str]]:
        return [pulumi.Output.concat(account.arn("ec2", f"{kind}/"), i) for i in ids]

    anywhere = account.arn("ec2", "network-interface/*")
    subnets = arns("subnet", placement.subnet_ids)
    groups = arns("security-group", placement.security_group_ids)
    return [
        allow("ec2:CreateNetworkInterface", on=[anywhere, *subnets, *groups], sid="AttachToSubnets"),
        allow(
            "ec2:CreateNetworkInterfacePermission",
            "ec2:DeleteNetworkInterface",
            "ec2:DeleteNetworkInterfacePermission",
            on=anywhere,
            sid="DetachFromSubnets",
        ),
        # EC2's describe actions take no resource (service authorization reference, read 2026-11).
        allow(
            "ec2:DescribeDhcpOptions",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
            on="*",
            sid="LookAround",
        ),
    ]
