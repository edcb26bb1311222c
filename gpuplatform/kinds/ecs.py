"""Amazon ECS."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Kind

TASK_DEFINITION: Final = "aws:ecs/taskDefinition:TaskDefinition"


KINDS: Final = (
    Kind(
        TASK_DEFINITION,
        json=("containerDefinitions",),
    ),
)
