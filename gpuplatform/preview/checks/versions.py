"""Whether what runs is still supported for as long as it takes to move."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from gpuplatform.catalog import kubernetes_versions
from gpuplatform.kinds.tokens import CLUSTERS
from gpuplatform.plan.model import Plan
from gpuplatform.plan.values import get_path
from gpuplatform.preview.checking.check import Severity, Violation, check_of_day


@check_of_day(
    "kubernetes-support", Severity.WARNING, "The cluster's Kubernetes has standard support for 90 days and more."
)
def kubernetes_support(plan: Plan, today: date) -> Iterator[Violation]:
    """Versions whose end is not known are not judged; ends are the catalogue's."""
    within = {child.urn for type_ in CLUSTERS for c in plan.all(type_) for child in plan.descendants(c)}
    for cluster in (c for type_ in CLUSTERS for c in plan.all(type_)):
        version = str(cluster.inputs.get("version") or "")
        if cluster.urn in within or not kubernetes_versions.number(version):
            continue
        end = kubernetes_versions.standard_ends(version)
        past = kubernetes_versions.extended(version, today)
        if not past and (end is None or end - today > kubernetes_versions.SOON):
            continue
        said = f"{'ended' if past else 'ends'} on {end}" if end else "has ended"
        upgrades = get_path(cluster.inputs, "upgradePolicy", "supportType") == "STANDARD"
        then = (
            "EKS upgrades the cluster at a time of its own" if upgrades else "its control plane costs six times as much"
        )
        line = plan.setting_source("cluster.version") if plan.setting("cluster").get("version") == version else None
        yield Violation(
            f"{cluster.name}: standard support of Kubernetes {version} {said}, {'since when' if past else 'after which'} {then}; "
            f"`gpuplatform upgrade {plan.environment}` says in which order to move",
            cluster,
            line,
        )
