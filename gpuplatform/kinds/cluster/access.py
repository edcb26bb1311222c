"""What each team may do, worked out from what a plan sends: role bindings, admission policies, IAM documents, mounts, network policies.

A team is a group of people that the cluster knows. What its pods may do counts as its own: it submits them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gpuplatform.kinds.cluster import reach
from gpuplatform.kinds.cluster.admission import compared
from gpuplatform.kinds.cluster.files import Claim, claims
from gpuplatform.kinds.cluster.grants import EVERYWHERE, grants, teams
from gpuplatform.kinds.cluster.identities import Identity, identities
from gpuplatform.kinds.cluster.names import namespace_of, namespaces, selects
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.plan.model import Plan, once
from gpuplatform.plan.values import get_path
from gpuplatform.pools import teams as words
from gpuplatform.pools.teams import JOB_KINDS, READ_PREFIX

Rights = Mapping[str, tuple[str, ...]]
"""Thing → what may be done with it. What is not named may not be touched."""


@dataclass(frozen=True, kw_only=True)
class TeamAccess:
    """One team's row of the matrix."""

    team: str
    namespaces: Rights
    queues: Rights
    prefixes: Rights
    files: Rights
    models: Rights

    def columns(self) -> dict[str, Rights]:
        return {
            "namespace": self.namespaces,
            "queue": self.queues,
            "bucket prefix": self.prefixes,
            "Lustre path": self.files,
            "model": self.models,
        }


@once
def matrix(plan: Plan) -> tuple[TeamAccess, ...]:
    return tuple(_row(plan, team) for team in teams(plan))


def submits(plan: Plan, team: str, namespace: str) -> bool:
    """Whether a group may make something there that makes pods."""
    return any(_may(plan, team, namespace, "create", api, kind) for api, kinds in _WORK.items() for kind in kinds)


_WORK = {**JOB_KINDS, "": ("pods",), "apps": ("deployments", "daemonsets", "statefulsets")}


def _row(plan: Plan, team: str) -> TeamAccess:
    homes = [namespace for namespace in namespaces(plan) if submits(plan, team, namespace)]
    return TeamAccess(
        team=team,
        namespaces={name: can for name in namespaces(plan) if (can := tuple(_in(plan, team, name)))},
        queues=_merged(pair for home in homes for pair in _queues(plan, home)),
        prefixes=_merged(pair for home in homes for pair in _prefixes(acting(plan, home))),
        files=_merged(pair for home in homes for pair in _files(plan, home)),
        models=_merged(pair for home in homes for pair in reach.models(plan, home, acting(plan, home))),
    )


def _in(plan: Plan, team: str, namespace: str) -> Iterator[str]:
    asked = {
        "submit": [("create", api, kind) for api, kinds in JOB_KINDS.items() for kind in kinds],
        "make pods": [("create", "", "pods"), ("create", "apps", "deployments"), ("create", "apps", "daemonsets")],
        "see": [("list", "", "pods")],
        "logs": [("get", "", "pods/log")],
        "delete": [("delete", api, kind) for api, kinds in JOB_KINDS.items() for kind in kinds],
        "secrets": [("get", "", "secrets")],
        "change rights": [("create", "rbac.authorization.k8s.io", "rolebindings")],
    }
    return (what for what, ways in asked.items() if any(_may(plan, team, namespace, *way) for way in ways))


def _may(plan: Plan, team: str, namespace: str, verb: str, api_group: str, kind: str) -> bool:
    return any(
        one.group == team and one.namespace in (namespace, EVERYWHERE) and one.allows(verb, api_group, kind)
        for one in grants(plan)
    )


def _queues(plan: Plan, home: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Queues that a job may name there, by the quota behind them; and whether one may do without."""
    labels = namespaces(plan)[home]
    admitting = {
        str(body["metadata"]["name"])
        for _, body in of_kind(plan, "ClusterQueue")
        # None selects no namespace, an empty one all (Kueue, ClusterQueueSpec.namespaceSelector).
        if (selector := get_path(body, "spec", "namespaceSelector")) is not None and selects(selector, labels)
    }
    ruled = [compared(plan, home, api, kind).get(words.QUEUE) for api, kinds in JOB_KINDS.items() for kind in kinds]
    for _, body in of_kind(plan, "LocalQueue"):
        name, quota = str(body["metadata"]["name"]), str(get_path(body, "spec", "clusterQueue"))
        if namespace_of(body) == home and quota in admitting and any(rule in (None, name) for rule in ruled):
            yield quota, ("use",)
    if None in ruled:
        yield "none", ("run outside every queue",)


def acting(plan: Plan, home: str) -> list[Identity]:
    """Service accounts with AWS rights that a pod there may run as."""
    account = compared(plan, home, "", "pods").get(words.ACCOUNT)
    return [one for one in identities(plan) if one.namespace == home and account in (None, one.account)]


_OBJECTS = {"read": "s3:GetObject", "write": "s3:PutObject", "delete": "s3:DeleteObject"}


def _prefixes(own: list[Identity]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for what, action in _OBJECTS.items():
        for one in own:
            yield from ((pattern.rpartition(":")[2], (what,)) for pattern in one.resources(action))


def _files(plan: Plan, home: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    rules = compared(plan, home, "", "pods")
    for claim in claims(plan):
        if claim.namespace == home:
            yield from ((path, can) for path, can in _folders(claim, rules))


def _folders(claim: Claim, rules: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    ruled = rules.get(words.CLAIM, claim.name) == claim.name and words.WRITE in rules
    can = ("read",) if claim.read_only else ("read", "write")
    if not ruled:
        yield claim.path or "/", can
        return
    if rules[words.WRITE]:
        yield f"{claim.path}/{rules[words.WRITE]}", can
    for key in rules:
        if key.startswith(READ_PREFIX):
            yield f"{claim.path}/{key.removeprefix(READ_PREFIX)}", ("read",)


def _merged(pairs: Iterator[tuple[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    """Sorted by name, each right once, in the order of the first mention."""
    found: dict[str, dict[str, None]] = {}
    for name, can in pairs:
        found.setdefault(name, {}).update(dict.fromkeys(can))
    return {name: tuple(found[name]) for name in sorted(found)}
