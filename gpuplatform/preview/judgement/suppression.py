"""Findings, less those that a comment allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gpuplatform.plan.model import Plan
from gpuplatform.preview.checking.check import Finding, Violation
from gpuplatform.preview.judgement.allowances import EXPIRED, UNUSED, Allowance, allowances
from gpuplatform.preview.judgement.run import by_place, run_checks


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that is allowed, and by which comment."""

    finding: Finding
    allowance: Allowance

    def to_json(self) -> dict[str, str | int | bool]:
        return {
            **self.finding.to_json(),
            "suppressed": True,
            "until": self.allowance.until.isoformat(),
            "reason": self.allowance.reason,
        }


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is wrong with a plan, less what is allowed."""

    findings: list[Finding]
    suppressed: list[Suppressed]


def judge(plan: Plan, today: date) -> Judgement:
    """Run every check, and take out what is allowed today; allowances that are over or allow nothing are findings."""
    findings, written = run_checks(plan, today=today), [a for a in allowances(plan) if isinstance(a, Allowance)]
    mine = [a for a in written if a.environment in ("", plan.environment)]
    held = {(a.rule, a.place.file, a.line): a for a in mine if today <= a.until}
    matched = {f: held.get((f.rule, f.file, f.line)) for f in findings}
    used = set(matched.values())
    left = [finding for finding, allowance in matched.items() if allowance is None]
    left += [_over(allowance, today) for allowance in mine if allowance.until < today or allowance not in used]
    return Judgement(
        findings=sorted(left, key=by_place),
        suppressed=[Suppressed(finding, allowance) for finding, allowance in matched.items() if allowance],
    )


def _over(allowance: Allowance, today: date) -> Finding:
    if allowance.until < today:
        message = f"{allowance.rule} was allowed until {allowance.until}: {allowance.reason}; mend it, or agree on another day"
        return EXPIRED.finding(Violation(message, None, allowance.place))
    message = f"{allowance.rule} finds nothing on line {allowance.line}; remove the comment"
    return UNUSED.finding(Violation(message, None, allowance.place))
