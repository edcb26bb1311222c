"""Numbers as every report and message writes them: counts with their noun, money, durations."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

_PLURAL: Final = {"access entry": "access entries"}


def counted(number: int, noun: str) -> str:
    return f"{number} {noun if number == 1 else _PLURAL.get(noun, noun + 's')}"


def cents(amount: float | Decimal) -> Decimal:
    """Rounded as people do, half a cent up: in binary it may be a little less."""
    return Decimal(str(amount)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def money(amount: float | Decimal) -> str:
    return f"{cents(amount):,}"


def minutes(seconds: float) -> str:
    return f"{round(seconds / 60)} min" if seconds >= 90 else f"{round(seconds)} s"
