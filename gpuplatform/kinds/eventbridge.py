"""Amazon EventBridge: rules, targets and buses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.kind import Api, Free, Kind, right
from gpuplatform.kinds.pricing.charge import Entry, shared
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.plan.model import PlannedResource

EVENT_BUS: Final = "aws:cloudwatch/eventBus:EventBus"
EVENT_RULE: Final = "aws:cloudwatch/eventRule:EventRule"
EVENT_TARGET: Final = "aws:cloudwatch/eventTarget:EventTarget"

_FREE: Final = Free("events of AWS's own services are free (aws.amazon.com/eventbridge/pricing)")


def bus(_: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """Events of our own; those of AWS's services come on the default bus and are free."""
    yield shared(context, "events of our own", "eventbridge", "custom-events", "events", context.count(EVENT_BUS))


KINDS: Final = (
    Kind(
        EVENT_BUS,
        price=bus,
    ),
    Kind(
        EVENT_RULE,
        json=("eventPattern",),
        arn="arn:{p}:events:{r}:{a}:rule/{n}",
        price=_FREE,
        rights=(right("events", "rule/{name}", "PutRule", "TagResource"),),
        api=Api(shapes=("events.PutRuleRequest",)),
    ),
    Kind(
        EVENT_TARGET,
        json=("input",),
        price=_FREE,
        rights=(right("events", "rule/{name}", "PutTargets"),),
        api=Api(shapes=("events.Target",), renamed={"targetId": "events.TargetId"}),
    ),
)
