from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from components.alert_topic import PUBLISHERS, AlertTopic, AlertTopicArgs
from components.budget import Budget, BudgetArgs
from components.iam import Account
from components.tags import CostTags
from gpuplatform.plan.model import Plan

Record = Callable[[Callable[[], object]], Plan]


def args(emails: tuple[str, ...] = ("ml@example.com", "finance@example.com"), key: str | None = None) -> AlertTopicArgs:
    return AlertTopicArgs(
        account=Account(id="111122223333", region="us-east-1"),
        tags=CostTags(team="ml", project="gpuplatform", environment="test", component="governance", contact="ml"),
        emails=emails,
        kms_key_arn=key,
    )


def test_each_service_may_publish_for_this_account_alone(record_plan: Record) -> None:
    plan = record_plan(lambda: AlertTopic("alerts", args()))
    document = json.loads(plan.one("aws:sns/topicPolicy:TopicPolicy").inputs["policy"])
    allowed = [s for s in document["Statement"] if s["Effect"] == "Allow"]

    assert {s["Principal"]["Service"] for s in allowed} == set(PUBLISHERS)
    for statement in allowed:
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}
        assert statement["Resource"] == plan.one("aws:sns/topic:Topic").outputs["arn"]


def test_plain_http_is_refused(record_plan: Record) -> None:
    plan = record_plan(lambda: AlertTopic("alerts", args()))
    document = json.loads(plan.one("aws:sns/topicPolicy:TopicPolicy").inputs["policy"])

    denied = [s for s in document["Statement"] if s["Effect"] == "Deny"]
    assert [s["Condition"] for s in denied] == [{"Bool": {"aws:SecureTransport": "false"}}]


def test_whoever_gets_the_arn_waits_for_the_policy(record_plan: Record) -> None:
    def program() -> None:
        arn = AlertTopic("alerts", args()).arn
        Budget("environment", BudgetArgs(tags=args().tags, dollars=300, topic_arn=arn))

    plan = record_plan(program)
    budget = plan.one("aws:budgets/budget:Budget")

    assert plan.one("aws:sns/topicPolicy:TopicPolicy").urn in budget.property_dependencies["notifications"]
    assert budget.inputs["notifications"][0]["subscriberSnsTopicArns"] == [
        plan.one("aws:sns/topic:Topic").outputs["arn"]
    ]


def test_everybody_is_written_to(record_plan: Record) -> None:
    subscriptions = record_plan(lambda: AlertTopic("alerts", args())).all("aws:sns/topicSubscription:TopicSubscription")

    assert {s.name: s.inputs["endpoint"] for s in subscriptions} == {
        "alerts-ml-example-com": "ml@example.com",
        "alerts-finance-example-com": "finance@example.com",
    }


@pytest.mark.parametrize("key", [None, "arn:aws:kms:us-east-1:111122223333:key/0f0e"])
def test_a_key_encrypts_only_where_one_is_given(record_plan: Record, key: str | None) -> None:
    topic = record_plan(lambda: AlertTopic("alerts", args(key=key))).one("aws:sns/topic:Topic")

    assert topic.inputs.get("kmsMasterKeyId") == key


@pytest.mark.parametrize("emails", [(), ("a@b.co", "a@b.co")])
def test_nobody_or_the_same_twice_is_refused(emails: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="emails"):
        args(emails)
