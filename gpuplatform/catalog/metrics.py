"""Names of the metrics that exporters give: what an alert or a board may ask for.

`data/metrics/EXPORTER.txt`: a name a line, after a comment that says where they were read. Of a histogram or a summary the name alone,
without `_bucket`, `_sum` and `_count`. A metric that nobody exports is no error to Prometheus: the alert simply never rings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from gpuplatform.catalog import charts

FOLDER: Final = Path(__file__).parent / "data" / "metrics"

WHOLE: Final = {
    "DCGM_": ("dcgm-exporter", charts.DCGM_EXPORTER),
    "keda_": ("keda", charts.KEDA),
    "kube_": ("kube-state-metrics", charts.PROMETHEUS_STACK),
    "kueue_": ("kueue", charts.KUEUE),
}
"""How the names of an exporter begin that is listed whole, with its list and the chart that brings it: in the chart's version, what begins
so and is not in the list does not exist."""

_SERIES: Final = re.compile(r"_(bucket|sum|count)$")

_IGNORED: Final = (
    r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`[^`]*`',  # texts
    r"#[^\n]*",
    r"\{[^{}]*\}",  # labels
    r"\[[^\[\]]*\]",  # ranges
    r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)",
    r"\boffset\s+-?\w+",
)
_NAME: Final = re.compile(r"(?<![\w:.$])([A-Za-z_:][\w:]*)(?!\s*\()(?![\w:])")
_WORDS: Final = frozenset(
    (
        "and",
        "or",
        "unless",
        "by",
        "without",
        "on",
        "ignoring",
        "group_left",
        "group_right",
        "bool",
        "offset",
        "atan2",
        "inf",
        "nan",
    )
)


@cache
def names(exporter: str) -> frozenset[str]:
    lines = (FOLDER / f"{exporter}.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


@cache
def exported() -> frozenset[str]:
    """Every name of every exporter."""
    return frozenset(name for file in FOLDER.glob("*.txt") for name in names(file.stem))


def named(expression: str) -> Iterator[str]:
    """The metrics that an expression of PromQL asks for, each once, as exporters call them."""
    for ignored in _IGNORED:
        expression = re.sub(ignored, " ", expression)
    yield from dict.fromkeys(name for name in _NAME.findall(expression) if name.lower() not in _WORDS)


def base(name: str) -> str:
    """The metric of which `name` is a series: a histogram's without its ending."""
    return _SERIES.sub("", name)


def is_among(name: str, known: frozenset[str]) -> bool:
    return name in known or base(name) in known
