"""Which nodes a pod's spec lets it stand on: selectors and affinities of every operator, and taints, against what starts nodes.

Labels of the kubelet, of EKS, of Karpenter and of feature discovery are on nodes though no plan writes them: each where its owner
puts it, and no others are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from gpuplatform.kinds.cluster.names import chart
from gpuplatform.kinds.cluster.node_launches import Launch, Taint
from gpuplatform.kinds.cluster.node_properties import TYPE_LABEL
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.kinds.tokens import CLUSTER_COMPONENT, RELEASE, SCALING_GROUP
from gpuplatform.plan.model import Json, Plan, once
from gpuplatform.plan.values import as_dict, as_list, get_path, strings

_OF_EVERY_NODE: Final = ("kubernetes.io", "k8s.io", "k8s.aws")
_OF_GROUPS: Final = ("eks.amazonaws.com",)
_OF_KARPENTER: Final = ("karpenter.sh", "karpenter.k8s.aws")
_OF_DISCOVERY: Final = ("feature.node.kubernetes.io", "nvidia.com")
_BY_HAND: Final = ("k8s.amazonaws.com", "vpc.amazonaws.com")
"""Prefixes of Amazon's that nothing puts on a node by itself."""

_ADDON: Final = "aws:eks/addon:Addon"
_STARTERS: Final = (
    *(f"eks:index:{name}" for name in ("NodeGroup", "NodeGroupV2", "ManagedNodeGroup")),
    *(SCALING_GROUP, "aws:eks/fargateProfile:FargateProfile"),
)
DISCOVERY_CHARTS: Final = ("node-feature-discovery", "gpu-feature-discovery", "gpu-operator", "network-operator")


@once
def discovers(plan: Plan) -> bool:
    """Whether something finds out what nodes have, and labels them: a chart or add-on of its own, the device plugin's chart when it is
    told to, or a daemon by hand."""
    charts = any(
        chart(release) in DISCOVERY_CHARTS
        or any(get_path(release.inputs.get("values"), name, "enabled") is True for name in ("gfd", "nfd"))
        for release in plan.all(RELEASE)
    )
    addons = any("feature-discovery" in str(addon.inputs.get("addonName")) for addon in plan.all(_ADDON))
    by_hand = (text for _, body in of_kind(plan, "DaemonSet") for text in strings(get_path(body, "spec", "template")))
    return charts or addons or any("feature-discovery" in text for text in by_hand)


@once
def nodes_elsewhere(plan: Plan) -> bool:
    """Whether nodes start of which the plan does not say the labels: of remote components, of Auto Scaling groups by hand, on Fargate."""
    default = any(cluster.inputs.get("skipDefaultNodeGroup") is not True for cluster in plan.all(CLUSTER_COMPONENT))
    return default or any(plan.all(type_) for type_ in _STARTERS)


def known_values(plan: Plan, pool: Launch, key: str) -> frozenset[str] | None:
    """Values that a pool's nodes may have of a label, none if they have it not; None where the plan cannot tell."""
    if key in pool.label_values:
        return pool.label_values[key]
    if key == TYPE_LABEL:
        names = frozenset(t.name for t in pool.types)
        return names or None
    prefix = key.partition("/")[0]
    if _under(prefix, _OF_DISCOVERY):
        return None if discovers(plan) else frozenset()
    if _under(prefix, _OF_KARPENTER):
        return frozenset() if pool.managed else None
    if _under(prefix, _OF_GROUPS):
        return None if pool.managed else frozenset()
    if _under(prefix, _BY_HAND):
        return frozenset()
    return None if _under(prefix, _OF_EVERY_NODE) else frozenset()


def _under(prefix: str, owners: Sequence[str]) -> bool:
    return any(prefix == owner or prefix.endswith(f".{owner}") for owner in owners)


def unmet(plan: Plan, pool: Launch, spec: Mapping[str, Json]) -> str:
    """What a pod's selector and required affinity ask for that a pool's nodes have not; empty if they have all, as far as is known."""
    for key, value in as_dict(spec.get("nodeSelector")).items():
        if not _meets(known_values(plan, pool, key), "In", [value]):
            return f"{key}={value}"
    required = get_path(spec.get("affinity"), "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    terms = as_list(get_path(required, "nodeSelectorTerms"))
    missing = [_unmet_term(plan, pool, term) for term in terms]
    return " or ".join(dict.fromkeys(missing)) if terms and all(missing) else ""


def _unmet_term(plan: Plan, pool: Launch, term: Json) -> str:
    for expression in as_list(get_path(term, "matchExpressions")):
        key, operator = str(get_path(expression, "key")), str(get_path(expression, "operator"))
        values = as_list(get_path(expression, "values"))
        if not _meets(known_values(plan, pool, key), operator, values):
            return f"{key} {operator}{' ' + ', '.join(map(str, values)) if values else ''}"
    return ""


def _meets(known: frozenset[str] | None, operator: str, values: Sequence[Json]) -> bool:
    """Whether some node of those could meet a requirement."""
    if known is None:
        return True
    wanted = set(map(str, values))
    match operator:
        case "In":
            return bool(known & wanted)
        case "NotIn":
            return not known or bool(known - wanted)
        case "Exists":
            return bool(known)
        case "DoesNotExist":
            return not known
        case "Gt" | "Lt":
            return bool(known)
        case _:
            return True


def tolerates(toleration: Json, taint: Taint) -> bool:
    key, value, effect = taint
    return (
        get_path(toleration, "effect") in (None, "", effect)
        and get_path(toleration, "key") in (None, "", key)
        and (get_path(toleration, "operator") == "Exists" or (get_path(toleration, "value") or "") == value)
    )
