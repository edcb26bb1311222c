"""Logs that CloudWatch takes in and keeps: of groups, flow logs and control planes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from gpuplatform.kinds.pricing.charge import HOURS, Entry, shared, used
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.pricing.numbers import decimal
from gpuplatform.kinds.tokens import CLUSTERS, FLOW_LOG, LOG_GROUP
from gpuplatform.plan.model import Json, Plan, PlannedResource, once
from gpuplatform.plan.references import linked

UNCOMPRESSED: Final = (
    "logs that are kept are counted as large as they were taken in; CloudWatch compresses them before it bills"
)


NEVER_EXPIRES: Final = "logs that never expire are counted with what one month adds, as large as it is taken in"


DELIVERED: Final = {"s3": "logs-to-s3", "kinesis-data-firehose": "logs-to-firehose"}
"""Destination of flow logs beside a log group → the row of what CloudWatch asks for delivering them; its first 10 TB."""


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
    named = {g.urn for g in plan.all(LOG_GROUP) if of_control_plane(g.inputs.get("name"))} if sends else set[str]()
    return named | {group.urn for log in plan.all(FLOW_LOG) for group in _written_by(log, plan)}


def of_control_plane(group: Json) -> bool:
    """By the name that EKS writes to: /aws/eks/CLUSTER/cluster."""
    name = str(group or "")
    return name.startswith("/aws/eks/") and name.endswith("/cluster")
