"""Checks that could not judge the plan."""

from __future__ import annotations

from collections.abc import Iterator

from gpuplatform.plan.model import Plan
from gpuplatform.preview.checking.check import Fault, Severity, check


@check("check-stopped", Severity.ERROR, "Every check can read what it judges.")
def check_stopped(_: Plan) -> Iterator[Fault]:
    """Found by `check.run_checks`, where another check raises."""
    yield from ()
