"""Application Auto Scaling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.combinations.sagemaker import POLICY_RULES
from gpuplatform.kinds.kind import Api, Free, Kind, right
from gpuplatform.kinds.pricing.charge import Entry, steady
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.tokens import SCALABLE_TARGET
from gpuplatform.plan.model import PlannedResource

POLICY: Final = "aws:appautoscaling/policy:Policy"

_FREE: Final = Free(
    "Application Auto Scaling is free; the alarms of its policies are priced (aws.amazon.com/autoscaling/pricing)"
)


def scaling_policy(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """A target tracking policy makes two alarms of its own, to grow and to shrink."""
    if resource.inputs.get("policyType") == "TargetTrackingScaling":
        yield steady(context, "two alarms that target tracking creates", "cloudwatch", "alarm", 2)


KINDS: Final = (
    Kind(
        POLICY,
        combinations=POLICY_RULES,
        price=scaling_policy,
        arn="arn:{p}:autoscaling:{r}:{a}:scalingPolicy:{u}:resource/sagemaker/{n}:policyName/{n}",
        rights=(right("application-autoscaling", "scalable-target/{name}", "PutScalingPolicy"),),
        api=Api(shapes=("application-autoscaling.PutScalingPolicyRequest",)),
    ),
    Kind(
        "aws:appautoscaling/scheduledAction:ScheduledAction",
        price=_FREE,
        api=Api(shapes=("application-autoscaling.PutScheduledActionRequest",)),
    ),
    Kind(
        SCALABLE_TARGET,
        maximum="maxCapacity",
        ordered=(("minCapacity", "maxCapacity"),),
        noun="autoscaler",
        arn="arn:{p}:application-autoscaling:{r}:{a}:scalable-target/{i}",
        price=_FREE,
        rights=(right("application-autoscaling", "scalable-target/{name}", "RegisterScalableTarget", "TagResource"),),
        api=Api(shapes=("application-autoscaling.RegisterScalableTargetRequest",)),
    ),
)
