"""EKS add-ons: where they run, the service accounts of their pods, what they serve, and the names that their configuration has.

What EKS itself says stands in `aws eks describe-addon-versions` and `describe-addon-configuration`, which need an account. Here is what
is published of it; of what is not here nothing is said.
"""

from __future__ import annotations

import datetime
import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

DATA: Final = Path(__file__).parent / "data" / "addons.json"

NEAR: Final = 0.6
"""How alike a name must be to one that is known, to be it misspelt."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Addon:
    """What is known of one add-on."""

    namespace: str = "kube-system"
    accounts: tuple[str, ...] = ()
    """Service accounts of its pods that may take a role."""
    policies: tuple[str, ...] = ()
    """Policies of AWS of which one is needed; none: its pods call nothing in AWS, or may do without."""
    driver: str = ""
    """The CSI driver that it brings."""
    released: Mapping[int, datetime.date] = field(default_factory=dict[int, datetime.date])
    """Minor version → the day of its first release."""


@cache
def _document() -> dict[str, Any]:
    return json.loads(DATA.read_text(encoding="utf-8"))


def _read() -> dict[str, Addon]:
    released: dict[str, dict[str, str]] = _document()["released"]
    return {
        name: Addon(
            namespace=str(row.get("namespace", "kube-system")),
            accounts=tuple(row.get("accounts", ())),
            policies=tuple(row.get("policies", ())),
            driver=str(row.get("driver", "")),
            released={int(m): datetime.date.fromisoformat(day) for m, day in released.get(name, {}).items()},
        )
        for name, row in _document()["addons"].items()
    }


ADDONS: Final[Mapping[str, Addon]] = _read()


def schema(name: str) -> Mapping[str, Any] | None:
    """The names that an add-on's configuration has, and what each holds; None where they are not published."""
    return _document()["configuration"].get(name)


def nearest(name: str, known: Mapping[str, Any], cutoff: float = NEAR) -> str:
    """The one that a name nearly is; empty where it is like none."""
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=cutoff)), "")
