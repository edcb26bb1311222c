from __future__ import annotations

from dataclasses import replace

import pytest

from gpuplatform.plan.model import Plan, PlannedResource, Source, once

QUEUE = PlannedResource(urn="urn:q", type="aws:sqs/queue:Queue", name="q", parent=None, custom=True, remote=False)
PLAN = Plan(project="gpuplatform", environment="test", region="us-east-1", resources=(QUEUE,))


def test_a_plan_is_read_once_and_its_changed_copy_anew() -> None:
    seen: list[Plan] = []

    @once
    def names(plan: Plan) -> list[str]:
        seen.append(plan)
        return [r.name for r in plan.resources]

    changed = replace(PLAN, resources=(QUEUE, replace(QUEUE, urn="urn:other", name="other")))
    assert [names(PLAN), names(PLAN), names(changed)] == [["q"], ["q"], ["q", "other"]]
    assert seen == [PLAN, changed]


def test_changing_what_a_plan_answers_does_not_change_the_plan() -> None:
    PLAN.all(QUEUE.type).clear()
    assert PLAN.all(QUEUE.type) == [QUEUE]


@pytest.mark.parametrize(
    ("file", "layer"),
    [("stacks/data.py", "data"), ("stacks/platform/layer.py", "platform"), ("stacks/platform/hardware.py", "platform")],
)
def test_a_layer_is_a_file_or_a_package(file: str, layer: str) -> None:
    assert replace(QUEUE, layer_source=Source(file, 1)).layer == layer
    assert QUEUE.layer == "program"
