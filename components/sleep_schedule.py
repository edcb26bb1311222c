"""Puts a cluster's nodes to sleep at night and wakes them in the morning: EventBridge Scheduler calls AWS itself, no code of ours runs.

The order is what people get wrong. If the system nodes go first, Karpenter dies and its GPU nodes run on, unseen. So, after a CronJob
on the cluster has drained the queues (`k8s/queue_sleep.py`):
1. at `stop`, GPU node groups go to zero;
2. DELAY_MINUTES later, when Karpenter had time to remove its empty nodes, the system nodes go, and the autoscalers with them;
3. as long again, what is left is swept: the GPU groups go to zero once more, for what Cluster Autoscaler brought back in between,
   and instances that Karpenter started and did not remove are terminated by their tag. Nobody is left to start others.
At `start` the system nodes come back, and the autoscalers bring the rest as pods ask for it.

The program must ignore later changes of the groups' minimum and desired size, or each deployment would wake them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.iam import Account, allow, node_group_arn, role, trusted_by
from components.tags import CostTags

KARPENTER_CLUSTER = "eks:eks-cluster-name"
"""Karpenter tags what it starts with this, managed node groups do not (karpenter.sh, v1 migration guide, read 2026-11)."""

TERMINATE = "AWS-TerminateEC2Instance"
"""A runbook of AWS (Systems Manager Automation runbook reference, read 2026-11)."""

DELAY_MINUTES = 30
"""Between the steps of falling asleep: Karpenter needs 15 to remove its nodes."""

_WEEK = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


@dataclass(frozen=True, kw_only=True)
class Hours:
    """When the environment is awake."""

    workdays_only: bool
    start: str
    """HH:MM."""
    stop: str
    zone: str
    """IANA time zone; the clock's changes in spring and autumn are followed."""

    def __post_init__(self) -> None:
        if not self.start < self.stop:
            raise ValueError(f"stop: {self.stop} is not after start {self.start}; accepted: HH:MM of the same day")


@dataclass(frozen=True, kw_only=True)
class SystemNodes:
    """The group that goes last and comes back first."""

    group_name: pulumi.Input[str]
    awake: int
    """Nodes, minimum and desired, when awake."""

    def __post_init__(self) -> None:
        if self.awake < 1:
            raise ValueError(f"awake: {self.awake}; a cluster that wakes up has at least 1 system node")


@dataclass(frozen=True, kw_only=True)
class SleepScheduleArgs:
    account: Account
    tags: CostTags
    hours: Hours
    cluster_name: pulumi.Input[str]
    system: SystemNodes
    gpu_group_names: Mapping[str, pulumi.Input[str]]
    """Managed GPU node groups, by a name of ours."""
    alert_topic_arn: pulumi.Input[str]


class SleepSchedule(pulumi.ComponentResource):
    group_name: pulumi.Output[str]
    """The schedule group, to look at or disable its schedules."""

    def __init__(self, name: str, args: SleepScheduleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:SleepSchedule", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        tags = args.tags.aws(Name=name)

        failed = aws.sqs.Queue(
            f"{name}-failed",
            sqs_managed_sse_enabled=True,
            message_retention_seconds=14 * 24 * 3600,
            tags=tags,
            opts=child,
        )
        aws.cloudwatch.MetricAlarm(
            f"{name}-stuck",
            namespace="AWS/SQS",
            metric_name="ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": failed.name},
            statistic="Maximum",
            period=300,
            evaluation_periods=1,
            threshold=0,
            comparison_operator="GreaterThanThreshold",
            treat_missing_data="notBreaching",
            alarm_description="A step of falling asleep or waking up failed: nodes may run all night, or be missing. "
            "Runbook: docs/runbooks/sleep-schedule.md",
            alarm_actions=[args.alert_topic_arn],
            tags=tags,
            opts=child,
        )
        caller = role(
            f"{name}-role",
            trust=trusted_by("scheduler.amazonaws.com", account=args.account),
            tags=tags,
            opts=child,
            statements=[
                *sweeping(args.account, args.cluster_name),
                allow(
                    "eks:UpdateNodegroupConfig",
                    on=[
                        node_group_arn(args.account, args.cluster_name, group)
                        for group in (args.system.group_name, *args.gpu_group_names.values())
                    ],
                ),
                allow("sqs:SendMessage", on=failed.arn),
            ],
        )
        group = aws.scheduler.ScheduleGroup(f"{name}-group", tags=tags, opts=child)
        for step in steps(args):
            aws.scheduler.Schedule(
                f"{name}-{step.name}",
                group_name=group.name,
                description=step.description,
                schedule_expression=step.cron,
                schedule_expression_timezone=args.hours.zone,
                flexible_time_window={"mode": "OFF"},
                target={
                    "arn": f"arn:{args.account.partition}:scheduler:::aws-sdk:{step.action}",
                    "role_arn": caller.arn,
                    "input": pulumi.Output.json_dumps(step.call),
                    # A group that is just being updated refuses; but an hour later a step is no longer what is wanted.
                    "retry_policy": {"maximum_retry_attempts": 10, "maximum_event_age_in_seconds": 3600},
                    "dead_letter_config": {"arn": failed.arn},
                },
                opts=child,
            )
        self.group_name = group.name
        self.register_outputs({"group_name": self.group_name})


