"""How many checks passed, found something, or do not apply: one count and one sentence for every report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gpuplatform.plan.model import Json, Plan
from gpuplatform.plan.wording import counted
from gpuplatform.preview.checking.check import Check, Finding, Severity
from gpuplatform.preview.judgement.run import all_checks, not_applicable
from gpuplatform.preview.judgement.suppression import Suppressed

_NOUN: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SOURCE: Final = {
    "recording": "this run",
    "document": "a plan in a file",
    "pulumi-preview": "a plan of `pulumi preview`",
    "stack-export": "a stack export",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSummary:
    """Checks and findings of one plan, counted. Every check is in one of `passed`, `failed`, `allowed` and `inapplicable`."""

    checks: int
    passed: int
    failed: int
    allowed: int
    """Checks that found only what a comment allows."""
    inapplicable: tuple[Check, ...]
    findings: tuple[Finding, ...]
    suppressed: int
    """Findings that a comment allows."""
    plan: Plan

    @property
    def worst(self) -> Severity | None:
        severities = {finding.severity for finding in self.findings}
        return next((severity for severity in Severity if severity in severities), None)

    @property
    def verdict(self) -> str:
        """`2 errors and 1 warning`, or `Nothing wrong`."""
        counts = Counter(finding.severity for finding in self.findings)
        parts = [counted(counts[severity], noun) for severity, noun in _NOUN.items() if severity in counts]
        return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts) or "Nothing wrong"

    @property
    def brief(self) -> str:
        """`58 of 65 checks passed`."""
        whole = counted(self.checks, "check")
        return f"{whole} passed" if self.passed == self.checks else f"{self.passed} of {whole} passed"

    @property
    def sentence(self) -> str:
        """`58 of 65 checks passed, 7 do not apply to a stack export (they need the settings), 1 finding is allowed by a comment`."""
        parts = [self.brief]
        if number := len(self.inapplicable):
            verb, who = ("does", "it needs") if number == 1 else ("do", "they need")
            source = _SOURCE.get(self.plan.origin, self.plan.origin)
            parts.append(f"{number} {verb} not apply to {source} ({who} {'; '.join(self.lacking)})")
        if self.suppressed:
            verb = "is" if self.suppressed == 1 else "are"
            parts.append(f"{counted(self.suppressed, 'finding')} {verb} allowed by a comment")
        return ", ".join(parts)

    @property
    def lacking(self) -> list[str]:
        """What the checks that do not apply need, and this plan lacks."""
        return sorted({feature.value for one in self.inapplicable for feature in one.needs & self.plan.lacks})

    def to_json(self) -> dict[str, Json]:
        return {
            "total": self.checks,
            "passed": self.passed,
            "failed": self.failed,
            "allowed": self.allowed,
            "not_applicable": [
                {"rule": one.rule, "needs": sorted(feature.value for feature in one.needs & self.plan.lacks)}
                for one in self.inapplicable
            ],
            "allowed_findings": self.suppressed,
        }


def summary(plan: Plan, findings: Sequence[Finding], suppressed: Sequence[Suppressed] = ()) -> CheckSummary:
    """Count what `suppression.judge` returns."""
    rules = {one.rule for one in all_checks()}
    failed = {f.rule for f in findings} & rules
    allowed = ({one.finding.rule for one in suppressed} & rules) - failed
    inapplicable = tuple(one for one in not_applicable(plan) if one.rule not in failed | allowed)
    return CheckSummary(
        checks=len(rules),
        passed=len(rules) - len(failed) - len(allowed) - len(inapplicable),
        failed=len(failed),
        allowed=len(allowed),
        inapplicable=inapplicable,
        findings=tuple(findings),
        suppressed=len(suppressed),
        plan=plan,
    )
