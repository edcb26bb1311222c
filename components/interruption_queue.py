"""Where EC2 says that it will take a node away: an encrypted queue, and the events that Karpenter reads from it.

Karpenter's documented template (1.14) allows EventBridge and SQS to send from anywhere; here only our own rules may.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components import iam
from components.tags import CostTags

# Source: karpenter.sh, v1.14, getting-started-with-karpenter/cloudformation.yaml, read 2026-11.
EVENTS = {
    "spot-interruption": ("aws.ec2", "EC2 Spot Instance Interruption Warning"),
    "rebalance": ("aws.ec2", "EC2 Instance Rebalance Recommendation"),
    "state-change": ("aws.ec2", "EC2 Instance State-change Notification"),
    "health": ("aws.health", "AWS Health Event"),
    "reservation-interruption": ("aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning"),
}
"""Rule → source and detail type of its events."""

RETENTION_SECONDS = 300
"""A warning older than this is about a node that is gone: spot gives two minutes."""


@dataclass(frozen=True, kw_only=True)
class InterruptionQueueArgs:
    tags: CostTags


class InterruptionQueue(pulumi.ComponentResource):
    name: pulumi.Output[str]
    """What Karpenter is told."""
    arn: pulumi.Output[str]
    """What its rights are on."""

    def __init__(self, name: str, args: InterruptionQueueArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:InterruptionQueue", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)

        queue = aws.sqs.Queue(
            f"{name}-queue",
            message_retention_seconds=RETENTION_SECONDS,
            sqs_managed_sse_enabled=True,
            tags=args.tags.aws(Name=name),
            opts=child,
        )
        rules: list[aws.cloudwatch.EventRule] = []
        for role, (source, detail) in EVENTS.items():
            rule = aws.cloudwatch.EventRule(
                f"{name}-{role}",
                description=f"{detail}: told to Karpenter",
                event_pattern=json.dumps({"source": [source], "detail-type": [detail]}),
                tags=args.tags.aws(Name=f"{name}-{role}"),
                opts=child,
            )
            aws.cloudwatch.EventTarget(f"{name}-{role}-target", rule=rule.name, arn=queue.arn, opts=child)
            rules.append(rule)
        aws.sqs.QueuePolicy(
            f"{name}-policy",
            queue_url=queue.url,
            policy=iam.policy(*statements(queue.arn, [rule.arn for rule in rules])),
            opts=child,
        )

        self.name = queue.name
        self.arn = queue.arn
        self.register_outputs({"name": self.name, "arn": self.arn})


def statements(queue_arn: pulumi.Input[str], rule_arns: list[pulumi.Output[str]]) -> list[iam.Statement]:
    """Our rules may send; nobody may do anything without TLS."""
    return [
        {
            "Sid": "EventsOfOurRules",
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue_arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": rule_arns}},
        },
        {
            "Sid": "OnlyEncrypted",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": queue_arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]
