from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from components.model_endpoint import Latency, Variant
from components.model_endpoint.alarms import EndpointAlarms, EndpointAlarmsArgs
from gpuplatform.plan.model import Plan, PlannedResource
from tests.components.model_endpoint.sample import REALTIME, SERVERLESS, TOPIC, args

Record = Callable[[Callable[[], object]], Plan]

ROOT = Path(__file__).resolve().parents[3]
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def alarms(record_plan: Record, variant: Variant, topic: str | None = TOPIC) -> dict[str, PlannedResource]:
    plan = record_plan(
        lambda: EndpointAlarms(
            "embed-alarms",
            EndpointAlarmsArgs(tags=args().tags, endpoint="p-test-embed", variant=variant, topic_arn=topic),
        )
    )
    return {a.name.removeprefix("embed-alarms-"): a for a in plan.all(ALARM)}


def test_latency_is_compared_in_microseconds(record_plan: Record) -> None:
    latency = alarms(record_plan, REALTIME)["latency"].inputs

    assert latency["metricName"] == "ModelLatency"
    assert latency["threshold"] == 1500 * 1000, "1,500 ms; SageMaker measures microseconds"
    assert latency["extendedStatistic"] == "p99"
    assert "statistic" not in latency, "CloudWatch takes one or the other"


def test_of_a_streamed_answer_the_first_chunk_counts(record_plan: Record) -> None:
    streamed = replace(REALTIME, latency=Latency(limit_ms=2600, first_chunk=True))
    latency = alarms(record_plan, streamed)["latency"].inputs

    assert (latency["metricName"], latency["threshold"]) == ("FirstChunkModelLatency", 2_600_000)


def test_the_error_rate_is_an_average_of_zeros_and_ones(record_plan: Record) -> None:
    errors = alarms(record_plan, REALTIME)["errors"].inputs

    assert (errors["metricName"], errors["statistic"]) == ("Invocation5XXErrors", "Average")
    assert 0 < errors["threshold"] < 1


def test_alarms_look_at_the_variant_of_the_endpoint(record_plan: Record) -> None:
    for alarm in alarms(record_plan, REALTIME).values():
        assert alarm.inputs["namespace"] == "AWS/SageMaker"
        assert alarm.inputs["dimensions"] == {"EndpointName": "p-test-embed", "VariantName": "primary"}


def test_an_update_is_watched_longer_than_an_alarm_takes(record_plan: Record) -> None:
    from components.model_endpoint.endpoint import WATCH_SECONDS

    for alarm in alarms(record_plan, REALTIME).values():
        assert alarm.inputs["period"] * alarm.inputs["evaluationPeriods"] < WATCH_SECONDS


def test_a_quiet_endpoint_is_not_ill(record_plan: Record) -> None:
    assert {a.inputs["treatMissingData"] for a in alarms(record_plan, REALTIME).values()} == {"notBreaching"}


def test_people_are_told_when_it_begins_and_when_it_ends(record_plan: Record) -> None:
    for alarm in alarms(record_plan, REALTIME).values():
        assert alarm.inputs["alarmActions"] == [TOPIC]
        assert alarm.inputs["okActions"] == [TOPIC]
    assert alarms(record_plan, REALTIME, None)["errors"].inputs["alarmActions"] == []


def test_cold_starts_of_serverless_alarm_nobody(record_plan: Record) -> None:
    assert set(alarms(record_plan, SERVERLESS)) == {"errors"}


def test_every_alarm_names_a_runbook_that_exists(record_plan: Record) -> None:
    for alarm in alarms(record_plan, REALTIME).values():
        named = re.search(r"Runbook: (docs/runbooks/[a-z-]+\.md)", alarm.inputs["alarmDescription"])
        assert named, alarm.name
        assert (ROOT / named[1]).is_file(), named[1]
