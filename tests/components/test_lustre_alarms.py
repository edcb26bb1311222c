from __future__ import annotations

import pytest

from components.lustre_alarms import LustreAlarms, LustreAlarmsArgs
from components.tags import CostTags
from gpuplatform.plan.model import Plan
from tests.conftest import Record

TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="data", contact="ml")
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def alarms(record_plan: Record, *, linked: bool = True) -> Plan:
    args = LustreAlarmsArgs(tags=TAGS, file_system_id="fs-1", storage_gib=4800, linked=linked, topic_arn="arn:topic")
    return record_plan(lambda: LustreAlarms("lustre", args))


def test_a_tenth_of_the_space_is_left_when_somebody_is_told(record_plan: Record) -> None:
    alarm = alarms(record_plan).one(ALARM, "lustre-full").inputs

    assert (alarm["namespace"], alarm["metricName"]) == ("AWS/FSx", "FreeDataStorageCapacity")
    assert alarm["dimensions"] == {"FileSystemId": "fs-1"}
    # The disks' reports of one minute added up: over more than a minute each would count several times.
    assert (alarm["statistic"], alarm["period"]) == ("Sum", 60)
    assert alarm["comparisonOperator"] == "LessThanThreshold"
    assert alarm["threshold"] == pytest.approx(480 * 1024**3)


def test_changes_that_wait_for_an_hour_are_told_where_there_are_buckets(record_plan: Record) -> None:
    alarm = alarms(record_plan).one(ALARM, "lustre-behind").inputs

    assert alarm["metricName"] == "AgeOfOldestQueuedMessage"
    assert (alarm["statistic"], alarm["threshold"], alarm["comparisonOperator"]) == (
        "Maximum",
        3600,
        "GreaterThanThreshold",
    )
    assert [a.name for a in alarms(record_plan, linked=False).all(ALARM)] == ["lustre-full"]


def test_each_tells_people_and_names_its_runbook(record_plan: Record) -> None:
    for alarm in alarms(record_plan).all(ALARM):
        assert alarm.inputs["alarmActions"] == ["arn:topic"]
        assert "docs/runbooks/file-system-full.md" in alarm.inputs["alarmDescription"]
