"""Files that S3 has too make room on the file system."""

from __future__ import annotations

import json
from collections.abc import Sequence

import botocore.session
import pytest
from botocore.validate import validate_parameters

from components.iam import Account
from components.lustre_release import LustreRelease, LustreReleaseArgs
from components.tags import CostTags
from gpuplatform.plan.model import Plan
from tests.conftest import Record

TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="data", contact="ml")
SYSTEM = "fs-0123456789abcdef0"


def args(
    *, folders: Sequence[str] = ("curated", "checkpoints"), days: int = 7, topic: str | None = "arn:topic"
) -> LustreReleaseArgs:
    return LustreReleaseArgs(
        account=Account(id="111122223333", region="us-east-1"),
        tags=TAGS,
        file_system_id=SYSTEM,
        folders=folders,
        after_days=days,
        topic_arn=topic,
    )


def planned(record_plan: Record, topic: str | None = "arn:topic") -> Plan:
    return record_plan(lambda: LustreRelease("lustre", args(topic=topic)))


def test_once_a_day_fsx_is_asked_for_a_task_that_its_api_takes(record_plan: Record) -> None:
    schedule = planned(record_plan).one("aws:scheduler/schedule:Schedule").inputs

    assert schedule["target"]["arn"] == "arn:aws:scheduler:::aws-sdk:fsx:createDataRepositoryTask"
    sent = json.loads(schedule["target"]["input"])
    assert sent["ReleaseConfiguration"] == {"DurationSinceLastAccess": {"Unit": "DAYS", "Value": 7}}
    assert sent["Paths"] == ["curated", "checkpoints"], "as FSx writes them: without a slash in front"
    # Scheduler puts the run's own id in the place of its word.
    sent["ClientRequestToken"] = sent["ClientRequestToken"].replace("<aws.scheduler.execution-id>", "d32c5kddcf5bb8c3")
    operation = botocore.session.get_session().get_service_model("fsx").operation_model("CreateDataRepositoryTask")
    assert operation.input_shape is not None
    validate_parameters(sent, operation.input_shape)
    assert sent["Type"] in operation.input_shape.members["Type"].metadata["enum"]
    assert schedule["scheduleExpression"] == "cron(0 1 * * ? *)"


def test_the_caller_may_ask_for_tasks_of_this_file_system_and_report_failures(record_plan: Record) -> None:
    plan = planned(record_plan)

    tasks, queue = json.loads(plan.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]
    assert tasks["Action"] == ["fsx:CreateDataRepositoryTask"]
    assert tasks["Resource"] == [
        f"arn:aws:fsx:us-east-1:111122223333:file-system/{SYSTEM}",
        "arn:aws:fsx:us-east-1:111122223333:task/*",
    ]
    assert queue["Resource"] == plan.one("aws:sqs/queue:Queue").outputs["arn"]


def test_somebody_is_told_where_there_is_somebody_to_tell(record_plan: Record) -> None:
    alarm = planned(record_plan).one("aws:cloudwatch/metricAlarm:MetricAlarm").inputs

    assert alarm["dimensions"] == {"QueueName": planned(record_plan).one("aws:sqs/queue:Queue").outputs["name"]}
    assert alarm["alarmActions"] == ["arn:topic"]
    assert not planned(record_plan, topic=None).all("aws:cloudwatch/metricAlarm:MetricAlarm")


@pytest.mark.parametrize(
    ("folders", "days", "sentence"),
    [((), 7, "folders: 0; a task releases files of 1 to 100"), (("curated",), 0, "after_days: 0; at least 1")],
)
def test_a_task_that_would_release_nothing_or_everything_is_refused(
    folders: Sequence[str], days: int, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        args(folders=folders, days=days)
