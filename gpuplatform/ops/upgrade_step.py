"""A step of an upgrade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from gpuplatform.ops.versions import Running

CLUSTER: Final = '"$(pulumi stack output cluster_name)"'
"""In a command line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    title: str
    due: bool
    """Whether something that is known is behind."""
    do: tuple[str, ...]
    """What to change, and what to type; of a step that is due."""
    interrupts: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def behind(found: Sequence[Running], kind: str) -> list[Running]:
    return [one for one in found if one.kind == kind and one.behind]
