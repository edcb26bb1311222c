"""Messages and what is told to whom: nothing at rest, so much a million; and what acts on budgets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from gpuplatform.kinds import budgets, eventbridge, sns, sqs
from gpuplatform.plan.model import PlannedResource
from gpuplatform.preview.billing.charge import Entry, Pricer, shared, steady
from gpuplatform.preview.billing.situation import Situation

TOPIC: Final = sns.TOPIC
QUEUE: Final = sqs.QUEUE
BUS: Final = eventbridge.EVENT_BUS
ACTION: Final = budgets.BUDGET_ACTION

FREE_ACTIONS: Final = 2
"""A payer account (aws.amazon.com/aws-cost-management/aws-budgets/pricing)."""


def topic(resource: PlannedResource, situation: Situation) -> Iterator[Entry]:
    key = "fifo-publishes" if resource.inputs.get("fifoTopic") else "publishes"
    yield shared(situation, "messages to the topic", "sns", key, "messages", situation.count(TOPIC))


def queue(resource: PlannedResource, situation: Situation) -> Iterator[Entry]:
    key = "fifo-requests" if resource.inputs.get("fifoQueue") else "requests"
    yield shared(situation, "requests to the queue", "sqs", key, "queue_requests", situation.count(QUEUE))


def bus(_: PlannedResource, situation: Situation) -> Iterator[Entry]:
    """Events of our own; those of AWS's services come on the default bus and are free."""
    yield shared(situation, "events of our own", "eventbridge", "custom-events", "events", situation.count(BUS))


def budget_action(resource: PlannedResource, situation: Situation) -> Iterator[Entry]:
    """Two a payer account are free; those of this plan are taken to be its only ones."""
    if resource in situation.plan.all(ACTION)[FREE_ACTIONS:]:
        note = "the budget actions of this plan are taken to be the account's only ones, of which two are free"
        yield steady(situation, "budget action beyond the two that are free", "budgets", "action", note=note)


PRICERS: Mapping[str, Pricer] = {TOPIC: topic, QUEUE: queue, BUS: bus, ACTION: budget_action}
