"""How the platform layer puts its operators on the cluster: they are described first, all of them, and then installed in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.iam import Statement
from components.interruption_queue import InterruptionQueue
from components.pod_identity import PodIdentityArgs
from gpuplatform.catalog.charts import Chart
from gpuplatform.pools.elastic import ElasticPool
from k8s.operator import Operator, OperatorArgs
from stacks.cluster import ClusterLayer
from stacks.data import DataLayer
from stacks.governance import AlertLayer
from stacks.network import NetworkLayer
from stacks.settings.context import Context
from stacks.settings.platform import PlatformSettings

Release = kubernetes.helm.v3.Release


@dataclass(frozen=True, kw_only=True)
class Platform:
    """What the operators' values and rights are computed from."""

    settings: PlatformSettings
    context: Context
    cluster: ClusterLayer
    network: NetworkLayer
    data: DataLayer
    kubernetes_version: str
    serving_pools: Mapping[str, ElasticPool]
    interruptions: InterruptionQueue
    alerts: AlertLayer


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What an operator's pods may do in AWS."""

    service_account: str
    statements: Sequence[Statement]


def _no_values(_: Platform) -> Mapping[str, Any]:
    return {}


def _always(_: Platform) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class OperatorSpec:
    """An operator to install."""

    name: str
    """Of the release in Pulumi; in the cluster it is called as its chart."""
    chart: Chart
    namespace: str
    values: Callable[[Platform], Mapping[str, Any]] = _no_values
    rights: Callable[[Platform], Rights] | None = None
    wanted: Callable[[Platform], bool] = _always
    after: Sequence[str] = ()
    """Names of what must be installed first: operators, or objects that no operator brings."""
    crds: bool = True
    """Whether Helm installs the kinds that lie in the chart."""


def namespaces(specs: Iterable[OperatorSpec], platform: Platform) -> list[str]:
    """Where operators run, and kube-system, where EKS's own do."""
    return list(dict.fromkeys(("kube-system", *(spec.namespace for spec in specs if spec.wanted(platform)))))


def install(
    specs: Iterable[OperatorSpec], platform: Platform, objects: Mapping[str, pulumi.Resource]
) -> dict[str, Release]:
    """Every operator that is wanted, by name, once nodes can run it and what it names in `after` is there.

    `objects`: what `after` may name beside operators.
    """
    wanted = {spec.name: spec for spec in specs if spec.wanted(platform)}
    for spec in wanted.values():
        for name in spec.after:
            if name not in wanted and name not in objects:
                raise ValueError(
                    f"operator {spec.name}: after: {name} is not installed; accepted: {', '.join([*wanted, *objects])}"
                )
    releases: dict[str, Release] = {}
    for name in TopologicalSorter({name: spec.after for name, spec in wanted.items()}).static_order():
        if name in wanted:
            spec = wanted[name]
            before = [objects[other] if other in objects else releases[other] for other in spec.after]
            releases[name] = _install(spec, platform, before)
    return releases


def _install(spec: OperatorSpec, platform: Platform, before: Sequence[pulumi.Resource]) -> Release:
    cluster = platform.cluster
    args = OperatorArgs(
        chart=spec.chart,
        namespace=spec.namespace,
        values=spec.values(platform),
        identity=_identity(spec, platform),
        crds=spec.crds,
        after=[cluster.after, *before],
    )
    return Operator(spec.name, args, opts=pulumi.ResourceOptions(providers=[cluster.provider])).release


def _identity(spec: OperatorSpec, platform: Platform) -> PodIdentityArgs | None:
    if spec.rights is None:
        return None
    rights = spec.rights(platform)
    return PodIdentityArgs(
        namespace=spec.namespace,
        service_account=rights.service_account,
        statements=rights.statements,
        tags=platform.context.tags.of(component="platform").aws(Name=spec.name),
        cluster_name=platform.cluster.name,
    )
