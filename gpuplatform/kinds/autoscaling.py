"""Amazon EC2 Auto Scaling."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Api, Free, Kind, right

GROUP: Final = "aws:autoscaling/group:Group"
POLICY: Final = "aws:autoscaling/policy:Policy"
TAG: Final = "aws:autoscaling/tag:Tag"

_FREE: Final = Free("nothing runs before a node group uses it (aws.amazon.com/ec2/pricing)")

KINDS: Final = (
    Kind(GROUP, api=Api(shapes=("autoscaling.CreateAutoScalingGroupType",))),
    Kind(
        POLICY,
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
        TAG,
        price=_FREE,
        rights=(right("autoscaling", "autoScalingGroup:*:autoScalingGroupName/eks-{name}", "CreateOrUpdateTags"),),
        api=Api(renamed={"tag": "autoscaling.Tag"}),
    ),
)
