"""Who uses a key of the plan in a name that no IAM policy of ours reaches: AWS's services and their service-linked roles.

Sources: Amazon EC2 Auto Scaling user guide, "Required KMS key policy for use with encrypted volumes"; FSx for Lustre user guide, "Using
data repositories with encrypted Amazon S3 buckets"; CloudWatch user guide, "Amazon SNS topic encryption"; EventBridge user guide, "Amazon
SQS permissions"; SNS developer guide, "Enable compatibility between event sources from AWS services and encrypted topics"; CloudWatch
Logs user guide, "Encrypt log data using AWS KMS"; read 2026-11 and 2026-12.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gpuplatform.kinds import cloudwatch, eventbridge, fsx, kms, s3, sns, sqs
from gpuplatform.kinds.cluster import node_properties
from gpuplatform.kinds.tokens import LAUNCH_TEMPLATE, LOG_GROUP, NODE_GROUP, SCALING_GROUP
from gpuplatform.plan.model import Json, Plan, PlannedResource, once
from gpuplatform.plan.references import linked
from gpuplatform.plan.values import as_list, get_path, strings

USE: Final = ("kms:Decrypt", "kms:GenerateDataKey")
AUTO_SCALING: Final = "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
FSX: Final = "s3.data-source.lustre.fsx.amazonaws.com/AWSServiceRoleForFSxS3Access_"


@dataclass(frozen=True, kw_only=True)
class KeyUse:
    """One use of one key by AWS itself."""

    key: PlannedResource | None
    """None where it is AWS's own key of the service, whose policy nobody can change."""
    by: PlannedResource
    """What is encrypted, or sends to it."""
    service: str
    """Service principal; empty where it is a service-linked role."""
    role: str
    """Service-linked role, after `aws-service-role/`."""
    actions: tuple[str, ...]
    consequence: str


@once
def key_uses(plan: Plan) -> tuple[KeyUse, ...]:
    return (*_of_nodes(plan), *_of_file_systems(plan), *_of_messages(plan), *_of_logs(plan))


def keys_of(plan: Plan, resource: PlannedResource, path: str, value: Json) -> list[PlannedResource]:
    """Keys of the plan that a value names, by ARN, ID or alias."""
    named = {*strings(value)}
    aliased = {
        key.urn for alias in plan.all(kms.ALIAS) for key in linked(plan, alias, "targetKeyId", kms.KEY)
        if named & {*strings([alias.outputs.get("arn"), alias.outputs.get("name")])}
    }  # fmt: skip
    found = [
        key
        for key in plan.all(kms.KEY)
        if key.urn in aliased or named & {*strings([key.outputs.get(k) for k in ("arn", "keyId", "id")])}
    ]
    return found or (linked(plan, resource, path, kms.KEY) if named else [])


def _of_nodes(plan: Plan) -> Iterator[KeyUse]:
    """Auto Scaling starts the nodes of node groups and of its own groups."""
    starters = (*plan.all(NODE_GROUP), *plan.all(SCALING_GROUP))
    templates = {t.urn: t for s in starters if (t := node_properties.template(plan, s))}
    for template in (t for t in plan.all(LAUNCH_TEMPLATE) if t.urn in templates):
        encrypted = [get_path(m, "ebs", "kmsKeyId") for m in as_list(template.inputs.get("blockDeviceMappings"))]
        for key in keys_of(plan, template, "blockDeviceMappings", encrypted):
            yield KeyUse(
                key=key,
                by=template,
                service="",
                role=AUTO_SCALING,
                actions=("kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext", "kms:CreateGrant"),
                consequence="no node starts",
            )


def _of_file_systems(plan: Plan) -> Iterator[KeyUse]:
    """FSx reads and writes the buckets that a file system is linked to."""
    for link in plan.all(fsx.DATA_REPOSITORY_ASSOCIATION):
        path = str(link.inputs.get("dataRepositoryPath") or "")
        urns = link.property_dependencies.get("dataRepositoryPath", ())
        for one in plan.all(s3.BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION):
            bucket = str(one.inputs.get("bucket") or "")
            same = bool(bucket) and path.removeprefix("s3://").partition("/")[0] == bucket
            if not same and not {*urns} & {*one.property_dependencies.get("bucket", ())}:
                continue
            for key in keys_of(plan, one, "rules", one.inputs.get("rules")):
                yield KeyUse(
                    key=key,
                    by=link,
                    service="",
                    role=FSX,
                    actions=USE,
                    consequence="the file system cannot reach its bucket",
                )


def _of_messages(plan: Plan) -> Iterator[KeyUse]:
    """Services that send to topics and queues need the key of those."""
    for target in (*plan.all(sns.TOPIC), *plan.all(sqs.QUEUE)):
        written = target.inputs.get("kmsMasterKeyId")
        if not isinstance(written, str) or not written:
            continue
        keys = keys_of(plan, target, "kmsMasterKeyId", written)
        owned = written.rpartition("/")[2] in ("sns", "sqs") and "alias/aws/" in written
        for sender, service in senders(plan, target):
            for key in keys or ([None] if owned else []):
                yield KeyUse(
                    key=key,
                    by=target,
                    service=service,
                    role="",
                    actions=USE,
                    consequence=f"what {sender.name} sends never arrives",
                )


def senders(plan: Plan, target: PlannedResource) -> Iterator[tuple[PlannedResource, str]]:
    """What of the plan has AWS send to a topic or queue, and the service that does."""
    arn = target.outputs.get("arn")

    def means(resource: PlannedResource, path: str) -> bool:
        named = isinstance(arn, str) and arn in strings(resource.inputs.get(path))
        return named or target.urn in resource.property_dependencies.get(path, ())

    for alarm in plan.all(cloudwatch.METRIC_ALARM):
        if any(means(alarm, path) for path in ("alarmActions", "okActions", "insufficientDataActions")):
            yield alarm, "cloudwatch.amazonaws.com"
    for rule in plan.all(eventbridge.EVENT_TARGET):
        if means(rule, "arn"):
            yield rule, "events.amazonaws.com"
    for one in plan.all(s3.BUCKET_NOTIFICATION):
        if means(one, "queues") or means(one, "topics"):
            yield one, "s3.amazonaws.com"
    for one in plan.all(sns.TOPIC_SUBSCRIPTION):
        if target.type == sqs.QUEUE and means(one, "endpoint"):
            yield one, "sns.amazonaws.com"


def _of_logs(plan: Plan) -> Iterator[KeyUse]:
    for group in plan.all(LOG_GROUP):
        for key in keys_of(plan, group, "kmsKeyId", group.inputs.get("kmsKeyId")):
            yield KeyUse(
                key=key,
                by=group,
                service="logs.",
                role="",
                actions=USE,
                consequence="CloudWatch Logs refuses the group",
            )
