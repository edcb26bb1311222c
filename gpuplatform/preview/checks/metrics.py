"""Whether alerts can ring: what they look at is something that somebody exports."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Final

from gpuplatform.catalog import metrics
from gpuplatform.kinds import custom_resources
from gpuplatform.kinds.cluster.names import chart
from gpuplatform.kinds.tokens import RELEASE
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.plan.values import as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

_FREE: Final = "kube_customresource_"
"""What kube-state-metrics makes of a cluster's own configuration."""


@check("unknown-metric", Severity.ERROR, "No alert looks at a metric that nobody exports.")
def unknown_metric(plan: Plan) -> Iterator[Violation]:
    """Judged are metrics of the charts of the plan, in the catalogue's version: DCGM exporter with the fields that it is told to export,
    kube-state-metrics, KEDA, Kueue."""
    exported = dict(_exported(plan))
    recorded = {str(get_path(rule, "record")) for _, rule in _rules(plan)}
    for resource, rule in _rules(plan):
        for name in metrics.named(str(get_path(rule, "expr") or "")):
            prefix = next((prefix for prefix in exported if name.startswith(prefix)), None)
            if prefix is None or name in recorded or name.startswith(_FREE):
                continue
            if not metrics.is_among(name, exported[prefix]):
                near = difflib.get_close_matches(metrics.base(name), exported[prefix], n=1)
                meant = f"; did you mean {near[0]}?" if near else ""
                told = get_path(rule, "alert") or get_path(rule, "record")
                yield Violation(f"{told}: nobody exports {name}, so this never rings{meant}", resource)


def _rules(plan: Plan) -> Iterator[tuple[PlannedResource, object]]:
    for resource in plan.all(custom_resources.PROMETHEUS_RULE):
        for group in as_list(get_path(resource.inputs, "spec", "groups")):
            for rule in as_list(get_path(group, "rules")):
                yield resource, rule


def _exported(plan: Plan) -> Iterator[tuple[str, frozenset[str]]]:
    """Beginning of names → names, of the exporters that the plan installs."""
    releases = {chart(release): release for release in plan.all(RELEASE)}
    for prefix, (exporter, wanted) in metrics.WHOLE.items():
        release = releases.get(wanted.name)
        if release is None or release.inputs.get("version") != wanted.version:
            continue
        written = get_path(release.inputs, "values", "customMetrics")
        if isinstance(written, str) and written:
            yield prefix, frozenset(line.split(",")[0].strip() for line in written.splitlines() if line)
        else:
            yield prefix, metrics.names(exporter)
