"""Where pods may run: the labels they ask of nodes and the taints they bear, against the pools of the plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from gpuplatform.catalog.nodes import GPU
from gpuplatform.kinds.cluster.kueue import flavors
from gpuplatform.kinds.cluster.names import chart
from gpuplatform.kinds.cluster.node_launches import Launch, Taint, extra_argument, launches
from gpuplatform.kinds.cluster.node_selection import nodes_elsewhere, tolerates, unmet
from gpuplatform.kinds.cluster.pods import Pod, pods
from gpuplatform.kinds.tokens import RELEASE
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check
from gpuplatform.preview.checks.devices import EFA_CHARTS, GPU_CHARTS

_SET_BY_OTHERS: Final = ("kubernetes.io", "k8s.io", "amazonaws.com", "karpenter.sh", "nvidia.com", "k8s.aws")
"""Labels that the kubelet, a cloud or an operator puts on nodes: the plan does not say who has them."""

_TAINTED_BY_OTHERS: Final = (
    "node.kubernetes.io/",
    "node.cloudprovider.kubernetes.io/",
    "karpenter.sh/",
    "CriticalAddonsOnly",
)


@check("pod-without-pool", Severity.ERROR, "Every pod has a pool with the labels it asks for and taints it tolerates.")
def pod_without_pool(plan: Plan) -> Iterator[Violation]:
    pools = launches(plan)
    if not pools:
        return
    for pod in pods(plan):
        tolerations = as_list(pod.spec.get("tolerations"))
        if pod.queue:
            # Kueue adds those of the flavour that it admits a job to.
            tolerations = [*tolerations, *(t for flavor in flavors(plan).values() for t in flavor.tolerations)]
        devices = [pool for pool in pools if _has_devices(pool, pod)]
        if why := _unplaced(devices or pools, asked_labels(pod), tolerations):
            yield Violation(f"{pod.owner.name}: {why}", pod.owner)
        elif missing := _asked_of_none(plan, devices or pools, pod, tolerations):
            yield Violation(
                f"{pod.owner.name}: asks for nodes with {missing}; no pool has it, and nothing gives it to nodes",
                pod.owner,
            )
    for flavor in flavors(plan).values():
        asked = [(key, [value]) for key, value in flavor.labels.items()]
        if why := _unplaced(pools, asked, [{"operator": "Exists"}]):
            yield Violation(f"{flavor.resource.name}: spec.nodeLabels: {why}", flavor.resource)


def _asked_of_none(plan: Plan, pools: Sequence[Launch], pod: Pod, tolerations: list[Json]) -> str:
    """What the pod's selector and affinity ask for that none of the pools which let it in has; empty where one has all. Of several terms
    none is a must, and some may be of nodes that stand elsewhere."""
    required = get_path(pod.spec.get("affinity"), "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    if nodes_elsewhere(plan) or len(as_list(get_path(required, "nodeSelectorTerms"))) > 1:
        return ""
    selector = {"nodeSelector": pod.spec.get("nodeSelector")}
    open_ = [pool for pool in pools if not refused(pool.taints, tolerations)]
    missing = {pool.resource.urn: unmet(plan, pool, pod.spec) for pool in open_}
    # Of the pools that it selects one says best what is wrong.
    closest = [missing[pool.resource.urn] for pool in open_ if not unmet(plan, pool, selector)]
    return [*closest, *missing.values()][0] if missing and all(missing.values()) else ""


def _has_devices(pool: Launch, pod: Pod) -> bool:
    """Whether a pod that asks for GPUs could have them there, as far as the hardware is known; how many is another check's to say."""
    return not pod.asks.get(GPU) or not pool.types or any(t.gpu_count for t in pool.types)


