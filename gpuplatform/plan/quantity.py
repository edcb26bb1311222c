"""Kubernetes quantities: `855m`, `3284Mi`, `8`."""

from __future__ import annotations

import re
from typing import Final

from gpuplatform.plan.model import Json

_UNITS: Final = {"": 1.0, "m": 0.001, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12} | {
    f"{prefix}i": 2.0 ** (10 * power) for power, prefix in enumerate("KMGT", start=1)
}


def quantity(written: Json) -> float:
    """The number that is meant; 0 where it is none."""
    found = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+)([A-Za-z]*)", str(written))
    return float(found[1]) * _UNITS.get(found[2], 1.0) if found else 0.0


def whole(written: Json, otherwise: int = 0) -> int:
    """A whole number, as a number or as text; `otherwise` where it is none, or not known yet."""
    found = re.fullmatch(r"-?\d+(\.0+)?", str(written))
    return int(float(found[0])) if found and not isinstance(written, bool) else otherwise
