from __future__ import annotations

import json
from typing import Any

from components.interruption_queue import InterruptionQueue, InterruptionQueueArgs
from components.tags import CostTags
from gpuplatform.plan.model import Plan
from tests.conftest import Record

TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="platform", contact="ml@example.com")
QUEUE = "aws:sqs/queue:Queue"
RULE = "aws:cloudwatch/eventRule:EventRule"


def recorded(record_plan: Record) -> Plan:
    return record_plan(lambda: InterruptionQueue("interruptions", InterruptionQueueArgs(tags=TAGS)))


def policy(plan: Plan) -> dict[str, dict[str, Any]]:
    document = json.loads(plan.one("aws:sqs/queuePolicy:QueuePolicy").inputs["policy"])
    return {statement["Sid"]: statement for statement in document["Statement"]}


def test_the_queue_is_encrypted_and_forgets_what_is_too_late(record_plan: Record) -> None:
    queue = recorded(record_plan).one(QUEUE)

    assert queue.inputs["sqsManagedSseEnabled"] is True
    assert queue.inputs["messageRetentionSeconds"] == 300


def test_every_event_that_takes_a_node_away_reaches_the_queue(record_plan: Record) -> None:
    plan = recorded(record_plan)

    heard = {
        json.loads(rule.inputs["eventPattern"])["detail-type"][0]: json.loads(rule.inputs["eventPattern"])["source"]
        for rule in plan.all(RULE)
    }
    assert heard == {
        "EC2 Spot Instance Interruption Warning": ["aws.ec2"],
        "EC2 Instance Rebalance Recommendation": ["aws.ec2"],
        "EC2 Instance State-change Notification": ["aws.ec2"],
        "AWS Health Event": ["aws.health"],
        "EC2 Capacity Reservation Instance Interruption Warning": ["aws.ec2"],
    }
    targets = plan.all("aws:cloudwatch/eventTarget:EventTarget")
    assert {t.inputs["rule"] for t in targets} == {rule.outputs["name"] for rule in plan.all(RULE)}
    assert {t.inputs["arn"] for t in targets} == {plan.one(QUEUE).outputs["arn"]}


def test_only_our_rules_may_send(record_plan: Record) -> None:
    plan = recorded(record_plan)

    allowed = [s for s in policy(plan).values() if s["Effect"] == "Allow"]
    assert len(allowed) == 1
    assert allowed[0]["Principal"] == {"Service": "events.amazonaws.com"}
    assert allowed[0]["Condition"] == {
        "ArnEquals": {"aws:SourceArn": [rule.outputs["arn"] for rule in sorted(plan.all(RULE), key=_by_event)]}
    }


def test_nobody_gets_in_without_encryption(record_plan: Record) -> None:
    denied = policy(recorded(record_plan))["OnlyEncrypted"]

    assert (denied["Effect"], denied["Principal"], denied["Action"]) == ("Deny", "*", "sqs:*")
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def _by_event(rule: Any) -> int:
    order = ["spot-interruption", "rebalance", "state-change", "health", "reservation-interruption"]
    return order.index(rule.name.removeprefix("interruptions-"))
