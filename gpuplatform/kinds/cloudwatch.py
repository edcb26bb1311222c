"""Amazon CloudWatch: alarms and dashboards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.kind import Api, Free, Kind, right
from gpuplatform.kinds.labels import (
    Label,
    counting,
)
from gpuplatform.kinds.pricing.charge import Entry, steady
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.pricing.numbers import decimal
from gpuplatform.plan.model import PlannedResource
from gpuplatform.plan.values import as_dict, as_list

COMPOSITE_ALARM: Final = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
DASHBOARD: Final = "aws:cloudwatch/dashboard:Dashboard"
METRIC_ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"


BANDS: Final = 2
"""Metrics that an anomaly detection band adds to the one that it watches (aws.amazon.com/cloudwatch/pricing)."""


def alarm(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """By metric watched; dearer where a period is shorter than a minute. A band of expected values is two metrics more."""
    queries = [as_dict(q) for q in as_list(resource.inputs.get("metricQueries"))]
    metrics = [m for q in queries if (m := as_dict(q.get("metric")))]
    periods = [decimal(m.get("period")) for m in metrics] or [decimal(resource.inputs.get("period") or 60)]
    fast = any(0 < period < 60 for period in periods)
    band = any("ANOMALY_DETECTION_BAND" in str(q.get("expression")) for q in queries)
    watched = len(periods) + (BANDS if band else 0)
    what = f"alarm on {watched} metric{'s' * (watched > 1)}{', two of them a band' if band else ''}"
    yield steady(context, what, "cloudwatch", "alarm-high-resolution" if fast else "alarm", watched)


def composite_alarm(_: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    yield steady(context, "composite alarm", "cloudwatch", "alarm-composite")


def dashboard(_: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    yield steady(context, "dashboard", "cloudwatch", "dashboard")


KINDS: Final = (
    Kind(COMPOSITE_ALARM, price=composite_alarm, api=Api(shapes=("cloudwatch.PutCompositeAlarmInput",))),
    Kind(
        DASHBOARD,
        json=("dashboardBody",),
        price=dashboard,
    ),
    Kind(
        METRIC_ALARM,
        label=Label(icon="bell", words=counting("alarm"), rank=24),
        price=alarm,
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
