"""AWS Step Functions."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Kind

STATE_MACHINE: Final = "aws:sfn/stateMachine:StateMachine"


KINDS: Final = (
    Kind(
        STATE_MACHINE,
        json=("definition",),
    ),
)
