from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from components.flow_logs import FlowLogs, FlowLogsArgs
from components.iam import Account
from components.tags import CostTags
from gpuplatform.plan.model import Plan

Record = Callable[[Callable[[], object]], Plan]

TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="network", contact="ml@example.com")


def args(days: int = 7) -> FlowLogsArgs:
    return FlowLogsArgs(
        vpc_id="vpc-0123456789abcdef0",
        retention_days=days,
        account=Account(id="111122223333", region="us-east-1"),
        tags=TAGS,
    )


def test_all_traffic_of_the_vpc_goes_to_a_group_that_forgets(record_plan: Record) -> None:
    plan = record_plan(lambda: FlowLogs("flow-logs", args()))

    group = plan.one("aws:cloudwatch/logGroup:LogGroup")
    log = plan.one("aws:ec2/flowLog:FlowLog").inputs
    assert group.inputs["retentionInDays"] == 7
    assert log["vpcId"] == "vpc-0123456789abcdef0"
    assert log["trafficType"] == "ALL"
    assert log["logDestination"] == group.outputs["arn"]
    assert log["iamRoleArn"] == plan.one("aws:iam/role:Role").outputs["arn"]


def test_the_writer_writes_to_this_group_only(record_plan: Record) -> None:
    plan = record_plan(lambda: FlowLogs("flow-logs", args()))

    group = plan.one("aws:cloudwatch/logGroup:LogGroup").outputs["arn"]
    (statement,) = json.loads(plan.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]
    assert statement["Resource"] == [group, f"{group}:*"]
    assert all(action.startswith("logs:") and "*" not in action for action in statement["Action"])


def test_only_the_flow_logs_of_this_account_assume_the_role(record_plan: Record) -> None:
    plan = record_plan(lambda: FlowLogs("flow-logs", args()))

    (trust,) = json.loads(plan.one("aws:iam/role:Role").inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}


def test_days_that_cloudwatch_does_not_offer_are_refused_with_those_it_does() -> None:
    with pytest.raises(ValueError, match=r"keeps no 45 days; it takes 1, 3, 5, 7, 14, 30, 60"):
        args(days=45)


def test_the_interval_is_the_one_that_nitro_keeps(record_plan: Record) -> None:
    plan = record_plan(lambda: FlowLogs("flow-logs", args()))

    assert plan.one("aws:ec2/flowLog:FlowLog").inputs["maxAggregationInterval"] == 60
