"""How long a control plane's logs are kept.

EKS makes their log group under the cluster's generated name, to be kept for ever. Made here first, the group would need the
name of a cluster that does not exist yet; made after, it would find EKS's own in its place. So the retention alone is set, by a
schedule that says it again each day: the group may come late, and come again with another cluster. What outlives the cluster
empties itself.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.flow_logs import RETENTION_DAYS
from components.iam import Account, allow, role, trusted_by
from components.tags import CostTags


@dataclass(frozen=True, kw_only=True)
class LogRetentionArgs:
    account: Account
    tags: CostTags
    cluster_name: pulumi.Input[str]
    days: int

    def __post_init__(self) -> None:
        if self.days not in RETENTION_DAYS:
            raise ValueError(
                f"days: CloudWatch Logs keeps no {self.days} days; it takes {', '.join(map(str, RETENTION_DAYS))}"
            )


class LogRetention(pulumi.ComponentResource):
    log_group_name: pulumi.Output[str]
    """Where to ask Logs Insights."""

    def __init__(self, name: str, args: LogRetentionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:LogRetention", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.log_group_name = pulumi.Output.concat("/aws/eks/", args.cluster_name, "/cluster")
        group_arn = pulumi.Output.concat(args.account.arn("logs", "log-group:"), self.log_group_name)

        caller = role(
            f"{name}-role",
            trust=trusted_by("scheduler.amazonaws.com", account=args.account),
            # IAM knows a log group by both forms (service authorization reference, "Amazon CloudWatch Logs").
            statements=[allow("logs:PutRetentionPolicy", on=[group_arn, pulumi.Output.concat(group_arn, ":*")])],
            tags=args.tags.aws(Name=name),
            opts=child,
        )
        aws.scheduler.Schedule(
            f"{name}-daily",
            description=f"Control-plane logs are kept {args.days} days",
            schedule_expression="rate(1 day)",
            flexible_time_window={"mode": "OFF"},
            target={
                "arn": f"arn:{args.account.partition}:scheduler:::aws-sdk:cloudwatchlogs:putRetentionPolicy",
                "role_arn": caller.arn,
                "input": self.log_group_name.apply(
                    lambda group: json.dumps({"LogGroupName": group, "RetentionInDays": args.days})
                ),
                "retry_policy": {"maximum_retry_attempts": 3, "maximum_event_age_in_seconds": 3600},
            },
            opts=child,
        )
        self.register_outputs({"log_group_name": self.log_group_name})
