"""The retention of a log group that EKS makes under a generated name."""

from __future__ import annotations

import json

import boto3
import pytest
from moto import mock_aws

from components.iam import Account
from components.log_retention import LogRetention, LogRetentionArgs
from components.tags import CostTags
from tests.conftest import Record

TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="cluster", contact="ml")
ACCOUNT = Account(id="111122223333", region="us-east-1")
GROUP = "/aws/eks/cluster-eksCluster-0a1b2c3/cluster"


def args(days: int = 90) -> LogRetentionArgs:
    return LogRetentionArgs(account=ACCOUNT, tags=TAGS, cluster_name="cluster-eksCluster-0a1b2c3", days=days)


def test_what_the_schedule_calls_sets_the_retention_of_ekss_own_group(record_plan: Record) -> None:
    plan = record_plan(lambda: LogRetention("cluster-logs", args()))

    target = plan.one("aws:scheduler/schedule:Schedule").inputs["target"]
    assert target["arn"] == "arn:aws:scheduler:::aws-sdk:cloudwatchlogs:putRetentionPolicy"
    with mock_aws():
        logs = boto3.client("logs", region_name="us-east-1")
        logs.create_log_group(logGroupName=GROUP)
        # A universal target's input is the API's, in PascalCase.
        logs.put_retention_policy(
            **{key[0].lower() + key[1:]: value for key, value in json.loads(target["input"]).items()}
        )
        (group,) = logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    assert group["retentionInDays"] == 90


def test_the_caller_may_do_that_to_this_group_and_nothing_else(record_plan: Record) -> None:
    plan = record_plan(lambda: LogRetention("cluster-logs", args()))

    (statement,) = json.loads(plan.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]
    arn = f"arn:aws:logs:us-east-1:111122223333:log-group:{GROUP}"
    assert (statement["Action"], statement["Resource"]) == (["logs:PutRetentionPolicy"], [arn, f"{arn}:*"])
    (trust,) = json.loads(plan.one("aws:iam/role:Role").inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}


def test_a_period_that_cloudwatch_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match=r"keeps no 100 days; it takes 1, 3, 5"):
        args(days=100)
