"""Amazon SQS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.kind import Api, Created, Free, Kind, PolicyDocument, PolicyKind, force_new, right
from gpuplatform.kinds.labels import (
    Label,
    fixed,
)
from gpuplatform.kinds.pricing.charge import Entry, shared
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.plan.model import PlannedResource

QUEUE: Final = "aws:sqs/queue:Queue"
QUEUE_POLICY: Final = "aws:sqs/queuePolicy:QueuePolicy"

_FREE: Final = Free("configuration of a queue that is priced by the request (aws.amazon.com/sqs/pricing)")


def _url(made: Created) -> str:
    return f"https://sqs.{made.region}.amazonaws.com/{made.account}/{made.name}"


def queue(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    key = "fifo-requests" if resource.inputs.get("fifoQueue") else "requests"
    yield shared(context, "requests to the queue", "sqs", key, "queue_requests", context.count(QUEUE))


KINDS: Final = (
    Kind(
        QUEUE,
        json=(
            "redrivePolicy",
            "redriveAllowPolicy",
        ),
        policies={"policy": PolicyDocument(PolicyKind.RESOURCE)},
        label=Label(icon="queue", words=fixed("message queue"), rank=14),
        price=queue,
        noun="message queue",
        arn="arn:{p}:sqs:{r}:{a}:{n}",
        identifier=_url,
        outputs=lambda made: {"url": made.id},
        unique_name="name",
        immutable=(force_new("sqs/queue.go", "name", "namePrefix", "fifoQueue"),),
        holds="its waiting messages",
        rights=(right("sqs", "{name}", "CreateQueue", "TagQueue"),),
        api=Api(
            limits={
                "delaySeconds": {"minimum": 0, "maximum": 900},
                "kmsDataKeyReusePeriodSeconds": {"minimum": 60, "maximum": 86400},
                "maxMessageSize": {"minimum": 1024, "maximum": 1048576},
                "messageRetentionSeconds": {"minimum": 60, "maximum": 1209600},
                "name": {"maxLength": 80, "pattern": "[A-Za-z0-9_-]+(\\.fifo)?"},
                "receiveWaitTimeSeconds": {"minimum": 0, "maximum": 20},
                "visibilityTimeoutSeconds": {"minimum": 0, "maximum": 43200},
            }
        ),
    ),
    Kind(
        QUEUE_POLICY,
        policies={"policy": PolicyDocument(PolicyKind.RESOURCE)},
        price=_FREE,
        rights=(right("sqs", "{name}", "SetQueueAttributes"),),
    ),
    Kind("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", price=_FREE),
    Kind("aws:sqs/redrivePolicy:RedrivePolicy", price=_FREE),
)
