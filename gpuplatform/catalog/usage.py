"""What a month of an environment uses of services that are paid by use, where nobody says otherwise.

No plan can know these. `gpuplatform:expected` states them for the whole environment; what it leaves out is taken from here, and the bill
says so. The amounts are small on purpose and not nothing: a bill without them would be too low.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """An amount a month."""

    default: int
    what: str
    """Completes "100 …"."""


USAGE: Final[Mapping[str, Usage]] = {
    "nat_gb": Usage(default=100, what="GB pass through NAT gateways"),
    "s3_gb": Usage(default=1_000, what="GB are read from S3 and written to it by nodes"),
    "endpoint_gb": Usage(default=100, what="GB pass through interface endpoints"),
    "balancer_gb": Usage(default=100, what="GB pass through load balancers, a capacity unit and hour for each"),
    "between_zones_gb": Usage(default=0, what="GB pass from zone to zone, paid on both sides"),
    "internet_gb": Usage(default=0, what="GB leave for the internet"),
    "flow_log_gb": Usage(default=5, what="GB of VPC flow logs"),
    "control_plane_log_gb": Usage(default=5, what="GB of control-plane logs"),
    "log_gb": Usage(default=5, what="GB of other logs"),
    "s3_writes": Usage(default=100_000, what="requests write or list objects in S3"),
    "s3_reads": Usage(default=1_000_000, what="requests read objects in S3"),
    "kms_requests": Usage(default=100_000, what="requests to KMS keys"),
    "secret_reads": Usage(default=10_000, what="requests to Secrets Manager"),
    "image_gb": Usage(default=10, what="GB of images in ECR"),
    "messages": Usage(default=100_000, what="messages to SNS topics"),
    "queue_requests": Usage(default=1_000_000, what="requests to SQS queues"),
    "events": Usage(default=100_000, what="events of our own on EventBridge"),
    "metric_samples": Usage(default=1_000_000_000, what="samples taken in by Managed Prometheus"),
    "metric_gb": Usage(default=10, what="GB of metrics in Managed Prometheus"),
    "metric_query_samples": Usage(default=1_000_000_000, what="samples queried in Managed Prometheus"),
    "table_writes": Usage(default=1_000_000, what="write request units of DynamoDB"),
    "table_reads": Usage(default=1_000_000, what="read request units of DynamoDB"),
    "table_gb": Usage(default=10, what="GB in DynamoDB tables"),
    "stream_gb": Usage(default=100, what="GB through Kinesis streams"),
    "cache_backup_gb": Usage(default=0, what="GB of backups of ElastiCache"),
}
"""Key of `gpuplatform:expected` → what it is when left out."""
