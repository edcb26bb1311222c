"""How many pods of one template there are: at the least, at the most, and for a while when they are updated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Final

from gpuplatform.kinds.cluster.names import namespace_of
from gpuplatform.kinds.cluster.objects import objects, of_kind
from gpuplatform.kinds.cluster.pods import Pod, pods
from gpuplatform.plan.model import Json, Plan, PlannedResource, once
from gpuplatform.plan.quantity import whole
from gpuplatform.plan.values import as_dict, get_path

SCALED: Final = ("Deployment", "StatefulSet", "ReplicaSet", "LeaderWorkerSet")
"""Kinds of which a number of copies runs for ever."""


@dataclass(frozen=True, kw_only=True)
class Scaler:
    """What says how many copies there are."""

    resource: PlannedResource
    least: int
    most: int


@dataclass(frozen=True, kw_only=True)
class Copies:
    """The pods of one Deployment, StatefulSet or the like."""

    pod: Pod
    kind: str
    name: str
    scaler: Scaler | None
    least: int
    """Copies that are there whatever the load."""
    most: int
    surge: int
    """Pods beyond `most` while they are updated: 0 where an old one goes before a new one comes."""


@once
def scalers(plan: Plan) -> Mapping[tuple[str, str, str], Scaler]:
    """Kind, namespace and name of what is scaled → by what."""
    found: dict[tuple[str, str, str], Scaler] = {}
    for resource, body in of_kind(plan, "HorizontalPodAutoscaler", "ScaledObject"):
        spec, keda = as_dict(body.get("spec")), body["kind"] == "ScaledObject"
        target = as_dict(spec.get("scaleTargetRef"))
        key = (str(target.get("kind") or "Deployment"), namespace_of(body), str(target.get("name")))
        if keda:
            idle = spec.get("idleReplicaCount")
            least = whole(spec.get("minReplicaCount") if idle is None else idle)
            most = whole(spec.get("maxReplicaCount"), 100)
        else:
            least, most = whole(spec.get("minReplicas"), 1), whole(spec.get("maxReplicas"), 1)
        found[key] = Scaler(resource=resource, least=least, most=max(least, most))
    return found


@once
def copies(plan: Plan) -> tuple[Copies, ...]:
    bodies = {resource.urn: body for resource, body in objects(plan) if body["kind"] in SCALED}
    return tuple(_copies(plan, pod, bodies[pod.owner.urn]) for pod in pods(plan) if pod.owner.urn in bodies)


def _copies(plan: Plan, pod: Pod, body: Mapping[str, Json]) -> Copies:
    kind, name, spec = str(body["kind"]), str(get_path(body, "metadata", "name")), as_dict(body.get("spec"))
    scaler = scalers(plan).get((kind, pod.namespace, name))
    # A deployment that states none has one; of what a scaler sets, its bounds count.
    stated = whole(spec.get("replicas"), 1)
    least, most = (scaler.least, scaler.most) if scaler else (stated, stated)
    each = _of_group(spec, pod) if kind == "LeaderWorkerSet" else 1
    return Copies(
        pod=pod,
        kind=kind,
        name=name,
        scaler=scaler,
        least=least * each,
        most=most * each,
        surge=_surge(kind, spec, most) * each,
    )


def _of_group(spec: Mapping[str, Json], pod: Pod) -> int:
    """Pods of a template in one group: one leader where it has a template of its own, and the workers."""
    group = as_dict(spec.get("leaderWorkerTemplate"))
    size = whole(group.get("size"), 1)
    if not group.get("leaderTemplate"):
        return size
    return 1 if get_path(group, "leaderTemplate", "spec") == pod.spec else size - 1


def _surge(kind: str, spec: Mapping[str, Json], copies: int) -> int:
    """Kubernetes rounds a surge up and what may be unavailable down; with none of either it lets one be unavailable."""
    if kind != "Deployment" or not copies or get_path(spec, "strategy", "type") == "Recreate":
        return 0
    rolling = as_dict(get_path(spec, "strategy", "rollingUpdate"))
    surge, unavailable = rolling.get("maxSurge", "25%"), rolling.get("maxUnavailable", "25%")
    return 0 if floor(_of(unavailable, copies)) >= 1 else max(ceil(_of(surge, copies)), 0)


def _of(written: Json, copies: int) -> Fraction:
    text = str(written)
    return Fraction(copies * whole(text[:-1]), 100) if text.endswith("%") else Fraction(whole(written))
