from __future__ import annotations

import json

import pytest

from components.heartbeat import Heartbeat, HeartbeatArgs
from components.tags import CostTags
from gpuplatform.plan.model import Plan
from tests.conftest import Record

TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="governance", contact="ml")


@pytest.fixture(scope="module")
def plan(record_plan: Record) -> Plan:
    args = HeartbeatArgs(
        tags=TAGS, alert_topic_arn="arn:aws:sns:us-east-1:111122223333:alerts", kms_key_arn=None, description="silent"
    )
    return record_plan(lambda: Heartbeat("heartbeat", args))


def test_the_alarm_rings_for_silence_of_a_quarter_of_an_hour(plan: Plan) -> None:
    alarm = plan.one("aws:cloudwatch/metricAlarm:MetricAlarm").inputs

    assert (alarm["namespace"], alarm["metricName"]) == ("AWS/SNS", "NumberOfMessagesPublished")
    assert alarm["dimensions"] == {"TopicName": plan.one("aws:sns/topic:Topic").outputs["name"]}
    assert (alarm["statistic"], alarm["comparisonOperator"], alarm["threshold"]) == ("Sum", "LessThanThreshold", 1)
    assert alarm["period"] * alarm["evaluationPeriods"] == 15 * 60


def test_no_count_at_all_is_silence_too(plan: Plan) -> None:
    assert plan.one("aws:cloudwatch/metricAlarm:MetricAlarm").inputs["treatMissingData"] == "breaching"


def test_people_are_told_by_their_own_topic(plan: Plan) -> None:
    alarm = plan.one("aws:cloudwatch/metricAlarm:MetricAlarm").inputs

    assert alarm["alarmActions"] == alarm["okActions"] == ["arn:aws:sns:us-east-1:111122223333:alerts"]
    assert plan.all("aws:sns/topicSubscription:TopicSubscription") == []


def test_plain_http_is_refused(plan: Plan) -> None:
    (statement,) = json.loads(plan.one("aws:sns/topicPolicy:TopicPolicy").inputs["policy"])["Statement"]

    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
