"""What nodes start with: keys that EKS takes, and taints that something takes off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds import kubernetes
from gpuplatform.kinds.cluster.node_launches import Launch, Taint, launches
from gpuplatform.kinds.cluster.pods import Pod, pods
from gpuplatform.kinds.tokens import NODE_GROUP
from gpuplatform.plan.model import Plan
from gpuplatform.plan.values import as_dict, as_list, get_path, leaves
from gpuplatform.preview.checking.check import Severity, Violation, check
from gpuplatform.preview.checks.placement import asked_labels, has_label, refused

DAEMON_SET: Final = kubernetes.DAEMON_SET

# containers-roadmap#1451, "rejects labels with prefixes containing"; of taints alphagov/govuk-infrastructure#1264; read 2026-11-22.
_RESERVED: Final = ("kubernetes.io", "k8s.io", "eks.amazonaws.com")


@check("reserved-node-key", Severity.ERROR, "No label or taint of a node group has a prefix that EKS keeps to itself.")
def reserved_node_key(plan: Plan) -> Iterator[Violation]:
    for group in plan.all(NODE_GROUP):
        keys = [("labels", key) for key in as_dict(group.inputs.get("labels"))]
        keys += [("taints", str(get_path(taint, "key"))) for taint in as_list(group.inputs.get("taints"))]
        for place, key in keys:
            prefix, slash, _ = key.partition("/")
            if slash and f".{prefix}".endswith(tuple(f".{reserved}" for reserved in _RESERVED)):
                yield Violation(f"{group.name}: {place}: EKS refuses {key}; use a prefix of your own", group)


@check("startup-taint-removed", Severity.ERROR, "A daemon on a pool's nodes takes off each taint that they start with.")
def startup_taint_removed(plan: Plan) -> Iterator[Violation]:
    for pool in launches(plan):
        for taint in pool.startup:
            daemons = [p for p in pods(plan) if p.owner.type == DAEMON_SET and _names(p, taint[0])]
            why = [_hindered(daemon, pool) for daemon in daemons]
            if all(why):
                told = "; ".join(why) or "no DaemonSet names it"
                yield Violation(
                    f"{pool.resource.name}: nodes start with {taint[0]} and would keep it: {told}", pool.resource
                )


def _names(pod: Pod, key: str) -> bool:
    """Whether a container is told of the taint: a daemon that takes it off must be."""
    return any(value == key for container in pod.containers for _, value in leaves(as_dict(container)))


def _hindered(daemon: Pod, pool: Launch) -> str:
    """Why the daemon does not come to the pool's nodes; empty if it does."""
    missing = [key for key, values in asked_labels(daemon) if not has_label(pool, key, values)]
    if missing:
        return f"{daemon.owner.name} asks for another {', '.join(missing)}"
    kept_off = _keys(refused((*pool.taints, *pool.startup), as_list(daemon.spec.get("tolerations"))))
    return f"{daemon.owner.name} does not tolerate {kept_off}" if kept_off else ""


def _keys(taints: list[Taint]) -> str:
    return ", ".join(key for key, _, _ in taints)
