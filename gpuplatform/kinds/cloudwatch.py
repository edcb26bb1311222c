"""Amazon CloudWatch: alarms and dashboards."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Api, Free, Kind, right

COMPOSITE_ALARM: Final = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
DASHBOARD: Final = "aws:cloudwatch/dashboard:Dashboard"
METRIC_ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"


KINDS: Final = (
    Kind(COMPOSITE_ALARM, api=Api(shapes=("cloudwatch.PutCompositeAlarmInput",))),
    Kind(
        DASHBOARD,
    ),
    Kind(
        METRIC_ALARM,
        noun="alarm",
        arn="arn:{p}:cloudwatch:{r}:{a}:alarm:{n}",
        unique_name="name",
        rights=(right("cloudwatch", "alarm:{name}", "PutMetricAlarm", "TagResource"),),
        api=Api(shapes=("cloudwatch.PutMetricAlarmInput",), renamed={"name": "cloudwatch.AlarmName"}),
    ),
    Kind(
        "aws:cloudwatch/alarmMuteRule:AlarmMuteRule",
        price=Free("configuration of logs that are priced by volume (aws.amazon.com/cloudwatch/pricing)"),
    ),
)
