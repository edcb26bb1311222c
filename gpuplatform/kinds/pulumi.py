"""What Pulumi's engine itself keeps: no resource of a cloud."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Created, Free, Kind
from gpuplatform.kinds.tokens import STASH
from gpuplatform.plan.model import Json

_FREE: Final = Free("a value in the state of the stack (pulumi/pulumi, pkg/resource/deploy/builtins.go, 3.272)")


def kept(stash: Created) -> dict[str, Json]:
    """Outputs of a stash: what it was first given, until it is replaced, and what it was given last."""
    return {"input": stash.inputs.get("input"), "output": stash.inputs.get("input")}


KINDS: Final = (
    Kind(
        STASH,
        noun="kept value",
        immutable=(),
        price=_FREE,
    ),
)
