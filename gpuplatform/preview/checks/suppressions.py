"""Comments that allow a finding, which are findings themselves when they do not say how long and why, or no longer should."""

from __future__ import annotations

from collections.abc import Iterator

from gpuplatform.plan.model import Part, Plan
from gpuplatform.preview.checking.check import Fault, Severity, check


@check(
    "suppression-unreadable",
    Severity.ERROR,
    "A comment that allows a finding names the check, the last day and the reason.",
    needs=(Part.FILES,),
)
def suppression_unreadable(plan: Plan) -> Iterator[Fault]:
    from gpuplatform.preview.checking.suppression import unreadable

    yield from unreadable(plan)


@check(
    "suppression-expired",
    Severity.ERROR,
    "What a comment allows, it allows until a day that is not over.",
    needs=(Part.FILES,),
)
def suppression_expired(_: Plan) -> Iterator[Fault]:
    """Found by `suppression.judge`, which is told what day it is."""
    yield from ()


@check(
    "suppression-unused",
    Severity.WARNING,
    "What a comment allows is found on its line.",
    needs=(Part.FILES,),
)
def suppression_unused(_: Plan) -> Iterator[Fault]:
    """Found by `suppression.judge`, which knows what all the others found."""
    yield from ()
