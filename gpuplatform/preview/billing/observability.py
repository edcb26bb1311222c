"""Alarms, logs, metrics, dashboards, Managed Prometheus."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from gpuplatform.kinds import amp, appautoscaling, autoscaling, cloudwatch, logs, vpc
from gpuplatform.kinds.pricing.charge import HOURS, Entry, Pricer, shared, steady, tiers, used
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.pricing.numbers import decimal
from gpuplatform.kinds.tokens import CLUSTERS
from gpuplatform.plan.model import Json, Plan, PlannedResource, once
from gpuplatform.plan.references import linked
from gpuplatform.plan.values import listing, mapping

LOG_GROUP: Final = logs.LOG_GROUP
FLOW_LOG: Final = vpc.FLOW_LOG
WORKSPACE: Final = amp.WORKSPACE
SCRAPER: Final = amp.SCRAPER

SAMPLES: Final = (("samples", 0), ("samples-above-2-b", 2 * 10**9), ("samples-above-252-b", 252 * 10**9))
"""Row, and the samples of a month above which it is the price (aws.amazon.com/prometheus/pricing)."""
UNCOMPRESSED: Final = (
    "logs that are kept are counted as large as they were taken in; CloudWatch compresses them before it bills"
)
NEVER_EXPIRES: Final = "logs that never expire are counted with what one month adds, as large as it is taken in"
DELIVERED: Final = {"s3": "logs-to-s3", "kinesis-data-firehose": "logs-to-firehose"}
"""Destination of flow logs beside a log group → the row of what CloudWatch asks for delivering them; its first 10 TB."""
BANDS: Final = 2
"""Metrics that an anomaly detection band adds to the one that it watches (aws.amazon.com/cloudwatch/pricing)."""


def alarm(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """By metric watched; dearer where a period is shorter than a minute. A band of expected values is two metrics more."""
    queries = [mapping(q) for q in listing(resource.inputs.get("metricQueries"))]
    metrics = [m for q in queries if (m := mapping(q.get("metric")))]
    periods = [decimal(m.get("period")) for m in metrics] or [decimal(resource.inputs.get("period") or 60)]
    fast = any(0 < period < 60 for period in periods)
    band = any("ANOMALY_DETECTION_BAND" in str(q.get("expression")) for q in queries)
    watched = len(periods) + (BANDS if band else 0)
    what = f"alarm on {watched} metric{'s' * (watched > 1)}{', two of them a band' if band else ''}"
    yield steady(context, what, "cloudwatch", "alarm-high-resolution" if fast else "alarm", watched)


def composite_alarm(_: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    yield steady(context, "composite alarm", "cloudwatch", "alarm-composite")


def scaling_policy(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """A target tracking policy makes two alarms of its own, to grow and to shrink."""
    if resource.inputs.get("policyType") == "TargetTrackingScaling":
        yield steady(context, "two alarms that target tracking creates", "cloudwatch", "alarm", 2)


def metric_filter(_: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    yield steady(context, "metric made of logs", "cloudwatch", "custom-metric")


def log_group(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """Logs taken in and kept. Those of a flow log and of a control plane are priced with it."""
    told_elsewhere = _told_elsewhere(context.plan)
    if resource.urn not in told_elsewhere:
        among = context.count(LOG_GROUP) - len(told_elsewhere)
        yield from kept_logs(context, "logs", "log_gb", resource.inputs, among)


def flow_log(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """Taken in and kept by the log group that it writes to, or delivered elsewhere."""
    kind = str(resource.inputs.get("logDestinationType") or "cloud-watch-logs")
    if kind != "cloud-watch-logs":
        row = DELIVERED.get(kind, f"delivery of flow logs to {kind}")
        among = context.count(FLOW_LOG)
        yield shared(context, f"VPC flow logs, delivered to {kind}", "cloudwatch", row, "flow_log_gb", among)
        return
    to = next(iter(_written_by(resource, context.plan)), None)
    inputs: Mapping[str, Json] = to.inputs if to else {}
    yield from kept_logs(context, "VPC flow logs", "flow_log_gb", inputs, context.count(FLOW_LOG))


def kept_logs(context: PricingContext, what: str, usage: str, group: Mapping[str, Json], among: int) -> Iterator[Entry]:
    """GB of a month taken in, and those of as many months as the group keeps them."""
    cheaper = "-infrequent" if group.get("logGroupClass") == "INFREQUENT_ACCESS" else ""
    yield shared(context, f"{what}, taken in", "cloudwatch", f"logs-ingestion{cheaper}", usage, among)
    days = decimal(group.get("retentionInDays"))
    months = days * 24 / HOURS if days else Decimal(1)
    amount = context.usage(usage).amount / max(among, 1) * months
    kept = f"{what}, kept {days:f} days" if days else f"{what}, kept"
    note = UNCOMPRESSED if days else NEVER_EXPIRES
    yield used(context, kept, "cloudwatch", f"logs-storage{cheaper}", amount, assumes=usage, note=note)


def _written_by(resource: PlannedResource, plan: Plan) -> list[PlannedResource]:
    """Log groups that a flow log names, by ARN or by name."""
    named = [g for key in ("logDestination", "logGroupName") for g in linked(plan, resource, key, LOG_GROUP)]
    sent = str(resource.inputs.get("logDestination") or "")
    return named or [g for g in plan.all(LOG_GROUP) if sent and g.outputs.get("arn") == sent]


@once
def _told_elsewhere(plan: Plan) -> set[str]:
    """URNs of the groups of flow logs, and of the control planes that send logs."""
    sends = any(c.inputs.get("enabledClusterLogTypes") for type_ in CLUSTERS for c in plan.all(type_))
    named = {g.urn for g in plan.all(LOG_GROUP) if of_control_plane(g)} if sends else set[str]()
    return named | {group.urn for log in plan.all(FLOW_LOG) for group in _written_by(log, plan)}


def of_control_plane(group: PlannedResource) -> bool:
    """By the name that EKS writes to: /aws/eks/CLUSTER/cluster."""
    name = str(group.inputs.get("name", ""))
    return name.startswith("/aws/eks/") and name.endswith("/cluster")


def dashboard(_: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    yield steady(context, "dashboard", "cloudwatch", "dashboard")


def workspace(_: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """Samples taken in, cheaper above 2 and above 252 billion a month; what is kept; what is queried."""
    among = context.count(WORKSPACE)
    total = context.usage("metric_samples").amount
    for key, above, inside in tiers(Decimal(0), total, SAMPLES):
        what = f"samples taken in{f' above {above // 10**9} billion' if above else ''}"
        yield used(context, what, "prometheus", key, inside / among, assumes="metric_samples")
    for what, key, usage in (
        ("metrics kept", "storage", "metric_gb"),
        ("samples queried", "queries", "metric_query_samples"),
    ):
        yield shared(context, what, "prometheus", key, usage, among)


def scraper(_: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """AWS's own collector: by the hour, and by what it collects."""
    yield steady(context, "collector", "prometheus", "collector")
    among = context.count(SCRAPER)
    yield shared(context, "samples collected", "prometheus", "collector-samples", "metric_samples", among)


PRICERS: Mapping[str, Pricer] = {
    cloudwatch.METRIC_ALARM: alarm,
    cloudwatch.COMPOSITE_ALARM: composite_alarm,
    appautoscaling.POLICY: scaling_policy,
    autoscaling.POLICY: scaling_policy,
    logs.LOG_METRIC_FILTER: metric_filter,
    LOG_GROUP: log_group,
    FLOW_LOG: flow_log,
    cloudwatch.DASHBOARD: dashboard,
    WORKSPACE: workspace,
    SCRAPER: scraper,
}
