"""What KEDA's triggers must be told: keys of `metadata` without which a scaler does not start.

Read in the struct tags of kedacore/keda v2.20.2, pkg/scalers: fields of `triggerMetadata` alone, neither optional nor with a default.
What may come from a TriggerAuthentication or from a container's environment as well stands under `elsewhere`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

AS_OF: Final = "2026-12-01"


@dataclass(frozen=True, kw_only=True, slots=True)
class Trigger:
    needs: tuple[str, ...]
    elsewhere: tuple[str, ...] = ()
    """Needed as well, and possibly given by an authentication."""


TRIGGERS: Final[Mapping[str, Trigger]] = {
    "prometheus": Trigger(needs=("serverAddress", "query", "threshold")),
    "loki": Trigger(needs=("serverAddress", "query", "threshold")),
    "graphite": Trigger(needs=("serverAddress", "query", "queryTime")),
    "influxdb": Trigger(needs=("query",), elsewhere=("serverURL",)),
    "aws-sqs-queue": Trigger(needs=("queueURL",), elsewhere=("awsRegion",)),
    "aws-cloudwatch": Trigger(needs=("targetMetricValue", "minMetricValue"), elsewhere=("awsRegion",)),
    "aws-kinesis-stream": Trigger(needs=("streamName",), elsewhere=("awsRegion",)),
    "aws-dynamodb": Trigger(
        needs=("tableName", "keyConditionExpression", "expressionAttributeNames", "expressionAttributeValues"),
        elsewhere=("awsRegion",),
    ),
    "cron": Trigger(needs=("start", "end", "timezone", "desiredReplicas")),
    "kafka": Trigger(needs=("bootstrapServers", "consumerGroup")),
    "apache-kafka": Trigger(needs=("bootstrapServers", "consumerGroup")),
    "redis": Trigger(needs=("listName",)),
    "rabbitmq": Trigger(needs=("queueName",), elsewhere=("host",)),
    "metrics-api": Trigger(needs=("url", "valueLocation")),
    "kubernetes-workload": Trigger(needs=("podSelector",)),
    "postgresql": Trigger(needs=("query",)),
    "cpu": Trigger(needs=("value",)),
    "memory": Trigger(needs=("value",)),
    "external": Trigger(needs=("scalerAddress",)),
    "external-push": Trigger(needs=("scalerAddress",)),
}

FROM_ENVIRONMENT: Final = "FromEnv"
"""Ends a key of which the value is a variable of the scaled container."""
