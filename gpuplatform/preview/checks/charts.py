"""Whether Helm installs what is meant: one version of a known chart, with values that it knows."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from gpuplatform.catalog import charts
from gpuplatform.catalog.chart_values import misspelt
from gpuplatform.catalog.charts import Chart
from gpuplatform.kinds.cluster.names import chart
from gpuplatform.kinds.tokens import RELEASE
from gpuplatform.plan.model import SECRET, UNKNOWN, Plan
from gpuplatform.plan.values import as_dict, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

_NEARLY: Final = 0.9
_VERSION: Final = re.compile(r"v?\d+\.\d+\.\d+([-+][\w.+-]+)?")


@check("floating-chart", Severity.ERROR, "Every release names one version of its chart.")
def floating_chart(plan: Plan) -> Iterator[Violation]:
    for release in plan.all(RELEASE):
        version = release.inputs.get("version")
        # A chart in a folder or an archive is the one that is there.
        if version in (SECRET, UNKNOWN) or str(release.inputs.get("chart")).startswith((".", "/")):
            continue
        if not _VERSION.fullmatch(str(version or "")):
            told = f"version {version} is a range" if version else "has no version"
            yield Violation(f"{release.name}: {told}: another day it is another program; name one version", release)


@check("known-chart", Severity.WARNING, "Every chart is one of the catalogue: its name, its repository, its version.")
def known_chart(plan: Plan) -> Iterator[Violation]:
    """What the catalogue does not have, and has nothing like, is not judged."""
    for release in plan.all(RELEASE):
        name, known = chart(release), _known()
        if name not in known:
            for near in difflib.get_close_matches(name, known, n=1, cutoff=0.8):
                yield Violation(f"{release.name}: no chart {name} is known; did you mean {near}?", release)
            continue
        wanted, version = known[name], release.inputs.get("version")
        repository = (
            get_path(release.inputs, "repositoryOpts", "repo") or str(release.inputs.get("chart")).rpartition("/")[0]
        )
        if isinstance(version, str) and _VERSION.fullmatch(version) and version != wanted.version:
            yield Violation(f"{release.name}: version is {version}, the catalogue's is {wanted.version}", release)
        # A mirror is another one; a misspelt one is nearly the same.
        alike = difflib.SequenceMatcher(None, repository, wanted.repository).ratio()
        if _NEARLY <= alike < 1:
            yield Violation(f"{release.name}: {name} is kept in {wanted.repository}, not in {repository}", release)


@check("chart-value", Severity.ERROR, "No name among a chart's values is one that the chart knows, misspelt.")
def chart_value(plan: Plan) -> Iterator[Violation]:
    for release in plan.all(RELEASE):
        for path, near in misspelt(chart(release), as_dict(release.inputs.get("values"))):
            meant = ".".join((*path.split(".")[:-1], near))
            yield Violation(
                f"{release.name}: values.{path}: the chart knows {meant}, and drops this without a word", release
            )


@cache
def _known() -> dict[str, Chart]:
    return {one.name: one for one in vars(charts).values() if isinstance(one, Chart)}
