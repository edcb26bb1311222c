"""Makes room on a Lustre file system: what S3 has too, and nobody has read for some days, loses its place on the disks.

Names and sizes stay, and the first read fetches the data again. FSx releases nothing by itself: files that were read once stay
until the file system is full, and then every job that writes fails (LustreGuide, "Using data repository tasks to release files",
read 2026-12). EventBridge Scheduler asks FSx for the task once a day. What is not yet in S3 is never released.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.iam import Account, allow, role, trusted_by
from components.tags import CostTags

MOST_FOLDERS = 100
"""Paths that one task takes (botocore 1.44.5, fsx CreateDataRepositoryTask)."""


@dataclass(frozen=True, kw_only=True)
class LustreReleaseArgs:
    account: Account
    tags: CostTags
    file_system_id: pulumi.Input[str]
    folders: Sequence[str]
    """Those that show buckets; only their files can be released."""
    after_days: int
    """Since a file was last read or written."""
    topic_arn: pulumi.Input[str] | None
    """Hears of a task that could not be asked for."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.folders) <= MOST_FOLDERS:
            raise ValueError(f"folders: {len(self.folders)}; a task releases files of 1 to {MOST_FOLDERS} folders")
        if self.after_days < 1:
            raise ValueError(
                f"after_days: {self.after_days}; at least 1: at 0 what a job is reading goes from under it"
            )


class LustreRelease(pulumi.ComponentResource):
    def __init__(self, name: str, args: LustreReleaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:LustreRelease", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        tags = args.tags.aws(Name=f"{name}-release")

        failed = aws.sqs.Queue(
            f"{name}-release-failed",
            sqs_managed_sse_enabled=True,
            message_retention_seconds=14 * 24 * 3600,
            tags=tags,
            opts=child,
        )
        caller = role(
            f"{name}-release-role",
            trust=trusted_by("scheduler.amazonaws.com", account=args.account),
            tags=tags,
            opts=child,
            statements=[
                # IAM asks for both: the file system, and the task that is made (service authorization reference, "Amazon FSx").
                allow(
                    "fsx:CreateDataRepositoryTask",
                    on=[
                        pulumi.Output.concat(args.account.arn("fsx", "file-system/"), args.file_system_id),
                        args.account.arn("fsx", "task/*"),
                    ],
                ),
                allow("sqs:SendMessage", on=failed.arn),
            ],
        )
        aws.scheduler.Schedule(
            f"{name}-release-daily",
            description=f"Files that S3 has, not read for {args.after_days} days, make room",
            # Before the working day, and clear of the file system's maintenance on Sundays at 03:00 UTC.
            schedule_expression="cron(0 1 * * ? *)",
            schedule_expression_timezone="UTC",
            flexible_time_window={"mode": "OFF"},
            target={
                "arn": f"arn:{args.account.partition}:scheduler:::aws-sdk:fsx:createDataRepositoryTask",
                "role_arn": caller.arn,
                "input": pulumi.Output.from_input(args.file_system_id).apply(
                    lambda system: json.dumps(task(system, args.folders, args.after_days))
                ),
                "retry_policy": {"maximum_retry_attempts": 10, "maximum_event_age_in_seconds": 6 * 3600},
                "dead_letter_config": {"arn": failed.arn},
            },
            opts=child,
        )
        if args.topic_arn is not None:
            aws.cloudwatch.MetricAlarm(
                f"{name}-release-stuck",
                namespace="AWS/SQS",
                metric_name="ApproximateNumberOfMessagesVisible",
                dimensions={"QueueName": failed.name},
                statistic="Maximum",
                period=300,
                evaluation_periods=1,
                threshold=0,
                comparison_operator="GreaterThanThreshold",
                treat_missing_data="notBreaching",
                alarm_description="FSx took no task that makes room on the file system, which fills up. "
                "Runbook: docs/runbooks/file-system-full.md",
                alarm_actions=[args.topic_arn],
                tags=tags,
                opts=child,
            )
        self.register_outputs({})


def task(file_system_id: str, folders: Sequence[str], after_days: int) -> dict[str, object]:
    """Input of CreateDataRepositoryTask."""
    return {
        "FileSystemId": file_system_id,
        "Type": "RELEASE_DATA_FROM_FILESYSTEM",
        "Paths": list(folders),
        "ReleaseConfiguration": {"DurationSinceLastAccess": {"Unit": "DAYS", "Value": after_days}},
        "Report": {"Enabled": False},
        # Scheduler's own word for one run: asked again, FSx answers with the task that it has.
        "ClientRequestToken": "<aws.scheduler.execution-id>",
    }
