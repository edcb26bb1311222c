"""Capacity that the program itself buys for one rung of a GPU pool: a capacity block, or an on-demand reservation.

A capacity block is paid when it is bought and cannot be given back: destroying it only forgets it. So nothing is bought without
a consent that names it, and another offer in the settings is refused until somebody consents to that one.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.tags import CostTags
from gpuplatform.catalog.instances import InstanceType
from gpuplatform.pools import purchase
from gpuplatform.pools.purchase import PurchaseOption, PurchaseType

PLATFORM = "Linux/UNIX"


@dataclass(frozen=True, kw_only=True)
class BoughtCapacityArgs:
    instance: InstanceType
    rung: PurchaseOption
    tags: CostTags
    zone_name: pulumi.Input[str]
    """As this account names the pool's zone; a capacity block's offer has its own."""

    def __post_init__(self) -> None:
        wanted = purchase.to_buy(self.instance.name, self.rung)
        if wanted is None:
            raise ValueError(f"rung: nothing is bought for {self.rung.how} {self.rung.reservation or ''}".rstrip())
        if self.rung.consent is None:
            raise ValueError(f"rung.consent: missing; nobody has agreed to buy {wanted}")
        purchase.check_consent(self.instance.name, self.rung)


class BoughtCapacity(pulumi.ComponentResource):
    reservation_id: pulumi.Output[str]
    """What a launch template targets: "cr-…"."""

    def __init__(self, name: str, args: BoughtCapacityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:BoughtCapacity", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        rung, tags = args.rung, args.tags.aws(Name=name)
        if rung.how is PurchaseType.CAPACITY_BLOCK:
            bought = aws.ec2.CapacityBlockReservation(
                f"{name}-block",
                capacity_block_offering_id=rung.offering or "",
                instance_platform=PLATFORM,
                tags=tags,
                opts=child,
            )
        else:
            bought = aws.ec2.CapacityReservation(
                f"{name}-reservation",
                availability_zone=args.zone_name,
                instance_type=args.instance.name,
                instance_count=rung.max,
                instance_platform=PLATFORM,
                # Open, any instance of the type in the account would fill it before the pool does.
                instance_match_criteria="targeted",
                end_date_type="limited",
                end_date=purchase.utc(rung.until) if rung.until else None,
                tags=tags,
                opts=child,
            )
        self.reservation_id = bought.id
        self.register_outputs({"reservation_id": self.reservation_id})
