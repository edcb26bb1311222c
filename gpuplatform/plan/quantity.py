"""Kubernetes quantities: `855m`, `3284Mi`, `8` (kubernetes.io, apimachinery, pkg/api/resource/quantity.go); and Go's durations: `1h30m`."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from gpuplatform.plan.model import Json

_UNITS: Final = {
    "": Decimal(1),
    **{unit: Decimal(10) ** power for unit, power in (("n", -9), ("u", -6), ("m", -3))},
    **{unit: Decimal(10) ** (3 * power) for power, unit in enumerate("kMGTPE", start=1)},
    **{f"{unit}i": Decimal(2) ** (10 * power) for power, unit in enumerate("KMGTPE", start=1)},
}
_WRITTEN: Final = re.compile(r"([+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30}))([eE][+-]?\d{1,2}|[numkMGTPE]|[KMGTPE]i)?")


def exact(written: Json) -> Decimal | None:
    """The number that is meant; None where it is no quantity."""
    match = _WRITTEN.fullmatch(str(written)) if not isinstance(written, bool) else None
    if match is None:
        return None
    number, unit = match[1], match[2] or ""
    return Decimal(number + unit) if unit[:1] in ("e", "E") and len(unit) > 1 else Decimal(number) * _UNITS[unit]


def quantity(written: Json) -> float:
    """The number that is meant; 0 where it is none."""
    return float(exact(written) or 0)


def whole(written: Json, otherwise: int = 0) -> int:
    """An integer, as a number or as text; `otherwise` where it is none, or not known yet."""
    match = re.fullmatch(r"-?\d+(\.0+)?", str(written))
    return int(float(match[0])) if match and not isinstance(written, bool) else otherwise


_DURATION: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ms|h|m|s)")
_SECONDS: Final = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def seconds(written: Json, otherwise: float) -> float:
    """A duration as Go writes it, such as `1h30m`; `otherwise` where it is none, or not known yet."""
    text = str(written)
    parts = _DURATION.findall(text)
    if text == "0" or not parts or "".join(number + unit for number, unit in parts) != text:
        return 0.0 if text == "0" else otherwise
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)
