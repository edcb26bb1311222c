"""Amazon EC2 and EBS: instances, launch templates, reservations, volumes."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.combinations.nodes import TEMPLATE_RULES
from gpuplatform.kinds.formats import numbered
from gpuplatform.kinds.kind import BOTOCORE, Api, Duration, Free, Kind, immutable, right
from gpuplatform.kinds.pricing import instances
from gpuplatform.kinds.tokens import BLOCK, INSTANCE, LAUNCH_TEMPLATE, RESERVATION, SPOT_INSTANCE_REQUEST, VOLUME

PLACEMENT_GROUP: Final = "aws:ec2/placementGroup:PlacementGroup"

_FREE: Final = Free("nothing runs before a node group uses it (aws.amazon.com/ec2/pricing)")

KINDS: Final = (
    Kind(
        BLOCK,
        price=instances.reservation,
        arn="arn:{p}:ec2:{r}:{a}:capacity-block-reservation/{i}",
        identifier=numbered("cr"),
        rights=(right("ec2", "capacity-reservation/cr-00000000000000000", "PurchaseCapacityBlock", "CreateTags"),),
    ),
    Kind(
        RESERVATION,
        ends="endDate",
        price=instances.reservation,
        arn="arn:{p}:ec2:{r}:{a}:capacity-reservation/{i}",
        identifier=numbered("cr"),
        rights=(right("ec2", "capacity-reservation/cr-00000000000000000", "CreateCapacityReservation", "CreateTags"),),
        api=Api(shapes=("ec2.CreateCapacityReservationRequest",)),
    ),
    Kind(
        INSTANCE,
        price=instances.instance,
    ),
    Kind(
        SPOT_INSTANCE_REQUEST,
        price=instances.instance,
    ),
    Kind(VOLUME, price=instances.volume, holds="what is on it", api=Api(renamed={"type": "ec2.VolumeType"})),
    Kind("aws:ec2/keyPair:KeyPair", price=_FREE),
    Kind(
        "aws:ec2/launchConfiguration:LaunchConfiguration",
        unique_name="name",
        immutable=(immutable(f"Auto Scaling has no UpdateLaunchConfiguration ({BOTOCORE})", "*"),),
        price=_FREE,
    ),
    Kind(
        LAUNCH_TEMPLATE,
        combinations=TEMPLATE_RULES,
        arn="arn:{p}:ec2:{r}:{a}:launch-template/{i}",
        identifier=numbered("lt"),
        outputs=lambda _: {"latestVersion": 1, "defaultVersion": 1},
        unique_name="name",
        immutable=(
            immutable(
                f"EC2 CreateLaunchTemplateVersion: all but the name is a version ({BOTOCORE})", "name", "namePrefix"
            ),
        ),
        duration=Duration(seconds=6, source="terraform-aws-eks v20.37.2 in public apply logs"),
        price=_FREE,
        rights=(right("ec2", "launch-template/lt-00000000000000000", "CreateLaunchTemplate", "CreateTags"),),
        api=Api(shapes=("ec2.RequestLaunchTemplateData", "ec2.CreateLaunchTemplateRequest")),
    ),
    Kind(
        PLACEMENT_GROUP,
        arn="arn:{p}:ec2:{r}:{a}:placement-group/{i}",
        identifier=numbered("pg"),
        unique_name="name",
        immutable=(immutable(f"EC2 has no ModifyPlacementGroup ({BOTOCORE})", "*"),),
        duration=Duration(seconds=1, source="terraform-aws-eks v20.37.2 in public apply logs"),
        price=_FREE,
        rights=(right("ec2", "placement-group/{name}", "CreatePlacementGroup", "CreateTags"),),
        api=Api(shapes=("ec2.CreatePlacementGroupRequest",)),
    ),
    Kind("aws:ec2/tag:Tag", price=Free("VPC, subnets, routes and gateways are free (aws.amazon.com/vpc/pricing)")),
    Kind("aws:ec2/volumeAttachment:VolumeAttachment", price=_FREE),
)
