"""Amazon EventBridge Scheduler."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Api, Free, Kind, right
from gpuplatform.kinds.labels import (
    Label,
    counting,
)
from gpuplatform.kinds.tokens import SCHEDULE

KINDS: Final = (
    Kind(
        SCHEDULE,
        ends="endDate",
        label=Label(icon="clock", words=counting("schedule"), rank=13),
        noun="schedule",
        arn="arn:{p}:scheduler:{r}:{a}:schedule/default/{n}",
        price=Free(
            "14 million invocations a month are free, and a schedule here has a few hundred (aws.amazon.com/eventbridge/pricing)"
        ),
        rights=(right("scheduler", "schedule/*/{name}", "CreateSchedule"), right("iam", "role/{name}", "PassRole")),
        api=Api(shapes=("scheduler.CreateScheduleInput",)),
    ),
    Kind(
        "aws:scheduler/scheduleGroup:ScheduleGroup",
        arn="arn:{p}:scheduler:{r}:{a}:schedule-group/{n}",
        price=Free("a folder of schedules (aws.amazon.com/eventbridge/pricing)"),
        rights=(right("scheduler", "schedule-group/{name}", "CreateScheduleGroup", "TagResource"),),
        api=Api(shapes=("scheduler.CreateScheduleGroupInput",)),
    ),
)
