"""What an update from an older plan would destroy."""

from __future__ import annotations

from collections.abc import Iterator

from gpuplatform.plan.model import Plan
from gpuplatform.preview.checking.check import Severity, Violation, check
from gpuplatform.preview.comparison.difference import Changed, difference, lost


@check("data-loss", Severity.ERROR, "Against an older plan: no change replaces what holds data.")
def data_loss(plan: Plan) -> Iterator[Violation]:
    for changed in _replaced(plan):
        if changed.loses:
            yield Violation(
                f"{changed.after.name}: is replaced, for {_reasons(changed)} cannot be changed in place, and {changed.loses} "
                "would be lost; keep the value, or make a second one beside it and copy first",
                changed.after,
            )


@check("protected-replacement", Severity.ERROR, "Against an older plan: no change replaces what is protected.")
def protected_replacement(plan: Plan) -> Iterator[Violation]:
    for changed in _replaced(plan):
        if changed.before.protect:
            yield Violation(
                f"{changed.after.name}: is protected, and {_reasons(changed)} cannot be changed in place: the update would stop; "
                "keep the value, or lift the protection with `pulumi state unprotect` first",
                changed.after,
            )


@check("removed-data", Severity.WARNING, "Against an older plan: what holds data stays.")
def removed_data(plan: Plan) -> Iterator[Violation]:
    for resource in difference(plan.against, plan).removed if plan.against else ():
        if what := lost(resource):
            stops = "; it is protected, so the update would stop" if resource.protect else ""
            yield Violation(
                f"{resource.name}: is no longer made, and {what} would be lost{stops}", None, resource.source
            )


def _replaced(plan: Plan) -> tuple[Changed, ...]:
    return difference(plan.against, plan).replaced if plan.against else ()


def _reasons(changed: Changed) -> str:
    return ", ".join(changed.because[:3])
