"""What a check of the account says: rows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    OK = "ok"
    FAIL = "fail"
    UNKNOWN = "unknown"
    INFO = "info"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    check: str
    subject: str
    wanted: str
    found: str
    verdict: Verdict
    what_to_do: str = ""
    """Said where the verdict is fail or unknown."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def judged(check: str, subject: str, *, wanted: str, found: str, holds: bool, else_do: str) -> Row:
    return Row(
        check=check,
        subject=subject,
        wanted=wanted,
        found=found,
        verdict=Verdict.OK if holds else Verdict.FAIL,
        what_to_do="" if holds else else_do,
    )


def unknown(check: str, subject: str, *, wanted: str = "", found: str, what_to_do: str) -> Row:
    return Row(check=check, subject=subject, wanted=wanted, found=found, verdict=Verdict.UNKNOWN, what_to_do=what_to_do)


def info(check: str, subject: str, *, wanted: str = "", found: str) -> Row:
    return Row(check=check, subject=subject, wanted=wanted, found=found, verdict=Verdict.INFO)