@dataclass(frozen=True, kw_only=True)
class Step:
    name: str
    description: str
    cron: str
    call: Mapping[str, object]
    """The call's input, in PascalCase though EKS's own is not: a universal target wants it so."""
    action: str = "eks:updateNodegroupConfig"


def steps(args: SleepScheduleArgs) -> list[Step]:
    """Everything that happens in a day, in order."""

    def call(group: pulumi.Input[str], nodes: int) -> dict[str, object]:
        size = {"MinSize": nodes, "DesiredSize": nodes}
        return {"ClusterName": args.cluster_name, "NodegroupName": group, "ScalingConfig": size}

    def at(clock: str, delays: int = 0) -> str:
        return cron(clock, workdays_only=args.hours.workdays_only, delay_minutes=delays * DELAY_MINUTES)

    stop, system = args.hours.stop, args.system
    gpus = args.gpu_group_names.items()
    return [
        Step(
            name="wake-system",
            description=f"{system.awake} system nodes",
            cron=at(args.hours.start),
            call=call(system.group_name, system.awake),
        ),
        *(
            Step(name=f"stop-{n}", description=f"GPU group {n} to zero", cron=at(stop), call=call(group, 0))
            for n, group in gpus
        ),
        Step(
            name="stop-system",
            description="System nodes to zero, after the GPUs",
            cron=at(stop, 1),
            call=call(system.group_name, 0),
        ),
        *(
            Step(
                name=f"sweep-{n}",
                description=f"GPU group {n} to zero again: nobody is left to remove what came back",
                cron=at(stop, 2),
                call=call(group, 0),
            )
            for n, group in gpus
        ),
        Step(
            name="sweep-karpenter",
            description="Instances that Karpenter left behind",
            cron=at(stop, 2),
            action="ssm:startAutomationExecution",
            call={
                "DocumentName": TERMINATE,
                "TargetParameterName": "InstanceId",
                "Targets": [{"Key": f"tag:{KARPENTER_CLUSTER}", "Values": [args.cluster_name]}],
                "MaxConcurrency": "100%",
                "MaxErrors": "100%",
            },
        ),
    ]


def cron(clock: str, *, workdays_only: bool, delay_minutes: int = 0) -> str:
    """Scheduler's six fields, the day of month given up for the day of week. A delay beyond midnight moves the days too."""
    hours, minutes = clock.split(":")
    later, minute = divmod(int(hours) * 60 + int(minutes) + delay_minutes, 24 * 60)
    first, last = (_WEEK[(day + later) % 7] for day in (0, 4))
    days = f"{first}-{last}" if workdays_only else "*"
    return f"cron({minute % 60} {minute // 60} ? * {days} *)"


def sweeping(account: Account, cluster: pulumi.Input[str]) -> list[dict[str, object]]:
    """Rights to terminate instances that Karpenter started for this cluster, and no others. The runbook has its caller's rights."""
    ssm = f"arn:{account.partition}:ssm:{account.region}"
    return [
        # AWS asks for the document and the execution; the definition, which it asked for before, is kept for regions that still do
        # (Systems Manager user guide, automation-setup-identity-based-policies, and AWSQuickSetupStartStopInstancesExecutionPolicy,
        # read 2026-12). A document of AWS's own has no account.
        allow(
            "ssm:StartAutomationExecution",
            on=[
                f"{ssm}::document/{TERMINATE}",
                account.arn("ssm", "automation-execution/*"),
                f"{ssm}::automation-definition/{TERMINATE}:*",
            ],
        ),
        # To resolve the tag and to wait for the end; describe actions take no resource.
        allow("ec2:DescribeInstances", "ec2:DescribeInstanceStatus", "ssm:GetAutomationExecution", on="*"),
        allow(
            "ec2:TerminateInstances",
            on=account.arn("ec2", "instance/*"),
            when={
                "StringEquals": {f"aws:ResourceTag/{KARPENTER_CLUSTER}": cluster},
                "StringLike": {"aws:ResourceTag/karpenter.sh/nodepool": "*"},
            },
        ),
    ]
