"""What a preview says of a plan: what is wrong with it, what it costs and how long it takes. Every report is made of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from gpuplatform.plan.model import Json, Plan
from gpuplatform.preview.billing.bill import bill
from gpuplatform.preview.checking.check import Finding
from gpuplatform.preview.comparison.difference import Difference, difference
from gpuplatform.preview.judgement.masking import FOUND_BY, masked
from gpuplatform.preview.judgement.not_known import NotKnown, not_known
from gpuplatform.preview.judgement.summary import Tally, tally
from gpuplatform.preview.judgement.suppression import Suppressed, judge
from gpuplatform.preview.timeline import timeline


@dataclass(frozen=True)
class Preview:
    """A plan with all that is known of it. `bill` and `timeline` are theirs as JSON; None where they were not computed."""

    plan: Plan
    findings: Sequence[Finding] = ()
    bill: Json = None
    timeline: Json = None
    suppressed: Sequence[Suppressed] = ()
    """What would be among the findings, but for a comment that allows it."""

    @cached_property
    def tally(self) -> Tally:
        return tally(self.plan, self.findings, self.suppressed)

    @cached_property
    def not_known(self) -> NotKnown:
        return not_known(self.plan)

    @cached_property
    def difference(self) -> Difference | None:
        """From the older plan to this one; None where there is no older one."""
        return difference(self.plan.against, self.plan) if self.plan.against else None

    @classmethod
    def of(cls, plan: Plan, today: date) -> Preview:
        """Judge, price and time a plan as of a day. Keys, tokens and passwords that someone wrote into it are masked."""
        judgement, costs, times = judge(plan, today), bill(plan, today).to_json(), timeline(plan).to_json()
        rules = {f.rule for f in (*judgement.findings, *(one.finding for one in judgement.suppressed))}
        # An older plan was not judged: it may hold one though nothing was found.
        shareable = masked(plan) if plan.against or rules.intersection(FOUND_BY) else plan
        return cls(shareable, judgement.findings, costs, times, judgement.suppressed)
