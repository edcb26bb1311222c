"""Flow logs of a VPC, in CloudWatch Logs.

Not in S3: the lake's bucket would have to exist before the network, and Logs Insights answers "who dropped this
connection" without a table. All traffic, not what was refused alone: who was reached is asked after an incident. Nothing is fixed in their
price. CloudWatch encrypts every group with its own key; the
records hold addresses and ports, no payload, so a customer key (1 $ a month) is not spent on them.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components import iam
from components.tags import CostTags

# CloudWatch Logs takes no other number of days (PutRetentionPolicy, API reference, read 2026-11).
RETENTION_DAYS = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)


@dataclass(frozen=True, kw_only=True)
class FlowLogsArgs:
    vpc_id: pulumi.Input[str]
    retention_days: int
    account: iam.Account
    tags: CostTags

    def __post_init__(self) -> None:
        if self.retention_days not in RETENTION_DAYS:
            raise ValueError(
                f"retention_days: CloudWatch Logs keeps no {self.retention_days} days; it takes "
                f"{', '.join(map(str, RETENTION_DAYS))}"
            )


class FlowLogs(pulumi.ComponentResource):
    log_group_name: pulumi.Output[str]
    """Where to ask Logs Insights."""

    def __init__(self, name: str, args: FlowLogsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:FlowLogs", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        tags = args.tags.aws(Name=name)

        group = aws.cloudwatch.LogGroup(f"{name}-group", retention_in_days=args.retention_days, tags=tags, opts=child)
        writer = iam.role(
            f"{name}-writer",
            trust=iam.trusted_by("vpc-flow-logs.amazonaws.com", account=args.account),
            statements=[
                iam.allow(
                    "logs:CreateLogStream",
                    "logs:PutLogEvents",
                    "logs:DescribeLogGroups",
                    "logs:DescribeLogStreams",
                    on=[group.arn, pulumi.Output.concat(group.arn, ":*")],
                )
            ],
            tags=tags,
            opts=child,
        )
        aws.ec2.FlowLog(
            f"{name}-vpc",
            vpc_id=args.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=writer.arn,
            # Every node here is a Nitro instance, whose records come at least once a minute whatever is asked (EC2 API reference,
            # CreateFlowLogs, MaxAggregationInterval): ten minutes would be a promise that nobody keeps, of lines and of their price.
            max_aggregation_interval=60,
            tags=tags,
            opts=child,
        )

        self.log_group_name = group.name
        self.register_outputs({"log_group_name": self.log_group_name})
