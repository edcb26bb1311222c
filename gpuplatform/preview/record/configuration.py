"""What Pulumi would be given for one environment, and its configuration as Pulumi's engine hands it over."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

from gpuplatform.plan.model import SECRET, Json

DOCUMENTATION_ACCOUNT: Final = "111122223333"
"""Stands for the account where the configuration does not name one; AWS's documentation uses it."""


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What Pulumi would be given for one stack."""

    project: str
    name: str
    root: Path
    config: Mapping[str, Json] = field(default_factory=dict[str, Json])
    """By whole key (`aws:region`, `gpuplatform:data`); `{"secure": …}` values are secrets."""
    lines: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def region(self) -> str:
        region = self.config.get("aws:region")
        return region if isinstance(region, str) else ""

    @property
    def account(self) -> str:
        allowed = self.config.get("aws:allowedAccountIds")
        accounts = cast("list[Json]", allowed) if isinstance(allowed, list) else []
        return next((str(a) for a in accounts if re.fullmatch(r"\d{12}", str(a))), DOCUMENTATION_ACCOUNT)

    @property
    def public_settings(self) -> dict[str, Json]:
        """The configuration as a plan shows it: `[secret]` for what is secure."""
        return {key: _map_secure(value, lambda _: SECRET) for key, value in self.config.items()}

    def wire_config(self) -> tuple[dict[str, str], list[str]]:
        """Configuration as the engine hands it over: strings, or JSON for structures; and the keys that hold a secret."""
        values: dict[str, str] = {}
        secret: list[str] = []
        for key, value in self.config.items():
            revealed = _map_secure(value, lambda secret: secret)
            if revealed != value:
                secret.append(key)
            values[key] = revealed if isinstance(revealed, str) else json.dumps(revealed, default=str)
        return values, secret


def _map_secure(value: Json, replacement: Callable[[Json], Json]) -> Json:
    """A structure with every `{"secure": …}` in it, at any depth, replaced."""
    if isinstance(value, dict):
        fields = cast("dict[str, Json]", value)
        if list(fields) == ["secure"]:
            return replacement(fields["secure"])
        return {k: _map_secure(v, replacement) for k, v in fields.items()}
    if isinstance(value, list):
        return [_map_secure(v, replacement) for v in cast("list[Json]", value)]
    return value
