"""What an update from an older plan would interrupt: nodes that are drained, and jobs and models that run on them."""

from __future__ import annotations

from collections.abc import Iterator

from gpuplatform.kinds.labels import listed
from gpuplatform.plan.model import Plan
from gpuplatform.preview.checking.check import Severity, Violation, check
from gpuplatform.preview.comparison.difference import difference
from gpuplatform.preview.comparison.interruptions import Interruption, interruptions


@check("disruptive-change", Severity.WARNING, "Against an older plan: no change ends nodes or jobs that run.")
def disruptive_change(plan: Plan) -> Iterator[Violation]:
    """A release, a revision or a new kind of node is meant to; a tag, a contact or a size is not."""
    for one in _all(plan):
        if not one.refused:
            on_them = f"; on them: {listed([*one.works])}" if one.works else ""
            yield _violation(plan, one, f"{one.what}{on_them}")


@check("update-of-block", Severity.ERROR, "Against an older plan: nodes of a capacity block stay as they are.")
def update_of_block(plan: Plan) -> Iterator[Violation]:
    """Before a group of a capacity block is updated, its desired size is to be 0 (EKS user guide, "Use Capacity Blocks with managed node
    groups", read 2026-12-01)."""
    for one in _all(plan):
        if one.refused:
            why = "EKS asks for a size of 0 before a group of a capacity block is updated; wait for the block's end, or scale to 0 first"
            yield _violation(plan, one, f"{one.what}; {why}")


def _all(plan: Plan) -> Iterator[Interruption]:
    return interruptions(difference(plan.against, plan)) if plan.against else iter(())


def _violation(plan: Plan, one: Interruption, what: str) -> Violation:
    """Of what is gone, the plan has no resource: the line is that of the older program."""
    there = plan.by_urn.get(one.resource.urn)
    return Violation(f"{one.resource.name}: {what}", there, None if there else one.resource.source)
