"""Starts the nodes of capacity blocks when their blocks start: paid capacity should not wait for the first job.

EventBridge Scheduler calls EKS itself, once a block. The other end is EKS's: 40 minutes before a block ends it scales the node group
down by a scheduled action of its own, which nobody should touch, and EC2 stops instances from 30 minutes before
(EKS user guide, capacity-blocks-mng, read 2026-11-22). An action of the Auto Scaling group would do as well but is gone once done,
and the next deployment would make it again, in the past. A schedule stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.iam import Account, allow, node_group_arn, role, trusted_by
from components.tags import CostTags
from gpuplatform.pools import purchase
from gpuplatform.pools.purchase import Moment, PurchaseOption, PurchaseType


@dataclass(frozen=True, kw_only=True)
class BlockStart:
    """The nodes of one block."""

    rung: PurchaseOption
    group_name: pulumi.Input[str]

    def __post_init__(self) -> None:
        if self.rung.how is not PurchaseType.CAPACITY_BLOCK or self.rung.starts is None:
            raise ValueError(
                f"rung: {self.rung.how} starting {self.rung.starts}; accepted: a capacity block that starts"
            )

    @property
    def starts(self) -> Moment:
        assert self.rung.starts is not None
        return self.rung.starts


@dataclass(frozen=True, kw_only=True)
class CapacityBlockStartsArgs:
    account: Account
    tags: CostTags
    cluster_name: pulumi.Input[str]
    blocks: Mapping[str, BlockStart]
    """By a name of ours."""

    def __post_init__(self) -> None:
        if not self.blocks:
            raise ValueError("blocks: none; then there is nothing to start")


class CapacityBlockStarts(pulumi.ComponentResource):
    group_name: pulumi.Output[str]
    """The schedule group, to look at or disable its schedules."""

    def __init__(self, name: str, args: CapacityBlockStartsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:CapacityBlockStarts", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        tags = args.tags.aws(Name=name)

        caller = role(
            f"{name}-role",
            trust=trusted_by("scheduler.amazonaws.com", account=args.account),
            tags=tags,
            opts=child,
            statements=[
                allow(
                    "eks:UpdateNodegroupConfig",
                    on=[
                        node_group_arn(args.account, args.cluster_name, block.group_name)
                        for block in args.blocks.values()
                    ],
                )
            ],
        )
        group = aws.scheduler.ScheduleGroup(f"{name}-group", tags=tags, opts=child)
        for block_name, block in args.blocks.items():
            aws.scheduler.Schedule(
                f"{name}-{block_name}",
                group_name=group.name,
                description=f"{block.rung.max} nodes of the capacity block, when it starts",
                schedule_expression=f"at({purchase.utc(block.starts).removesuffix('Z')})",
                schedule_expression_timezone="UTC",
                flexible_time_window={"mode": "OFF"},
                target={
                    "arn": f"arn:{args.account.partition}:scheduler:::aws-sdk:eks:updateNodegroupConfig",
                    "role_arn": caller.arn,
                    # PascalCase, though EKS's own is not: a universal target wants it so. The minimum stays 0, or a group
                    # could not be emptied at the end.
                    "input": pulumi.Output.json_dumps(
                        {
                            "ClusterName": args.cluster_name,
                            "NodegroupName": block.group_name,
                            "ScalingConfig": {"DesiredSize": block.rung.max},
                        }
                    ),
                    # A block may become active some minutes late; jobs grow the group all the same.
                    "retry_policy": {"maximum_retry_attempts": 10, "maximum_event_age_in_seconds": 3600},
                },
                opts=child,
            )
        self.group_name = group.name
        self.register_outputs({"group_name": self.group_name})
