"""What a check is.

A check is one small function from a plan to what breaks a rule in it, decorated with its rule, its severity and one sentence:

    @check("duplicate-urn", Severity.ERROR, "Every resource has a URN of its own.")
    def duplicate_urn(plan: Plan) -> Iterator[Violation]:
        for again in plan.duplicates:
            yield Violation(f"{again.name} is registered twice; give one another name", again)

A check that reads what not every source of plans has names it, as in `needs=(PlanFeature.DUPLICATES,)`. On a plan that lacks it the
check is not applicable, and reports say so.

The modules of `checks/` register theirs on import.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from gpuplatform.plan.model import Plan, PlanFeature, PlannedResource, Source


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Violation:
    """What breaks a rule: a sentence, and the resource that it is about."""

    message: str
    resource: PlannedResource | None = None
    source: Source | None = None
    """The line to change, where it is not the line that makes the resource."""


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """A field that is not as its type, or what reads it, demands."""

    path: str
    """As in `spec.containers[0].image`."""
    message: str
    enum: bool = False
    """The type is right and the value is none that the SDK lists, which may be older than the service."""

    def of(self, resource: PlannedResource) -> Violation:
        return Violation(f"{resource.name}: {self.path}: {self.message}", resource)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A violation with the rule that it breaks."""

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


CheckFunction = Callable[[Plan], Iterator[Violation]]
CheckOfDay = Callable[[Plan, date], Iterator[Violation]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A rule and the function that finds what breaks it."""

    rule: str
    severity: Severity
    sentence: str
    module: str
    """Where it is registered."""
    function: CheckFunction | None = None
    """None of a rule that is broken while others run, see `found_by_running`, and of one whose answer another day is another."""
    of_day: CheckOfDay | None = None
    needs: frozenset[PlanFeature] = frozenset()

    @property
    def explained(self) -> str:
        """Its sentence, and what more its function says."""
        read = self.function or self.of_day
        more = (inspect.getdoc(read) or "") if read else ""
        return " ".join(f"{self.sentence} {more}".split())

    def __call__(self, plan: Plan, today: date | None = None) -> Iterator[Finding]:
        """Without a day, what depends on it is not asked."""
        if self.function:
            yield from map(self.finding, self.function(plan))
        if self.of_day and today:
            yield from map(self.finding, self.of_day(plan, today))

    def finding(self, violation: Violation) -> Finding:
        source = violation.source or (violation.resource.source if violation.resource else None)
        return Finding(
            rule=self.rule,
            severity=self.severity,
            urn=violation.resource.urn if violation.resource else "",
            message=violation.message,
            file=source.file if source else "",
            line=source.line if source else 0,
        )


_REGISTRY: Final[dict[str, Check]] = {}


def check(
    rule: str, severity: Severity, sentence: str, *, needs: Iterable[PlanFeature] = ()
) -> Callable[[CheckFunction], Check]:
    """Register a function as a check. `needs` is what it cannot judge a plan without."""

    def register(function: CheckFunction) -> Check:
        return _registered(
            Check(
                rule=rule,
                severity=severity,
                sentence=sentence,
                module=function.__module__,
                function=function,
                needs=frozenset(needs),
            )
        )

    return register


def check_of_day(rule: str, severity: Severity, sentence: str) -> Callable[[CheckOfDay], Check]:
    """Register a function that asks what day it is."""

    def register(function: CheckOfDay) -> Check:
        return _registered(
            Check(rule=rule, severity=severity, sentence=sentence, module=function.__module__, of_day=function)
        )

    return register


def found_by_running(
    rule: str, severity: Severity, sentence: str, module: str, *, needs: Iterable[PlanFeature] = ()
) -> Check:
    """Register a rule that no function judges: `judgement` finds what breaks it while it runs the others."""
    return _registered(Check(rule=rule, severity=severity, sentence=sentence, module=module, needs=frozenset(needs)))


def _registered(one: Check) -> Check:
    if one.rule in _REGISTRY:
        raise ValueError(f"two checks are called {one.rule}; rename one")
    _REGISTRY[one.rule] = one
    return one


def registered() -> list[Check]:
    """Every check that has been imported, by rule."""
    return sorted(_REGISTRY.values(), key=lambda c: c.rule)
