"""A dead man's switch: somebody sends a sign of life to a topic that nobody reads, and an alarm rings when none has come.

What counts the signs is SNS itself, outside whatever may die. It costs one alarm, 0.10 $ a month: SNS takes a million messages for 0.50 $.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.alert_topic import tls
from components.iam import policy
from components.tags import CostTags

SILENT_MINUTES = 15
"""SNS counts by five minutes: three of them without a message."""


@dataclass(frozen=True, kw_only=True)
class HeartbeatArgs:
    tags: CostTags
    alert_topic_arn: pulumi.Input[str]
    """Who is told."""
    kms_key_arn: pulumi.Input[str] | None
    description: str
    """What it means that nothing came, with its runbook."""


class Heartbeat(pulumi.ComponentResource):
    arn: pulumi.Output[str]
    """The topic to send signs of life to."""

    def __init__(self, name: str, args: HeartbeatArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:Heartbeat", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        tags = args.tags.aws(Name=name)

        topic = aws.sns.Topic(f"{name}-topic", kms_master_key_id=args.kms_key_arn, tags=tags, opts=child)
        aws.sns.TopicPolicy(f"{name}-policy", arn=topic.arn, policy=policy(tls(topic.arn)), opts=child)
        aws.cloudwatch.MetricAlarm(
            f"{name}-silent",
            namespace="AWS/SNS",
            metric_name="NumberOfMessagesPublished",
            dimensions={"TopicName": topic.name},
            statistic="Sum",
            period=300,
            evaluation_periods=SILENT_MINUTES // 5,
            threshold=1,
            comparison_operator="LessThanThreshold",
            # Silence is what it is about; after some hours without a message SNS sends no count at all.
            treat_missing_data="breaching",
            alarm_description=args.description,
            alarm_actions=[args.alert_topic_arn],
            ok_actions=[args.alert_topic_arn],
            tags=tags,
            opts=child,
        )
        self.arn = topic.arn
        self.register_outputs({"arn": self.arn})
