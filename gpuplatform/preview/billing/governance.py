"""Messages and what is told to whom: nothing at rest, so much a million."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gpuplatform.preview.billing.charge import Entry, Pricer, Unpriced, used
from gpuplatform.preview.billing.situation import Situation
from gpuplatform.preview.plan import PlannedResource


def topic(_: PlannedResource, situation: Situation) -> Iterator[Entry]:
    yield used(situation, "SNS topic, 0.50 $ a million messages", "sns", "publishes")


def queue(resource: PlannedResource, situation: Situation) -> Iterator[Entry]:
    key = "fifo-requests" if resource.inputs.get("fifoQueue") else "requests"
    yield used(situation, "SQS queue, paid by the request", "sqs", key)


def budget_action(_: PlannedResource, situation: Situation) -> Iterator[Entry]:
    """Two a payer account are free; a plan cannot know how many the account has."""
    if len(situation.plan.all("aws:budgets/budgetAction:BudgetAction")) > 2:
        yield Unpriced(why="no price row for budget actions beyond the two that are free")


PRICERS: Mapping[str, Pricer] = {
    "aws:sns/topic:Topic": topic,
    "aws:sqs/queue:Queue": queue,
    "aws:budgets/budgetAction:BudgetAction": budget_action,
}
