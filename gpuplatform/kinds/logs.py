"""Amazon CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.kind import Api, Free, Kind, force_new, right
from gpuplatform.kinds.pricing import kept_logs
from gpuplatform.kinds.pricing.charge import Entry, steady
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.tokens import LOG_GROUP
from gpuplatform.plan.model import PlannedResource

LOG_METRIC_FILTER: Final = "aws:cloudwatch/logMetricFilter:LogMetricFilter"

_FREE: Final = Free("configuration of logs that are priced by volume (aws.amazon.com/cloudwatch/pricing)")


def metric_filter(_: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    yield steady(context, "metric made of logs", "cloudwatch", "custom-metric")


KINDS: Final = (
    Kind(
        LOG_GROUP,
        price=kept_logs.log_group,
        arn="arn:{p}:logs:{r}:{a}:log-group:{n}",
        unique_name="name",
        immutable=(force_new("logs/group.go", "name", "namePrefix", "logGroupClass"),),
        holds="its logs",
        rights=(right("logs", "log-group:{name}", "CreateLogGroup", "PutRetentionPolicy", "TagResource"),),
        api=Api(
            shapes=("logs.CreateLogGroupRequest",),
            renamed={"name": "logs.LogGroupName", "retentionInDays": "logs.Days"},
        ),
    ),
    Kind(
        LOG_METRIC_FILTER,
        price=metric_filter,
    ),
    Kind("aws:cloudwatch/logResourcePolicy:LogResourcePolicy", price=_FREE),
    Kind("aws:cloudwatch/logStream:LogStream", price=_FREE),
    Kind("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter", price=_FREE),
    Kind("aws:cloudwatch/queryDefinition:QueryDefinition", price=_FREE),
)
