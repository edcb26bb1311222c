"""AWS Systems Manager."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Kind

PARAMETER: Final = "aws:ssm/parameter:Parameter"


KINDS: Final = (
    Kind(
        PARAMETER,
    ),
)
