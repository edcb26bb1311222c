from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import botocore.session
import pytest
from botocore.model import ServiceModel, StructureShape
from botocore.validate import ParamValidator

from components.iam import Account
from components.sleep_schedule import Hours, SleepSchedule, SleepScheduleArgs, SystemNodes, cron
from components.tags import CostTags
from gpuplatform.plan.model import Plan

Record = Callable[[Callable[[], object]], Plan]

SCHEDULE = "aws:scheduler/schedule:Schedule"


def args(**changes: Any) -> SleepScheduleArgs:
    given: dict[str, Any] = {
        "account": Account(id="111122223333", region="us-east-1"),
        "tags": CostTags(
            team="ml", project="gpuplatform", environment="test", component="governance", contact="ml@example.com"
        ),
        "hours": Hours(workdays_only=True, start="07:00", stop="19:00", zone="Europe/Berlin"),
        "cluster_name": "cluster-1",
        "system": SystemNodes(group_name="system-1", awake=2),
        "gpu_group_names": {"l4-spot-0": "l4-1"},
        "alert_topic_arn": "arn:aws:sns:us-east-1:111122223333:alerts",
    }
    return SleepScheduleArgs(**(given | changes))


@pytest.fixture(scope="module")
def plan(record_plan: Record) -> Plan:
    return record_plan(lambda: SleepSchedule("sleep", args()))


def test_gpus_go_first_the_system_nodes_last_and_gpus_are_swept_again(plan: Plan) -> None:
    assert {s.name: s.inputs["scheduleExpression"] for s in plan.all(SCHEDULE)} == {
        "sleep-wake-system": "cron(0 7 ? * MON-FRI *)",
        "sleep-stop-l4-spot-0": "cron(0 19 ? * MON-FRI *)",
        "sleep-stop-system": "cron(30 19 ? * MON-FRI *)",
        "sleep-sweep-l4-spot-0": "cron(0 20 ? * MON-FRI *)",
        "sleep-sweep-karpenter": "cron(0 20 ? * MON-FRI *)",
    }


def test_what_karpenter_left_is_terminated_by_its_tag_once_karpenter_is_gone(plan: Plan) -> None:
    sweep = plan.one(SCHEDULE, "sleep-sweep-karpenter").inputs["target"]

    assert sweep["arn"] == "arn:aws:scheduler:::aws-sdk:ssm:startAutomationExecution"
    assert json.loads(sweep["input"])["Targets"] == [{"Key": "tag:eks:eks-cluster-name", "Values": ["cluster-1"]}]


def test_only_the_system_nodes_are_woken(plan: Plan) -> None:
    calls = {s.name: json.loads(s.inputs["target"]["input"]) for s in plan.all(SCHEDULE)}

    assert calls["sleep-wake-system"] == {
        "ClusterName": "cluster-1",
        "NodegroupName": "system-1",
        "ScalingConfig": {"MinSize": 2, "DesiredSize": 2},
    }
    for name in ("sleep-stop-system", "sleep-stop-l4-spot-0", "sleep-sweep-l4-spot-0"):
        assert calls[name]["ScalingConfig"] == {"MinSize": 0, "DesiredSize": 0}, "the maximum stays the settings'"


def test_the_calls_are_ones_that_aws_knows_in_the_spelling_that_scheduler_wants(plan: Plan) -> None:
    for schedule in plan.all(SCHEDULE):
        service, action = schedule.inputs["target"]["arn"].split(":")[-2:]
        shape = call_of(service, action[0].upper() + action[1:])
        call = from_pascal(json.loads(schedule.inputs["target"]["input"]), shape)
        found = ParamValidator().validate(call, shape)

        assert not found.has_errors(), found.generate_report()


def test_the_check_above_refuses_camel_case() -> None:
    with pytest.raises(AssertionError, match="clusterName"):
        from_pascal({"clusterName": "cluster-1"}, call_of("eks", "UpdateNodegroupConfig"))


def call_of(service: str, operation: str) -> StructureShape:
    model: ServiceModel = botocore.session.get_session().get_service_model(service)
    shape = model.operation_model(operation).input_shape
    assert isinstance(shape, StructureShape)
    return shape


def from_pascal(value: dict[str, Any], shape: StructureShape) -> dict[str, Any]:
    """A universal target's input as the API spells it; a key that is not a member's in PascalCase is an error."""
    names: list[str] = list(shape.members)
    by_pascal = {name[0].upper() + name[1:]: name for name in names}
    unknown = set(value) - set(by_pascal)
    assert not unknown, f"{unknown} of {sorted(by_pascal)}"

    def spelt(key: str, inner: Any) -> Any:
        member = shape.members[by_pascal[key]]
        return from_pascal(inner, member) if isinstance(member, StructureShape) else inner

    return {by_pascal[key]: spelt(key, inner) for key, inner in value.items()}


def test_a_step_that_came_too_late_is_not_taken(plan: Plan) -> None:
    for schedule in plan.all(SCHEDULE):
        age = schedule.inputs["target"]["retryPolicy"]["maximumEventAgeInSeconds"]
        assert age <= 3600, "a stop that is retried until the morning stops a working day"
        assert schedule.inputs["flexibleTimeWindow"] == {"mode": "OFF"}
        assert schedule.inputs["scheduleExpressionTimezone"] == "Europe/Berlin"


