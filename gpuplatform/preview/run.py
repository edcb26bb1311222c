"""Where and with what a program runs, and its configuration as Pulumi's engine hands it over."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from gpuplatform.preview.cloud import Cloud
from gpuplatform.preview.plan import Json


@dataclass(frozen=True, kw_only=True)
class Run:
    """Where and with what the program runs."""

    project: str
    environment: str
    root: Path
    config: Mapping[str, Json] = field(default_factory=dict[str, Json])
    """Keys as in the YAML (`aws:region`); `{"secure": …}` values are secrets."""
    cloud: Cloud | None = None


def map_secure(value: Json, replacement: Callable[[Json], Json]) -> Json:
    """A structure with every `{"secure": …}` in it, at any depth, replaced."""
    if isinstance(value, dict):
        fields = cast("dict[str, Json]", value)
        if list(fields) == ["secure"]:
            return replacement(fields["secure"])
        return {k: map_secure(v, replacement) for k, v in fields.items()}
    if isinstance(value, list):
        return [map_secure(v, replacement) for v in cast("list[Json]", value)]
    return value


def wire_config(run: Run) -> tuple[dict[str, str], list[str]]:
    """Configuration as the engine hands it over: strings, or JSON for structures; and the keys that hold a secret."""
    values: dict[str, str] = {}
    secret: list[str] = []
    for key, value in run.config.items():
        full = key if ":" in key else f"{run.project}:{key}"
        revealed = map_secure(value, lambda secret: secret)
        if revealed != value:
            secret.append(full)
        values[full] = revealed if isinstance(revealed, str) else json.dumps(revealed, default=str)
    return values, secret
