"""Amazon EC2 Auto Scaling."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.appautoscaling import scaling_policy
from gpuplatform.kinds.kind import Api, Free, Kind, right
from gpuplatform.kinds.pricing import instances
from gpuplatform.kinds.tokens import SCALING_GROUP, SCALING_GROUP_TAG

POLICY: Final = "aws:autoscaling/policy:Policy"

_FREE: Final = Free("nothing runs before a node group uses it (aws.amazon.com/ec2/pricing)")

KINDS: Final = (
    Kind(
        SCALING_GROUP,
        maximum="maxSize",
        ordered=(("minSize", "maxSize"),),
        price=instances.group,
        api=Api(shapes=("autoscaling.CreateAutoScalingGroupType",)),
    ),
    Kind(
        POLICY,
        price=scaling_policy,
    ),
    Kind("aws:autoscaling/attachment:Attachment", price=_FREE),
    Kind("aws:autoscaling/lifecycleHook:LifecycleHook", price=_FREE),
    Kind(
        "aws:autoscaling/schedule:Schedule",
        price=_FREE,
        rights=(
            right("autoscaling", "autoScalingGroup:*:autoScalingGroupName/eks-{name}", "PutScheduledUpdateGroupAction"),
        ),
        api=Api(shapes=("autoscaling.PutScheduledUpdateGroupActionType",)),
    ),
    Kind(
        SCALING_GROUP_TAG,
        price=_FREE,
        rights=(right("autoscaling", "autoScalingGroup:*:autoScalingGroupName/eks-{name}", "CreateOrUpdateTags"),),
        api=Api(renamed={"tag": "autoscaling.Tag"}),
    ),
)