def asked_labels(pod: Pod) -> list[tuple[str, list[Json]]]:
    """Labels that a node must have, each with the values that will do. Of several terms none is a must."""
    asked = [(key, [value]) for key, value in as_dict(pod.spec.get("nodeSelector")).items()]
    required = get_path(pod.spec.get("affinity"), "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    terms = as_list(get_path(required, "nodeSelectorTerms"))
    must = as_list(get_path(terms[0], "matchExpressions")) if len(terms) == 1 else []
    return asked + [
        (str(get_path(e, "key")), as_list(get_path(e, "values"))) for e in must if get_path(e, "operator") == "In"
    ]


def _unplaced(pools: Sequence[Launch], asked: list[tuple[str, list[Json]]], tolerations: list[Json]) -> str:
    """Why no pool will do; empty if one does."""
    labelled = [pool for pool in pools if all(has_label(pool, key, values) for key, values in asked)]
    if not labelled:
        unmet = [
            (key, values) for key, values in asked if not any(has_label(pool, key, values) for pool in pools)
        ] or asked
        wanted = ", ".join(f"{key}={' or '.join(map(str, values))}" for key, values in unmet)
        have = sorted(
            {f"{k}={v}" for pool in pools for k, vs in pool.label_values.items() for v in vs if k in dict(unmet)}
        )
        return f"no pool has {wanted}; there is {', '.join(have) or 'none with these labels'}"
    if any(not refused(pool.taints, tolerations) for pool in labelled):
        return ""
    key, value, effect = refused(labelled[0].taints, tolerations)[0]
    return f"{labelled[0].resource.name} is tainted {key}={value}:{effect}, and the pod does not tolerate it"


def has_label(pool: Launch, key: str, values: list[Json]) -> bool:
    if key in pool.label_values:
        return bool(pool.label_values[key].intersection(map(str, values)))
    return key.partition("/")[0].endswith(_SET_BY_OTHERS)


def refused(taints: Sequence[Taint], tolerations: list[Json]) -> list[Taint]:
    """Taints that keep the pod off."""
    return [t for t in taints if t[2] != "PreferNoSchedule" and not any(tolerates(one, t) for one in tolerations)]


@check("dead-toleration", Severity.WARNING, "Every toleration is of a taint that some pool has.")
def dead_toleration(plan: Plan) -> Iterator[Violation]:
    pools = launches(plan)
    taints = {taint for pool in pools for taint in (*pool.taints, *pool.startup)}
    # Taints of which the autoscaler is told come and go; no pool need have them.
    passing = {str(extra_argument(plan, flag)) for flag in ("startup-taint", "status-taint")}
    for resource, path, toleration in _all_tolerations(plan):
        key = str(get_path(toleration, "key") or "")
        known = (
            not key
            or key in passing
            or key.startswith(_TAINTED_BY_OTHERS)
            or any(tolerates(toleration, taint) for taint in taints)
        )
        if pools and not known:
            there = ", ".join(sorted(f"{k}={v}:{e}" for k, v, e in taints)) or "none"
            yield Violation(
                f"{resource.name}: {path}: no pool has a taint that {key} tolerates; taints: {there}", resource
            )


def _all_tolerations(plan: Plan) -> Iterator[tuple[PlannedResource, str, Json]]:
    for pod in pods(plan):
        yield from ((pod.owner, f"tolerations[{i}]", t) for i, t in enumerate(as_list(pod.spec.get("tolerations"))))
    for flavor in flavors(plan).values():
        yield from ((flavor.resource, f"spec.tolerations[{i}]", t) for i, t in enumerate(flavor.tolerations))
    for release in plan.all(RELEASE):
        yield from ((release, path, t) for path, t in _in_values(release.inputs.get("values"), "values"))


def _in_values(value: Json, path: str) -> Iterator[tuple[str, Json]]:
    """Tolerations anywhere in a chart's values."""
    if isinstance(value, dict):
        for key, inner in as_dict(value).items():
            if key == "tolerations":
                yield from ((f"{path}.tolerations[{i}]", t) for i, t in enumerate(as_list(inner)))
            else:
                yield from _in_values(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(as_list(value)):
            yield from _in_values(inner, f"{path}[{index}]")


@check("release-without-node", Severity.ERROR, "What a chart is told to select nodes by, some node has.")
def release_without_node(plan: Plan) -> Iterator[Violation]:
    """Daemons and controllers that no node takes in are no error to Helm, or one without a reason after minutes. Of device plugins
    another check says it, pool by pool."""
    pools = launches(plan)
    for release in plan.all(RELEASE) if pools and not nodes_elsewhere(plan) else ():
        for path, selector in _selectors(release.inputs.get("values"), "values"):
            missing = [unmet(plan, pool, {"nodeSelector": selector}) for pool in pools]
            plugin = path == "values.nodeSelector" and chart(release) in (*GPU_CHARTS, *EFA_CHARTS)
            if all(missing) and not plugin:
                yield Violation(
                    f"{release.name}: {path}: no pool has {missing[0]}, and nothing gives it to nodes; its pods would never start",
                    release,
                )


def _selectors(value: Json, path: str) -> Iterator[tuple[str, dict[str, Json]]]:
    """Node selectors anywhere in a chart's values."""
    for key, inner in as_dict(value).items():
        if key == "nodeSelector":
            yield f"{path}.{key}", as_dict(inner)
        else:
            yield from _selectors(inner, f"{path}.{key}")
