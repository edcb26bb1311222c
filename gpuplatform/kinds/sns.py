"""Amazon SNS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.kind import Api, Free, Kind, PolicyDocument, PolicyKind, force_new, right
from gpuplatform.kinds.labels import (
    Label,
    fixed,
)
from gpuplatform.kinds.pricing.charge import Entry, shared
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.plan.model import PlannedResource

TOPIC: Final = "aws:sns/topic:Topic"
TOPIC_POLICY: Final = "aws:sns/topicPolicy:TopicPolicy"
TOPIC_SUBSCRIPTION: Final = "aws:sns/topicSubscription:TopicSubscription"

_FREE: Final = Free("configuration of a topic that is priced by the message (aws.amazon.com/sns/pricing)")


def topic(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    key = "fifo-publishes" if resource.inputs.get("fifoTopic") else "publishes"
    yield shared(context, "messages to the topic", "sns", key, "messages", context.count(TOPIC))


KINDS: Final = (
    Kind(
        TOPIC,
        policies={"policy": PolicyDocument(PolicyKind.RESOURCE)},
        label=Label(icon="bell", words=fixed("alert topic"), rank=15),
        price=topic,
        arn="arn:{p}:sns:{r}:{a}:{n}",
        identifier=lambda made: made.arn("sns", made.name),
        unique_name="name",
        immutable=(force_new("sns/topic.go", "name", "namePrefix", "fifoTopic"),),
        rights=(right("sns", "{name}", "CreateTopic", "TagResource"),),
        api=Api(renamed={"name": "sns.topicName"}),
    ),
    Kind(
        TOPIC_POLICY,
        policies={"policy": PolicyDocument(PolicyKind.RESOURCE)},
        price=_FREE,
        rights=(right("sns", "{name}", "SetTopicAttributes"),),
    ),
    Kind(
        TOPIC_SUBSCRIPTION,
        price=_FREE,
        rights=(right("sns", "{name}", "Subscribe"),),
        api=Api(shapes=("sns.SubscribeInput",)),
    ),
)
