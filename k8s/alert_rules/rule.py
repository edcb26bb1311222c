"""One alert."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    CRITICAL = "critical"
    """Something is lost or down: a person is told every two hours until it is over."""
    WARNING = "warning"
    """Somebody should look today."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    name: str
    expr: str
    severity: Severity
    summary: str
    """What is wrong; `{{ $labels.node }}` and the like are filled in."""
    runbook: str
    """Page of docs/runbooks, without its ending."""
    minutes: int = 0
    """How long it must hold."""

    def spec(self) -> dict[str, Any]:
        return {
            "alert": self.name,
            "expr": self.expr,
            **({"for": f"{self.minutes}m"} if self.minutes else {}),
            "labels": {"severity": str(self.severity)},
            "annotations": {"summary": self.summary, "runbook": f"docs/runbooks/{self.runbook}.md"},
        }


def grown(series: str, window: str, by: str) -> str:
    """How much a counter has grown, whose series appears with its first event: `increase` misses that one, for it sees no 0 before."""
    total = f"sum by ({by}) ({series})"
    return f"{total} - (sum by ({by}) ({series} offset {window}) or {total} * 0)"
