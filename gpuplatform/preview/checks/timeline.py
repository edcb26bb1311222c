"""When it could all be there, and what makes it later than it must be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.plan.graph import ancestors
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.plan.wording import minutes
from gpuplatform.preview.checking.check import Severity, Violation, check
from gpuplatform.preview.timeline import Timeline, timeline

NOTICED: Final = 0.01
"""Part of the critical path; less than that is lost in how the durations themselves vary."""

MOST: Final = 20
"""Links of the chain that are tried; each is a timeline of its own."""


@check("needless-wait", Severity.WARNING, "Nothing on the critical path waits for what it could be made without.")
def needless_wait(plan: Plan) -> Iterator[Violation]:
    """A value that flows, or an order that a service or the cluster asks for, is a need; an order that the program alone
    asks for is not."""
    times = timeline(plan)
    for urn, awaited in times.needless[:MOST]:
        sooner = times.critical_path_seconds - timeline(plan, without=(urn, awaited)).critical_path_seconds
        if sooner > NOTICED * times.critical_path_seconds:
            yield _violation(plan, plan.by_urn[urn], plan.by_urn[awaited], sooner, times)


def _violation(
    plan: Plan, waits: PlannedResource, awaited: PlannedResource, sooner: float, times: Timeline
) -> Violation:
    around = [plan.by_urn[urn] for urn in ancestors(plan, waits)]
    asks = next((r for r in (waits, *around) if awaited.urn in r.dependencies), waits)
    return Violation(
        f"{asks.name}: waits for {awaited.name}, of which it uses nothing; without depends_on all is ready {minutes(sooner)} "
        f"sooner, after {minutes(times.critical_path_seconds - sooner)}",
        asks,
    )
