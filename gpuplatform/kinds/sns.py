"""Amazon SNS."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Api, Free, Kind, force_new, right

TOPIC: Final = "aws:sns/topic:Topic"
TOPIC_POLICY: Final = "aws:sns/topicPolicy:TopicPolicy"

_FREE: Final = Free("configuration of a topic that is priced by the message (aws.amazon.com/sns/pricing)")

KINDS: Final = (
    Kind(
        TOPIC,
        arn="arn:{p}:sns:{r}:{a}:{n}",
        identifier=lambda made: made.arn("sns", made.name),
        unique_name="name",
        immutable=(force_new("sns/topic.go", "name", "namePrefix", "fifoTopic"),),
        rights=(right("sns", "{name}", "CreateTopic", "TagResource"),),
        api=Api(renamed={"name": "sns.topicName"}),
    ),
    Kind(TOPIC_POLICY, price=_FREE, rights=(right("sns", "{name}", "SetTopicAttributes"),)),
    Kind(
        "aws:sns/topicSubscription:TopicSubscription",
        price=_FREE,
        rights=(right("sns", "{name}", "Subscribe"),),
        api=Api(shapes=("sns.SubscribeInput",)),
    ),
)