def test_failed_steps_are_kept_encrypted_and_told(plan: Plan) -> None:
    queue = plan.one("aws:sqs/queue:Queue")
    alarm = plan.one("aws:cloudwatch/metricAlarm:MetricAlarm")

    assert queue.inputs["sqsManagedSseEnabled"] is True
    assert {s.inputs["target"]["deadLetterConfig"]["arn"] for s in plan.all(SCHEDULE)} == {queue.outputs["arn"]}
    assert alarm.inputs["dimensions"] == {"QueueName": queue.outputs["name"]}
    assert "docs/runbooks/sleep-schedule.md" in alarm.inputs["alarmDescription"]


def test_the_role_may_resize_these_groups_and_terminate_karpenters_nodes_of_this_cluster(plan: Plan) -> None:
    document = json.loads(plan.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])
    prefix = "arn:aws:eks:us-east-1:111122223333:nodegroup/cluster-1"

    terminate = document["Statement"][2]
    assert terminate["Action"] == ["ec2:TerminateInstances"]
    assert terminate["Condition"]["StringEquals"] == {"aws:ResourceTag/eks:eks-cluster-name": "cluster-1"}
    assert document["Statement"][3:] == [
        {
            "Effect": "Allow",
            "Action": ["eks:UpdateNodegroupConfig"],
            "Resource": [f"{prefix}/system-1/*", f"{prefix}/l4-1/*"],
        },
        {
            "Effect": "Allow",
            "Action": ["sqs:SendMessage"],
            "Resource": plan.one("aws:sqs/queue:Queue").outputs["arn"],
        },
    ]


@pytest.mark.parametrize(
    ("clock", "workdays_only", "delay", "expected"),
    [
        ("07:05", True, 0, "cron(5 7 ? * MON-FRI *)"),
        ("19:00", True, 30, "cron(30 19 ? * MON-FRI *)"),
        ("23:45", True, 30, "cron(15 0 ? * TUE-SAT *)"),  # Friday's system nodes go on Saturday
        ("23:45", False, 30, "cron(15 0 ? * * *)"),
        ("00:00", False, 0, "cron(0 0 ? * * *)"),
    ],
)
def test_delays_move_the_clock_and_the_days(clock: str, workdays_only: bool, delay: int, expected: str) -> None:
    assert cron(clock, workdays_only=workdays_only, delay_minutes=delay) == expected


@pytest.mark.parametrize("stop", ["00:30", "12:00", "23:15", "23:59"])
@pytest.mark.parametrize("delay", [0, 30, 60, 240])
def test_every_weekday_s_stop_has_its_later_step(stop: str, delay: int) -> None:
    week = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
    fields = re.fullmatch(r"cron\((\d+) (\d+) \? \* (\S+) \*\)", cron(stop, workdays_only=True, delay_minutes=delay))
    assert fields
    minute, hour, days = fields.groups()
    first, last = days.split("-")
    friday = datetime.fromisoformat(f"2026-11-20T{stop}") + timedelta(minutes=delay)

    assert (friday.hour, friday.minute) == (int(hour), int(minute))
    assert week[friday.weekday()] == last
    assert (week.index(last) - week.index(first)) % 7 == 4, "five days in a row"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: SystemNodes(group_name="system-1", awake=0), "awake"),
        (lambda: Hours(workdays_only=True, start="19:00", stop="07:00", zone="UTC"), "stop"),
    ],
)
def test_schedules_that_would_not_sleep_or_not_wake_are_refused(wrong: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        wrong()


def test_the_sweep_may_start_its_runbook_by_every_name_that_aws_asks_for(plan: Plan) -> None:
    (policy,) = [r for r in plan.resources if "ssm:StartAutomationExecution" in str(r.inputs.get("policy", ""))]
    (statement,) = [
        s for s in json.loads(policy.inputs["policy"])["Statement"] if "ssm:StartAutomationExecution" in s["Action"]
    ]

    assert statement["Resource"] == [
        "arn:aws:ssm:us-east-1::document/AWS-TerminateEC2Instance",
        "arn:aws:ssm:us-east-1:111122223333:automation-execution/*",
        "arn:aws:ssm:us-east-1::automation-definition/AWS-TerminateEC2Instance:*",
    ]


def test_the_sweep_ends_instances_of_karpenter_s_pools_in_this_cluster_and_no_others(plan: Plan) -> None:
    (policy,) = [r for r in plan.resources if "ec2:TerminateInstances" in str(r.inputs.get("policy", ""))]
    (statement,) = [
        s for s in json.loads(policy.inputs["policy"])["Statement"] if "ec2:TerminateInstances" in s["Action"]
    ]

    assert statement["Action"] == ["ec2:TerminateInstances"]
    assert statement["Resource"] == "arn:aws:ec2:us-east-1:111122223333:instance/*"
    assert statement["Condition"]["StringLike"] == {"aws:ResourceTag/karpenter.sh/nodepool": "*"}
    assert list(statement["Condition"]["StringEquals"]) == ["aws:ResourceTag/eks:eks-cluster-name"]
    assert set(statement["Condition"]) == {"StringEquals", "StringLike"}
