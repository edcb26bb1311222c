"""Amazon EventBridge: rules, targets and buses."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Api, Free, Kind, right

EVENT_BUS: Final = "aws:cloudwatch/eventBus:EventBus"
EVENT_RULE: Final = "aws:cloudwatch/eventRule:EventRule"
EVENT_TARGET: Final = "aws:cloudwatch/eventTarget:EventTarget"

_FREE: Final = Free("events of AWS's own services are free (aws.amazon.com/eventbridge/pricing)")

KINDS: Final = (
    Kind(
        EVENT_BUS,
    ),
    Kind(
        EVENT_RULE,
        arn="arn:{p}:events:{r}:{a}:rule/{n}",
        price=_FREE,
        rights=(right("events", "rule/{name}", "PutRule", "TagResource"),),
        api=Api(shapes=("events.PutRuleRequest",)),
    ),
    Kind(
        EVENT_TARGET,
        price=_FREE,
        rights=(right("events", "rule/{name}", "PutTargets"),),
        api=Api(shapes=("events.Target",), renamed={"targetId": "events.TargetId"}),
    ),
)
