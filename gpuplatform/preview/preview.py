"""What a preview says of a plan: what is wrong with it, what it costs and how long it takes. Every report is made of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from gpuplatform.plan.model import Plan
from gpuplatform.preview.billing.bill import Bill, bill
from gpuplatform.preview.checking.check import Finding
from gpuplatform.preview.comparison.difference import Difference, difference
from gpuplatform.preview.judgement.masking import FOUND_BY, masked
from gpuplatform.preview.judgement.not_known import NotKnown, not_known
from gpuplatform.preview.judgement.summary import CheckSummary, summary
from gpuplatform.preview.judgement.suppression import Suppressed, judge
from gpuplatform.preview.timeline import Timeline, timeline


@dataclass(frozen=True)
class Preview:
    """A plan with all that is known of it; None where something was not computed."""

    plan: Plan
    findings: Sequence[Finding] = ()
    bill: Bill | None = None
    timeline: Timeline | None = None
    suppressed: Sequence[Suppressed] = ()
    """What would be among the findings, but for a comment that allows it."""
    difference: Difference | None = None
    """From the older plan to this one; None where there is no older one."""

    @cached_property
    def summary(self) -> CheckSummary:
        return summary(self.plan, self.findings, self.suppressed)

    @cached_property
    def not_known(self) -> NotKnown:
        return not_known(self.plan)

    @classmethod
    def of(cls, plan: Plan, today: date) -> Preview:
        """Judge, price and time a plan as of a day. Keys, tokens and passwords that someone wrote into it are masked."""
        judgement = judge(plan, today)
        rules = {f.rule for f in (*judgement.findings, *(one.finding for one in judgement.suppressed))}
        # An older plan was not judged: it may hold one though nothing was found.
        shareable = masked(plan) if plan.against or rules.intersection(FOUND_BY) else plan
        return cls(
            shareable,
            judgement.findings,
            bill(plan, today),
            timeline(plan),
            judgement.suppressed,
            difference(shareable.against, shareable, today) if shareable.against else None,
        )
