"""What a check is, and how checks are run.

A check is one small function from a plan to faults, decorated with its rule, its severity and one sentence:

    @check("duplicate-urn", Severity.ERROR, "Every resource has a URN of its own.")
    def duplicate_urn(plan: Plan) -> Iterator[Fault]:
        for again in plan.duplicates:
            yield Fault(f"{again.name} is registered twice; give one another name", again)

A check that reads what not every source of plans has names it, as in `needs=(Part.DUPLICATES,)`; on a plan that lacks it the check is
not applicable, and reports say so.

The modules of `checks/` register theirs on import.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gpuplatform.plan.model import Part, Plan, PlannedResource, Source


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Fault:
    """What a check has found: a sentence, and what it is about."""

    message: str
    resource: PlannedResource | None = None
    source: Source | None = None
    """The line to change, where it is not the line that makes the resource."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A fault with the rule that it breaks."""

    rule: str
    severity: Severity
    urn: str
    message: str
    file: str
    line: int

    def to_json(self) -> dict[str, str | int]:
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "urn": self.urn,
            "message": self.message,
            "file": self.file,
            "line": self.line,
        }


Judge = Callable[[Plan], Iterator[Fault]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A rule and the function that finds what breaks it."""

    rule: str
    severity: Severity
    sentence: str
    judge: Judge
    needs: frozenset[Part] = frozenset()

    @property
    def explained(self) -> str:
        """Its sentence, and what more its function says."""
        more = inspect.getdoc(self.judge) or ""
        return " ".join(f"{self.sentence} {more}".split())

    def __call__(self, plan: Plan) -> Iterator[Finding]:
        yield from map(self.finding, self.judge(plan))

    def finding(self, fault: Fault) -> Finding:
        source = fault.source or (fault.resource.source if fault.resource else None)
        return Finding(
            rule=self.rule,
            severity=self.severity,
            urn=fault.resource.urn if fault.resource else "",
            message=fault.message,
            file=source.file if source else "",
            line=source.line if source else 0,
        )


_REGISTRY: Final[dict[str, Check]] = {}


def check(rule: str, severity: Severity, sentence: str, *, needs: Iterable[Part] = ()) -> Callable[[Judge], Check]:
    """Register a function as a check. `needs` is what it cannot judge a plan without."""

    def register(judge: Judge) -> Check:
        if rule in _REGISTRY:
            raise ValueError(f"two checks are called {rule}; rename one")
        _REGISTRY[rule] = Check(rule=rule, severity=severity, sentence=sentence, judge=judge, needs=frozenset(needs))
        return _REGISTRY[rule]

    return register


def all_checks() -> list[Check]:
    """Every check of `checks/`, by rule."""
    from gpuplatform.preview import checks

    for module in pkgutil.iter_modules(checks.__path__):
        importlib.import_module(f"{checks.__name__}.{module.name}")
    return sorted(_REGISTRY.values(), key=lambda c: c.rule)


def run_checks(plan: Plan, checks: Iterable[Check] | None = None) -> list[Finding]:
    """What is wrong with a plan, whoever allows it: errors first, then by place."""
    asked = all_checks() if checks is None else checks
    unseen = {r.urn for r in plan.resources if r.remote} if Part.REMOTE_INPUTS in plan.lacks else set[str]()
    found = {
        finding
        for one in asked
        if not one.needs & plan.lacks
        for finding in _found(one, plan)
        # A component that came without its inputs cannot be judged; the parts that it made can.
        if finding.urn not in unseen
    }
    return sorted(found, key=by_place)


def _found(one: Check, plan: Plan) -> Iterator[Finding]:
    """What a check finds. That it stopped is a finding too, so that one value of a wrong kind hides no other fault."""
    try:
        yield from one(plan)
    except Exception as error:
        stopped = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        message = f"{one.rule} could not judge the plan: {stopped}; some value is of a kind that it does not know"
        yield _REGISTRY["check-stopped"].finding(Fault(message))


def by_place(finding: Finding) -> tuple[int, str, int, str, str, str]:
    """Orders findings: errors first, then by place."""
    order = list(Severity).index(finding.severity)
    return order, finding.file, finding.line, finding.rule, finding.urn, finding.message


def not_applicable(plan: Plan) -> list[Check]:
    """Checks that need what this plan lacks, by rule."""
    return [one for one in all_checks() if one.needs & plan.lacks]
