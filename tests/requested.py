"""What charts ask of the nodes, added up from their values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast


@dataclass(frozen=True, kw_only=True, slots=True)
class Requests:
    """What the scheduler sets aside."""

    cpu_m: int
    memory_mib: int

    def __add__(self, other: Requests) -> Requests:
        return Requests(cpu_m=self.cpu_m + other.cpu_m, memory_mib=self.memory_mib + other.memory_mib)


NONE = Requests(cpu_m=0, memory_mib=0)


def requested(values: Mapping[str, Any]) -> Requests:
    """The sum of all `requests` in a chart's values, each counted once whatever its replicas."""
    total = NONE
    for found in _requests(values):
        total += Requests(
            cpu_m=_amount(found.get("cpu", "0m"), "m"), memory_mib=_amount(found.get("memory", "0Mi"), "Mi")
        )
    return total


def _requests(value: object) -> Iterator[Mapping[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in cast("Mapping[str, object]", value).items():
            if key == "requests" and "storage" not in cast("Mapping[str, str]", inner):
                yield cast("Mapping[str, str]", inner)
            else:
                yield from _requests(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in cast("Sequence[object]", value):
            yield from _requests(inner)


def _amount(text: str, unit: str) -> int:
    if not re.fullmatch(rf"\d+{unit}", text):
        raise ValueError(f"{text!r}: requests are written here as whole numbers of {unit}, such as 50{unit}")
    return int(text.removesuffix(unit))
