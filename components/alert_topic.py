"""Where alerts go: one topic for budgets, cost anomalies and alarms, and the people who read them.

What people get wrong: a topic encrypted with AWS's own key `alias/aws/sns` takes no message from these services, and says nothing.
It needs a customer key that lets them use it, 1 $ a month; without one the topic is not encrypted at rest. Alerts name resources
and amounts, never data, so a key is worth its price where the environment protects its data, and optional elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.iam import Account, policy
from components.tags import CostTags

PUBLISHERS = ("budgets.amazonaws.com", "cloudwatch.amazonaws.com", "costalerts.amazonaws.com")
"""Services that publish on their own; a customer key must let them use it."""


@dataclass(frozen=True, kw_only=True)
class AlertTopicArgs:
    account: Account
    tags: CostTags
    emails: Sequence[str]
    """Each gets a message with a link, and nothing more until the link is followed."""
    kms_key_arn: pulumi.Input[str] | None = None

    def __post_init__(self) -> None:
        if not self.emails:
            raise ValueError("emails: none; an alert that nobody reads is no alert, name at least one")
        if len(set(self.emails)) < len(self.emails):
            raise ValueError(f"emails: {', '.join(self.emails)}; name each address once")


class AlertTopic(pulumi.ComponentResource):
    arn: pulumi.Output[str]
    """The topic's ARN, known only once its policy lets the services publish: budgets are refused a topic that they cannot reach."""

    def __init__(self, name: str, args: AlertTopicArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:AlertTopic", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)

        topic = aws.sns.Topic(
            f"{name}-topic", kms_master_key_id=args.kms_key_arn, tags=args.tags.aws(Name=name), opts=child
        )
        opened = aws.sns.TopicPolicy(
            f"{name}-policy",
            arn=topic.arn,
            policy=policy(*(may_publish(service, topic.arn, args.account) for service in PUBLISHERS), tls(topic.arn)),
            opts=child,
        )
        for email in args.emails:
            aws.sns.TopicSubscription(
                f"{name}-{re.sub('[^a-z0-9]+', '-', email.lower())}",
                topic=topic.arn,
                protocol="email",
                endpoint=email,
                opts=child,
            )
        self.arn = pulumi.Output.all(topic.arn, opened.id).apply(lambda known: known[0])
        self.register_outputs({"arn": self.arn})


def may_publish(service: str, topic_arn: pulumi.Input[str], account: Account) -> dict[str, Any]:
    return {
        "Sid": f"From{service.split('.')[0].title()}",
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sns:Publish",
        "Resource": topic_arn,
        "Condition": {"StringEquals": {"aws:SourceAccount": account.id}},
    }


def tls(topic_arn: pulumi.Input[str]) -> dict[str, Any]:
    return {
        "Sid": "OnlyOverTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sns:Publish",
        "Resource": topic_arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
