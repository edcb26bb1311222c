"""Application Auto Scaling."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Api, Free, Kind, right

POLICY: Final = "aws:appautoscaling/policy:Policy"
TARGET: Final = "aws:appautoscaling/target:Target"

_FREE: Final = Free(
    "Application Auto Scaling is free; the alarms of its policies are priced (aws.amazon.com/autoscaling/pricing)"
)

KINDS: Final = (
    Kind(
        POLICY,
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
        TARGET,
        noun="autoscaler",
        arn="arn:{p}:application-autoscaling:{r}:{a}:scalable-target/{i}",
        price=_FREE,
        rights=(right("application-autoscaling", "scalable-target/{name}", "RegisterScalableTarget", "TagResource"),),
        api=Api(shapes=("application-autoscaling.RegisterScalableTargetRequest",)),
    ),
)
