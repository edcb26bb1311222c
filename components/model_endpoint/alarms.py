"""When an endpoint is ill: somebody is told, and an update that made it so is rolled back.

The alarms are made before the endpoint, whose update policy names them; they know it by its name alone, so there is no cycle.
ModelLatency and, of streamed answers, FirstChunkModelLatency are in microseconds, and the average of Invocation5XXErrors is the error
rate, for each answer counts as 0 or 1 (SageMaker guide, "Alarms and logs for tracking metrics from asynchronous endpoints" and
"SageMaker metrics", read 2026-11).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from components.model_endpoint.variant import NAME, Variant
from components.tags import CostTags

ERROR_RATE = 0.05
"""Share of answers with a 5xx status above which an endpoint is ill."""

_RUNBOOKS = "docs/runbooks"


class _Common(TypedDict):
    namespace: str
    dimensions: dict[str, str]
    period: int
    evaluation_periods: int
    datapoints_to_alarm: int
    comparison_operator: str
    treat_missing_data: str
    alarm_actions: Sequence[pulumi.Input[str]]
    ok_actions: Sequence[pulumi.Input[str]]


@dataclass(frozen=True, kw_only=True)
class EndpointAlarmsArgs:
    tags: CostTags
    endpoint: str
    """The endpoint's name; plain, for the endpoint itself does not exist yet."""
    variant: Variant
    topic_arn: pulumi.Input[str] | None = None


class EndpointAlarms(pulumi.ComponentResource):
    names: list[pulumi.Output[str]]
    """Alarms that roll an update back."""

    def __init__(self, name: str, args: EndpointAlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:EndpointAlarms", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        topic = [] if args.topic_arn is None else [args.topic_arn]
        common = _Common(
            namespace="AWS/SageMaker",
            dimensions={"EndpointName": args.endpoint, "VariantName": NAME},
            period=60,
            evaluation_periods=5,
            datapoints_to_alarm=3,
            comparison_operator="GreaterThanThreshold",
            # No request is no error; and an alarm without data must not stop an update of a quiet endpoint.
            treat_missing_data="notBreaching",
            alarm_actions=topic,
            ok_actions=topic,
        )

        errors = aws.cloudwatch.MetricAlarm(
            f"{name}-errors",
            metric_name="Invocation5XXErrors",
            statistic="Average",
            threshold=ERROR_RATE,
            alarm_description=f"{args.endpoint} answers more than {ERROR_RATE:.0%} of requests with a 5xx status. "
            f"Runbook: {_RUNBOOKS}/endpoint-errors.md",
            tags=args.tags.aws(Name=f"{name}-errors"),
            opts=child,
            **common,
        )
        self.names = [errors.name]
        if (late := args.variant.latency) is not None:
            latency = aws.cloudwatch.MetricAlarm(
                f"{name}-latency",
                metric_name="FirstChunkModelLatency" if late.first_chunk else "ModelLatency",
                extended_statistic="p99",
                threshold=late.limit_ms * 1000,
                alarm_description=f"{args.endpoint} {'begins' if late.first_chunk else 'ends'} 1 % of its answers after more than "
                f"{late.limit_ms} ms. "
                f"Runbook: {_RUNBOOKS}/endpoint-latency.md",
                tags=args.tags.aws(Name=f"{name}-latency"),
                opts=child,
                **common,
            )
            self.names.append(latency.name)
        self.register_outputs({"names": self.names})
