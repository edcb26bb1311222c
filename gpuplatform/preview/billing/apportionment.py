"""Amounts in parts: divided by weight, so that the parts add up to the whole exactly."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from decimal import Decimal
from typing import Final, TypeVar

from gpuplatform.preview.billing.lines import State, Totals

FINEST: Final = Decimal("1e-12")
"""Of a part, in dollars."""

Key = TypeVar("Key", bound=Hashable)
Weights = Mapping[Key, Decimal]


def divided(whole: Totals, weights: Weights[Key]) -> dict[Key, Totals]:
    """By weight, the same in every state."""
    return divided_by_state(whole, dict.fromkeys(State, weights))


def divided_by_state(whole: Totals, weights: Mapping[State, Weights[Key]]) -> dict[Key, Totals]:
    parts: dict[Key, dict[str, Decimal]] = {}
    for state in State:
        for key, amount in apportioned(state.of(whole), weights[state]).items():
            parts.setdefault(key, {})[state.value] = amount
    return {key: Totals(**amounts) for key, amounts in parts.items()}


def apportioned(amount: Decimal, weights: Weights[Key]) -> dict[Key, Decimal]:
    """By weight; the last part is what the others leave. None where nothing weighs anything."""
    total = sum(weights.values(), Decimal(0))
    if not total:
        return {}
    *first, last = weights
    parts = {key: (amount * weights[key] / total).quantize(FINEST) for key in first}
    return {**parts, last: amount - sum(parts.values(), Decimal(0))}
