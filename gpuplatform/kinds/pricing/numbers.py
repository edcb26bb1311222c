"""Numbers as plans hold them: exact, or refused with a sentence. A plan from elsewhere may hold anything."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final

from gpuplatform.plan.model import UNKNOWN, Json
from gpuplatform.plan.quantity import exact

MOST: Final = Decimal(10**15)
"""Above every amount that AWS sells."""


class NoAmountError(ValueError):
    """A value that is no amount. The message is one sentence."""


def decimal(value: Json) -> Decimal:
    """An amount as JSON carries it, without binary noise; 0 for none. Raises NoAmountError."""
    if value is None or value == "":
        return Decimal(0)
    if value == UNKNOWN:
        raise NoAmountError("its inputs hold an amount that is known only once something else exists")
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise NoAmountError(f"its inputs hold {_shown(value)} where an amount belongs")
    try:
        found = Decimal(value) if isinstance(value, int) else Decimal(str(value))
    except InvalidOperation as error:
        raise NoAmountError(f"its inputs hold {_shown(value)} where an amount belongs") from error
    if not found.is_finite() or not 0 <= found <= MOST:
        raise NoAmountError(f"its inputs hold {_shown(value)} where an amount belongs")
    return found


def gib(written: Json) -> Decimal:
    """A Kubernetes quantity of storage, in GiB: "100Gi", "1Ti", "500G"; 0 for none. Raises NoAmountError."""
    if written is None or written == "":
        return Decimal(0)
    found = exact(written)
    if found is None or not 0 <= found <= MOST * 2**30:
        raise NoAmountError(f"its inputs hold {_shown(written)} where an amount of storage belongs, such as 100Gi")
    return found / 2**30


def _shown(value: Json) -> str:
    text = repr(value) if not isinstance(value, int) or abs(value) <= MOST else "a number of many digits"
    return text if len(text) <= 40 else f"{text[:37]}..."
