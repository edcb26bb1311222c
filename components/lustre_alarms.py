"""When a Lustre file system is nearly full, or falls behind the buckets that it shows.

FreeDataStorageCapacity is given by disk (object storage target), their sum is the file system's; AgeOfOldestQueuedMessage is the time, in
seconds, that a change has waited to be imported or exported (LustreGuide, "FSx for Lustre metrics and dimensions", read 2026-11).
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.tags import CostTags

FREE_SHARE = 0.1
"""Of the capacity; below, what is written may no longer fit."""
BEHIND_SECONDS = 3600

_GIB = 1024**3
_RUNBOOK = "Runbook: docs/runbooks/file-system-full.md"


@dataclass(frozen=True, kw_only=True)
class LustreAlarmsArgs:
    tags: CostTags
    file_system_id: pulumi.Input[str]
    storage_gib: int
    linked: bool
    """Whether it shows buckets."""
    topic_arn: pulumi.Input[str]


class LustreAlarms(pulumi.ComponentResource):
    def __init__(self, name: str, args: LustreAlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:LustreAlarms", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        topic = [args.topic_arn]
        aws.cloudwatch.MetricAlarm(
            f"{name}-full",
            namespace="AWS/FSx",
            metric_name="FreeDataStorageCapacity",
            dimensions={"FileSystemId": args.file_system_id},
            # A minute's sum over all disks, each of which reports once a minute.
            statistic="Sum",
            period=60,
            evaluation_periods=15,
            datapoints_to_alarm=15,
            threshold=args.storage_gib * _GIB * FREE_SHARE,
            comparison_operator="LessThanThreshold",
            treat_missing_data="missing",
            alarm_description=f"Less than {FREE_SHARE:.0%} of {args.storage_gib} GiB is free: jobs that write will fail. {_RUNBOOK}",
            alarm_actions=topic,
            ok_actions=topic,
            tags=args.tags.aws(Name=f"{name}-full"),
            opts=child,
        )
        if args.linked:
            aws.cloudwatch.MetricAlarm(
                f"{name}-behind",
                namespace="AWS/FSx",
                metric_name="AgeOfOldestQueuedMessage",
                dimensions={"FileSystemId": args.file_system_id},
                statistic="Maximum",
                period=300,
                evaluation_periods=3,
                threshold=BEHIND_SECONDS,
                comparison_operator="GreaterThanThreshold",
                # Nothing waits.
                treat_missing_data="notBreaching",
                alarm_description="A change has waited more than an hour to be carried to S3, or from it: what is there is old. "
                f"{_RUNBOOK}",
                alarm_actions=topic,
                ok_actions=topic,
                tags=args.tags.aws(Name=f"{name}-behind"),
                opts=child,
            )
        self.register_outputs({})
