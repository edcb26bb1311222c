"""Messages and what is told to whom: nothing at rest, so much a million; and what acts on budgets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from gpuplatform.kinds import budgets, eventbridge, sns, sqs
from gpuplatform.kinds.pricing.charge import Entry, Pricer, shared, steady
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.plan.model import PlannedResource

TOPIC: Final = sns.TOPIC
QUEUE: Final = sqs.QUEUE
BUS: Final = eventbridge.EVENT_BUS
ACTION: Final = budgets.BUDGET_ACTION

FREE_ACTIONS: Final = 2
"""A payer account (aws.amazon.com/aws-cost-management/aws-budgets/pricing)."""


def topic(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    key = "fifo-publishes" if resource.inputs.get("fifoTopic") else "publishes"
    yield shared(context, "messages to the topic", "sns", key, "messages", context.count(TOPIC))


def queue(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    key = "fifo-requests" if resource.inputs.get("fifoQueue") else "requests"
    yield shared(context, "requests to the queue", "sqs", key, "queue_requests", context.count(QUEUE))


def bus(_: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """Events of our own; those of AWS's services come on the default bus and are free."""
    yield shared(context, "events of our own", "eventbridge", "custom-events", "events", context.count(BUS))


def budget_action(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """Two a payer account are free; those of this plan are taken to be its only ones."""
    if resource in context.plan.all(ACTION)[FREE_ACTIONS:]:
        note = "the budget actions of this plan are taken to be the account's only ones, of which two are free"
        yield steady(context, "budget action beyond the two that are free", "budgets", "action", note=note)


PRICERS: Mapping[str, Pricer] = {TOPIC: topic, QUEUE: queue, BUS: bus, ACTION: budget_action}
