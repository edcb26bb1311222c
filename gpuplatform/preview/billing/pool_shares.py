"""Whose a pool of GPUs is, in each state of the bill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from gpuplatform.kinds.cluster.names import namespace_of
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.kinds.cluster.pods import Pod
from gpuplatform.kinds.cluster.pool_users import TEAM_LABELS, GpuPool, gpu_pools, gpus_of, quotas, workloads
from gpuplatform.kinds.pricing.context import HOURS
from gpuplatform.kinds.pricing.endpoints import model_of
from gpuplatform.kinds.pricing.numbers import NoAmountError, decimal
from gpuplatform.plan.model import Json, Plan
from gpuplatform.plan.values import as_dict, get_path
from gpuplatform.preview.billing.apportionment import Weights, divided_by_state
from gpuplatform.preview.billing.lines import State, Totals

ONE: Final = Decimal(1)

Share = Mapping[str | None, Decimal]
"""Team → weight; None is the platform's overhead."""


class Basis(StrEnum):
    """What a pool is divided by."""

    QUOTA = "quota"
    MODELS = "models"
    TAG = "tag"
    NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True)
class PoolShares:
    name: str
    basis: Basis
    weights: Mapping[State, Share]
    capacity: Decimal = Decimal(0)
    """GPUs that quotas are of; 0 where the pool is not divided by quota."""

    def of(self, whole: Totals) -> dict[str | None, Totals]:
        return divided_by_state(whole, self.weights)

    @property
    def sentence(self) -> str:
        """`h100 by quota of its 64 GPUs: research 32, applied 16, nobody 16`."""
        weights = self.weights[State.EXPECTED]
        if self.basis is Basis.NOBODY:
            return f"{self.name}: no team has a quota, a model or a tag on it; it is overhead"
        if self.basis is Basis.TAG:
            return f"{self.name}: wholly of {', '.join(map(str, weights))}, whose tag its nodes carry"
        if self.basis is Basis.QUOTA:
            told = ", ".join(f"{team or 'nobody'} {_number(gpus)}" for team, gpus in weights.items())
            return f"{self.name}: by Kueue's quota of its {_number(self.capacity)} GPUs: {told}"
        total = sum(weights.values(), Decimal(0))
        told = ", ".join(f"{team} {weight / total:.0%}" for team, weight in weights.items())
        return f"{self.name}: by the expected GPU-hours of the models on it: {told}"

    def to_json(self) -> dict[str, Json]:
        weights = self.weights[State.EXPECTED]
        total = sum(weights.values(), Decimal(0))
        shares = {team or "": round(float(weight / total), 6) for team, weight in weights.items()}
        return {"pool": self.name, "basis": self.basis.value, "shares": shares, "why": self.sentence}


def pool_shares(plan: Plan, owner: str) -> tuple[PoolShares, ...]:
    return tuple(_shares(plan, pool, owner) for pool in gpu_pools(plan))


def _shares(plan: Plan, pool: GpuPool, owner: str) -> PoolShares:
    tagged = pool.owner or None
    # Nodes that carry the platform's own tag are of whoever uses them.
    dedicated = tagged if tagged != owner else None
    if owned := {team: Decimal(str(gpus)) for team, gpus in quotas(plan, pool).items()}:
        return _by_quota(plan, pool, owned, dedicated)
    by_models = _by_models(plan, pool)
    # Where nobody says which team is the platform's, any tag may be its own: whose models run there says more.
    if dedicated and (owner or not by_models):
        return PoolShares(name=pool.name, basis=Basis.TAG, weights={state: {dedicated: ONE} for state in State})
    if by_models:
        return PoolShares(name=pool.name, basis=Basis.MODELS, weights=by_models)
    return PoolShares(name=pool.name, basis=Basis.NOBODY, weights={state: {None: ONE} for state in State})


def _by_quota(plan: Plan, pool: GpuPool, owned: Mapping[str, Decimal], dedicated: str | None) -> PoolShares:
    """GPUs that no team owns are the pool's owner's, else overhead. Quotas may go beyond the pool: then they divide all of it."""
    capacity = max(Decimal(str(pool.capacity(plan))), sum(owned.values(), Decimal(0)))
    weights: dict[str | None, Decimal] = {**owned}
    if left := capacity - sum(owned.values(), Decimal(0)):
        weights[dedicated] = weights.get(dedicated, Decimal(0)) + left
    return PoolShares(name=pool.name, basis=Basis.QUOTA, weights=dict.fromkeys(State, weights), capacity=capacity)


def _by_models(plan: Plan, pool: GpuPool) -> dict[State, Share]:
    """GPUs of the pods that never go, expected GPU-hours, and GPUs of all copies. A state in which nothing runs is divided as the
    expected month; where nobody expects anything, by what may run at most."""
    found: dict[State, dict[str | None, Decimal]] = {state: {} for state in State}
    for pod in workloads(plan, pool):
        team, gpus = _team(pod), Decimal(str(gpus_of(pod)))
        least, usual, most = copies(plan, pod)
        for state, running in zip(State, (least, least, usual, most), strict=True):
            found[state][team] = found[state].get(team, Decimal(0)) + gpus * running
    at_most = found[State.MAXIMUM]
    usually: Weights[str | None] = found[State.EXPECTED] if _any(found[State.EXPECTED]) else at_most
    if not _any(usually):
        return {}
    return {state: found[state] if _any(found[state]) else usually for state in State}


def _team(pod: Pod) -> str | None:
    labels = (pod.labels, as_dict(get_path(pod.owner.inputs, "metadata", "labels")))
    named = (str(of[key]) for of in labels for key in TEAM_LABELS if of.get(key))
    return next(named, None)


def copies(plan: Plan, pod: Pod) -> tuple[Decimal, Decimal, Decimal]:
    """Copies that never go, copies × months expected, and the most."""
    scaled = next(iter(_scalers(plan, pod)), None)
    stated = amount_of(get_path(pod.owner.inputs, "spec", "replicas"), ONE)
    least = stated if scaled is None else amount_of(scaled.get("idleReplicaCount", scaled.get("minReplicaCount")))
    most = (
        stated if scaled is None else amount_of(scaled.get("maxReplicaCount", scaled.get("maxReplicas")), Decimal(100))
    )
    models = as_dict(get_path(plan.setting("serving"), "models"))
    expected = get_path(models.get(model_of(pod.owner, models)), "expected")
    running, hours = amount_of(get_path(expected, "running")), min(amount_of(get_path(expected, "hours")), HOURS)
    usual = least + max(min(running, most) - least, Decimal(0)) * hours / HOURS
    return least * pod.together, usual * pod.together, most * pod.together


def _scalers(plan: Plan, pod: Pod) -> Iterator[dict[str, Json]]:
    """What scales the object of a pod: KEDA's or Kubernetes' own."""
    name = get_path(pod.owner.outputs, "metadata", "name") or get_path(pod.owner.inputs, "metadata", "name")
    for _, body in of_kind(plan, "ScaledObject", "HorizontalPodAutoscaler"):
        if namespace_of(body) == pod.namespace and get_path(body, "spec", "scaleTargetRef", "name") == name:
            spec = as_dict(body.get("spec"))
            yield spec if body["kind"] == "ScaledObject" else {**spec, "minReplicaCount": spec.get("minReplicas", 1)}


def amount_of(written: Json, otherwise: Decimal = Decimal(0)) -> Decimal:
    try:
        return otherwise if written is None else decimal(written)
    except NoAmountError:
        return otherwise


def _any(weights: Weights[str | None]) -> bool:
    return any(weights.values())


def _number(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
