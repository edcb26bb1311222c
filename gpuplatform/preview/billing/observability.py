"""Alarms, logs, dashboards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gpuplatform.preview.billing.charge import Entry, Pricer, missing, steady, used
from gpuplatform.preview.billing.situation import Situation, decimal
from gpuplatform.preview.look import listing, mapping
from gpuplatform.preview.plan import PlannedResource


def alarm(resource: PlannedResource, situation: Situation) -> Iterator[Entry]:
    """By metric watched; dearer where a period is shorter than a minute."""
    queries = [m for q in listing(resource.inputs.get("metricQueries")) if (m := mapping(mapping(q).get("metric")))]
    periods = [decimal(m.get("period")) for m in queries] or [decimal(resource.inputs.get("period") or 60)]
    fast = any(0 < period < 60 for period in periods)
    key = "alarm-high-resolution" if fast else "alarm"
    yield steady(
        situation, f"alarm on {len(periods)} metric{'s' * (len(periods) > 1)}", "cloudwatch", key, len(periods)
    )


def composite_alarm(_: PlannedResource, situation: Situation) -> Iterator[Entry]:
    yield missing(situation, "cloudwatch", "composite alarm")


def scaling_policy(resource: PlannedResource, situation: Situation) -> Iterator[Entry]:
    """A target tracking policy makes two alarms of its own, to grow and to shrink."""
    if resource.inputs.get("policyType") != "TargetTrackingScaling":
        return
    yield steady(situation, "two alarms that target tracking creates", "cloudwatch", "alarm", 2)


def log_group(_: PlannedResource, situation: Situation) -> Iterator[Entry]:
    note = (
        "logs are not counted, for no volume is stated: 0.50 $ a GB taken in, 0.03 $ a GB and month kept, in us-east-1"
    )
    yield used(situation, "log group", "cloudwatch", "logs-ingestion", note=note)


def dashboard(_: PlannedResource, situation: Situation) -> Iterator[Entry]:
    yield steady(situation, "dashboard", "cloudwatch", "dashboard")


PRICERS: Mapping[str, Pricer] = {
    "aws:cloudwatch/metricAlarm:MetricAlarm": alarm,
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": composite_alarm,
    "aws:appautoscaling/policy:Policy": scaling_policy,
    "aws:cloudwatch/logGroup:LogGroup": log_group,
    "aws:cloudwatch/dashboard:Dashboard": dashboard,
}
