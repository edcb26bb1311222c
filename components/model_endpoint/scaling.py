"""How many instances an endpoint has: between an explicit minimum and maximum, by what one instance can answer.

Real-time endpoints follow invocations per instance, because settings state a rate; the high-resolution metric of concurrent
requests would react in 10 s instead of minutes but needs a concurrency that only a load test of the model can tell.
Asynchronous ones follow the backlog, and need a second policy to leave zero: without an instance there is no backlog *per
instance* (SageMaker guide, "Autoscale an asynchronous endpoint", read 2026-11).
Serverless ones scale by themselves; only provisioned concurrency is ours to scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.model_endpoint.variant import NAME, Mode, Variant
from components.tags import CostTags


@dataclass(frozen=True, kw_only=True)
class EndpointScalingArgs:
    tags: CostTags
    variant: Variant
    endpoint_name: pulumi.Input[str]
    """From the endpoint itself: a target can be registered only once its variant exists."""


class EndpointScaling(pulumi.ComponentResource):
    resource_id: pulumi.Output[str]
    """As Application Auto Scaling knows the variant: endpoint/<name>/variant/<variant>."""

    def __init__(self, name: str, args: EndpointScalingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:EndpointScaling", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)

        target = aws.appautoscaling.Target(
            f"{name}-target",
            service_namespace="sagemaker",
            scalable_dimension=dimension(args.variant.mode),
            resource_id=pulumi.Output.concat("endpoint/", args.endpoint_name, "/variant/", NAME),
            min_capacity=args.variant.min,
            max_capacity=args.variant.max,
            tags=args.tags.aws(Name=name),
            opts=child,
        )
        aws.appautoscaling.Policy(
            f"{name}-tracking",
            policy_type="TargetTrackingScaling",
            service_namespace=target.service_namespace,
            scalable_dimension=target.scalable_dimension,
            resource_id=target.resource_id,
            target_tracking_scaling_policy_configuration=tracking(args.variant, args.endpoint_name),
            opts=child,
        )
        if args.variant.mode is Mode.ASYNC and args.variant.min == 0:
            self._wake(name, args, target, child)
        self.resource_id = target.resource_id
        self.register_outputs({"resource_id": self.resource_id})

    def _wake(
        self, name: str, args: EndpointScalingArgs, target: aws.appautoscaling.Target, child: pulumi.ResourceOptions
    ) -> None:
        step = aws.appautoscaling.Policy(
            f"{name}-wake",
            policy_type="StepScaling",
            service_namespace=target.service_namespace,
            scalable_dimension=target.scalable_dimension,
            resource_id=target.resource_id,
            step_scaling_policy_configuration={
                "adjustment_type": "ChangeInCapacity",
                "metric_aggregation_type": "Average",
                "cooldown": 300,
                "step_adjustments": [{"metric_interval_lower_bound": "0", "scaling_adjustment": 1}],
            },
            opts=child,
        )
        aws.cloudwatch.MetricAlarm(
            f"{name}-waiting",
            namespace="AWS/SageMaker",
            metric_name="HasBacklogWithoutCapacity",
            dimensions={"EndpointName": args.endpoint_name},
            statistic="Average",
            period=60,
            evaluation_periods=2,
            datapoints_to_alarm=2,
            threshold=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
            treat_missing_data="missing",
            alarm_description="Requests wait and no instance runs: start the first one. Runbook: docs/runbooks/endpoint-waiting.md",
            alarm_actions=[step.arn],
            tags=args.tags.aws(Name=f"{name}-waiting"),
            opts=child,
        )


def scales(variant: Variant) -> bool:
    """Whether anything is left for Application Auto Scaling: an on-demand serverless endpoint scales by itself."""
    return not variant.serverless or variant.min > 0


def dimension(mode: Mode) -> str:
    if mode is Mode.SERVERLESS:
        return "sagemaker:variant:DesiredProvisionedConcurrency"
    return "sagemaker:variant:DesiredInstanceCount"


def tracking(
    variant: Variant, endpoint_name: pulumi.Input[str]
) -> aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgsDict:
    """Target tracking of a variant. Instances leave slowly and come fast; cooldowns are seconds."""
    match variant.mode:
        case Mode.REALTIME:
            return {
                "target_value": variant.requests_per_minute,
                "predefined_metric_specification": {"predefined_metric_type": "SageMakerVariantInvocationsPerInstance"},
                "scale_in_cooldown": 600,
                "scale_out_cooldown": 60,
            }
        case Mode.ASYNC:
            return {
                # A minute's work waiting for each instance.
                "target_value": variant.requests_per_minute,
                "customized_metric_specification": {
                    "namespace": "AWS/SageMaker",
                    "metric_name": "ApproximateBacklogSizePerInstance",
                    "statistic": "Average",
                    "dimensions": [{"name": "EndpointName", "value": endpoint_name}],
                },
                "scale_in_cooldown": 600,
                "scale_out_cooldown": 300,
            }
        case Mode.SERVERLESS:
            return {
                # Half of what stands ready is in use: the value of SageMaker's guide, "Autoscale Provisioned Concurrency".
                "target_value": 0.5,
                "predefined_metric_specification": {
                    "predefined_metric_type": "SageMakerVariantProvisionedConcurrencyUtilization"
                },
                "scale_in_cooldown": 600,
                "scale_out_cooldown": 60,
            }
