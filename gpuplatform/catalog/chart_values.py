"""Names of the values that Helm charts know, three levels deep, from each chart's own `values.yaml`.

Helm drops a value that a chart does not know without a word. A chart may know more than its file shows, so that a name which is not
here is wrong only where it is nearly one that is.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

DATA: Final = Path(__file__).parent / "data" / "chart_values.json"

NEAR: Final = 0.85
"""How alike two names must be for one to be the other misspelt: `clusterNam` is, `replicas` and `replicaCount` are not."""


def misspelt(chart: str, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Path of each name that the chart does not know, and the one that it nearly is."""
    known = _charts().get(chart)
    if known:
        yield from _misspelt(values, known["values"], "")


def _misspelt(values: Mapping[str, Any], known: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        place = f"{path}.{key}" if path else key
        if key not in known:
            yield from ((place, near) for near in difflib.get_close_matches(str(key), known, n=1, cutoff=NEAR))
        elif known[key] and isinstance(value, dict):
            yield from _misspelt(cast("dict[str, Any]", value), known[key], place)


@cache
def _charts() -> dict[str, dict[str, Any]]:
    return json.loads(DATA.read_text(encoding="utf-8"))["charts"]
