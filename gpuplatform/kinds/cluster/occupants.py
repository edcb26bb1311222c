"""Who stands on nodes, and whether nodes that no longer match are replaced under them."""

from __future__ import annotations

from gpuplatform.catalog.nodes import POOL_LABEL
from gpuplatform.kinds.cluster.node_properties import labels
from gpuplatform.kinds.cluster.pods import Pod, pods
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.plan.quantity import whole
from gpuplatform.plan.values import as_list, get_path


def occupants(plan: Plan, nodes: PlannedResource) -> tuple[PlannedResource, ...]:
    """The jobs and models that select the pool of a node group or of Karpenter."""
    label = labels(nodes).get(POOL_LABEL)
    owners = [pod.owner for pod in pods(plan) if label and pod.pool == label and works(pod)]
    return tuple({owner.urn: owner for owner in owners}.values())


def works(pod: Pod) -> bool:
    """Whether it is a job or a model, not something that every node has."""
    return bool(pod.queue) or any(name.endswith("/gpu") or "gpu" in name for name in pod.asks)


def drifted_at_once(pool: PlannedResource) -> str:
    """Nodes that a pool's budgets let Karpenter replace for drift at any time, as they are written; empty where none. Without a budget it
    is a tenth (karpenter.sh, v1.14, concepts/disruption, "NodePool Disruption Budgets")."""
    budgets = as_list(get_path(pool.inputs, "spec", "disruption", "budgets"))
    if not budgets:
        return "10%"
    bounds = [
        str(get_path(b, "nodes"))
        for b in budgets
        if "Drifted" in (as_list(get_path(b, "reasons")) or ["Drifted"]) and not get_path(b, "schedule")
    ]
    # The strictest budget holds; a percentage of several nodes is at least one.
    return "" if any(bound in ("0", "0%") for bound in bounds) else min(bounds, key=_amount, default="all")


def _amount(bound: str) -> tuple[bool, int]:
    return bound.endswith("%"), whole(bound.rstrip("%"), 0)
