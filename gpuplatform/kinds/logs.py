"""Amazon CloudWatch Logs."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Api, Free, Kind, force_new, right

LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
LOG_METRIC_FILTER: Final = "aws:cloudwatch/logMetricFilter:LogMetricFilter"

_FREE: Final = Free("configuration of logs that are priced by volume (aws.amazon.com/cloudwatch/pricing)")

KINDS: Final = (
    Kind(
        LOG_GROUP,
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
    ),
    Kind("aws:cloudwatch/logResourcePolicy:LogResourcePolicy", price=_FREE),
    Kind("aws:cloudwatch/logStream:LogStream", price=_FREE),
    Kind("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter", price=_FREE),
    Kind("aws:cloudwatch/queryDefinition:QueryDefinition", price=_FREE),
)
