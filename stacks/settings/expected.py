"""Settings of what a month is expected to use of services that are paid by use: priced, not enforced."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gpuplatform.catalog.usage import USAGE
from stacks.settings.types import Section

Amount = Annotated[float, Field(ge=0, le=10**15)]


def _unless_stated(key: str) -> float:
    return USAGE[key].default


class ExpectedSettings(Section):
    """What a month of the whole environment uses; no plan can know it. The bill shares it among the resources that it concerns."""

    nat_gb: Amount = _unless_stated("nat_gb")
    """Through NAT gateways: images, packages, models from outside AWS."""
    s3_gb: Amount = _unless_stated("s3_gb")
    """Between nodes and S3: free by the gateway endpoint, paid as any other byte where a NAT gateway is the only way."""
    endpoint_gb: Amount = _unless_stated("endpoint_gb")
    """Through interface endpoints."""
    balancer_gb: Amount = _unless_stated("balancer_gb")
    """Through load balancers: a GB fills a capacity unit for an hour."""
    between_zones_gb: Amount = _unless_stated("between_zones_gb")
    """From zone to zone, paid on both sides."""
    internet_gb: Amount = _unless_stated("internet_gb")
    """Out to the internet."""
    flow_log_gb: Amount = _unless_stated("flow_log_gb")
    """VPC flow logs."""
    control_plane_log_gb: Amount = _unless_stated("control_plane_log_gb")
    """Of the kinds in `cluster.log_types`."""
    log_gb: Amount = _unless_stated("log_gb")
    """Other CloudWatch logs, such as those of endpoints and of the file system."""
    s3_writes: Amount = _unless_stated("s3_writes")
    """Requests that write or list objects."""
    s3_reads: Amount = _unless_stated("s3_reads")
    """Requests that read objects."""
    kms_requests: Amount = _unless_stated("kms_requests")
    """To KMS keys of our own."""
    secret_reads: Amount = _unless_stated("secret_reads")
    """Requests to Secrets Manager, for secrets that the program makes."""
    image_gb: Amount = _unless_stated("image_gb")
    """Images in ECR repositories that the program makes."""
    messages: Amount = _unless_stated("messages")
    """To SNS topics."""
    queue_requests: Amount = _unless_stated("queue_requests")
    """To SQS queues; a consumer that waits 20 seconds at a time makes 131,400."""
    events: Amount = _unless_stated("events")
    """Events of our own on EventBridge buses."""
    metric_samples: Amount = _unless_stated("metric_samples")
    """Taken in by Managed Prometheus: a series a minute is 43,800."""
    metric_gb: Amount = _unless_stated("metric_gb")
    """Kept by Managed Prometheus."""
    metric_query_samples: Amount = _unless_stated("metric_query_samples")
    """Read by queries to Managed Prometheus."""
    table_writes: Amount = _unless_stated("table_writes")
    """Write request units of DynamoDB tables on demand."""
    table_reads: Amount = _unless_stated("table_reads")
    """Read request units of DynamoDB tables on demand."""
    table_gb: Amount = _unless_stated("table_gb")
    """In DynamoDB tables."""
    stream_gb: Amount = _unless_stated("stream_gb")
    """Through Kinesis streams."""
    cache_backup_gb: Amount = _unless_stated("cache_backup_gb")
    """Backups of ElastiCache."""
