"""How much of something that may grow and shrink usually runs: priced, not enforced."""

from __future__ import annotations

from dataclasses import dataclass

HOURS_OF_A_MONTH = 730


@dataclass(frozen=True, kw_only=True)
class Expected:
    """For `hours` of a month `running` of them run; in the other hours the minimum does. Of whatever has copies: nodes, replicas,
    instances; a serverless endpoint counts as one while it computes."""

    running: int = 0
    """Nodes, replicas or instances at a time, those of the minimum among them."""
    hours: float = 0
    """Of a month, which has 730."""

    def __post_init__(self) -> None:
        if self.running < 0:
            raise ValueError(f"running: {self.running}; accepted: 0 or more")
        if not 0 <= self.hours <= HOURS_OF_A_MONTH:
            raise ValueError(f"hours: {self.hours:g}; accepted: 0 to {HOURS_OF_A_MONTH}, the hours of a month")


NOTHING = Expected()
