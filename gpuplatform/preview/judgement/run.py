"""How checks are run, and checks that could not judge the plan."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from datetime import date

from gpuplatform.plan.model import Plan, PlanFeature
from gpuplatform.preview import checks
from gpuplatform.preview.checking.check import Check, Finding, Severity, Violation, found_by_running, registered

STOPPED = found_by_running("check-stopped", Severity.ERROR, "Every check can read what it judges.", __name__)


def all_checks() -> list[Check]:
    """Every check of `checks/`, and the rules that only a run can break, by rule."""
    for module in pkgutil.iter_modules(checks.__path__):
        importlib.import_module(f"{checks.__name__}.{module.name}")
    importlib.import_module("gpuplatform.preview.judgement.allowances")
    return registered()


def run_checks(plan: Plan, only: Iterable[Check] | None = None, today: date | None = None) -> list[Finding]:
    """Findings of all checks, whether a comment allows them or not: errors first, then by place. Without a day, none of those that depend
    on it."""
    checks_ = all_checks() if only is None else only
    unseen = {r.urn for r in plan.resources if r.remote} if PlanFeature.REMOTE_INPUTS in plan.lacks else set[str]()
    findings = {
        finding
        for one in checks_
        if not one.needs & plan.lacks
        for finding in _findings(one, plan, today)
        # A component that came without its inputs cannot be judged; the parts that it made can.
        if finding.urn not in unseen
    }
    return sorted(findings, key=by_place)


def _findings(one: Check, plan: Plan, today: date | None) -> Iterator[Finding]:
    """Findings of one check. An exception in it is a finding too, so that the other checks still run."""
    try:
        yield from one(plan, today)
    except Exception as error:
        stopped = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        message = f"{one.rule} could not judge the plan: {stopped}; some value is of a kind that it does not know"
        yield STOPPED.finding(Violation(message))


def by_place(finding: Finding) -> tuple[int, str, int, str, str, str]:
    """Orders findings: errors first, then by place."""
    order = list(Severity).index(finding.severity)
    return order, finding.file, finding.line, finding.rule, finding.urn, finding.message


def not_applicable(plan: Plan) -> list[Check]:
    """Checks that need what this plan lacks, by rule."""
    return [one for one in all_checks() if one.needs & plan.lacks]
