"""What must be known of a stack's state before Pulumi updates it, read from `pulumi stack export`. Nothing here asks AWS anything.

Two facts of the engine pull apart. Without a refresh, an update of a node group's maximum sends the *state's* desired size, 0 since the
group was made, and EKS ends the nodes that run. With a refresh, the mark of a creation that failed is lost, and the group stays failed
(pulumi/pulumi 3.260 against a simulated cloud, December 2026). So the groups that were made are refreshed, alone, and those that were not
are left to their mark; where somebody's refresh has taken it already, the group's own status says it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gpuplatform.kinds.tokens import NODE_GROUP
from gpuplatform.plan.model import Json
from gpuplatform.plan.values import as_dict, as_list, get_path

FAILED: Final = ("CREATE_FAILED", "DELETE_FAILED")
"""Of botocore's NodegroupStatus, those that no update heals."""
DEGRADED: Final = "DEGRADED"


@dataclass(frozen=True, slots=True, kw_only=True)
class StackState:
    pending: tuple[str, ...]
    """Operations that were cut off: `creating urn:…`. The engine only warns of them, and makes the thing a second time."""
    made: tuple[str, ...]
    """URNs of node groups that exist, whose size the state may not know."""
    failed: tuple[str, ...]
    """URNs of node groups that were made and failed, without a mark that would have the engine replace them."""
    told: tuple[str, ...]
    """Sentences about what needs somebody's eyes."""


def stack_state(export: Mapping[str, Json]) -> StackState:
    """Raises ValueError where the document is no export."""
    deployment = export.get("deployment")
    if not isinstance(deployment, dict):
        raise ValueError("the state has no `deployment`; give what `pulumi stack export` writes")
    resources = [as_dict(r) for r in as_list(as_dict(deployment).get("resources")) if not get_path(r, "delete")]
    groups = [r for r in resources if r.get("type") == NODE_GROUP and r.get("id")]
    made = [r for r in groups if not r.get("initErrors")]
    pending = [as_dict(one) for one in as_list(as_dict(deployment).get("pending_operations"))]
    return StackState(
        pending=tuple(f"{one.get('type')} {get_path(one, 'resource', 'urn')}" for one in pending),
        made=tuple(str(r["urn"]) for r in made),
        failed=tuple(str(r["urn"]) for r in made if _status(r) in FAILED),
        told=tuple(_told(resources)),
    )


def _status(group: Mapping[str, Json]) -> str:
    return str(get_path(group, "outputs", "status") or "")


def _told(resources: list[dict[str, Json]]) -> Iterator[str]:
    for resource in resources:
        name = str(resource.get("urn")).rpartition("::")[2]
        if errors := as_list(resource.get("initErrors")):
            then = (
                "is made again" if resource.get("type") == NODE_GROUP else "stays as it is; look at it, and replace it"
            )
            yield f"{name}: failed when it was made, and {then}: {errors[0]}"
        elif resource.get("type") == NODE_GROUP and _status(resource) in FAILED:
            yield f"{name}: is {_status(resource)} in the account, and is made again"
        elif resource.get("type") == NODE_GROUP and _status(resource) == DEGRADED:
            yield f"{name}: is DEGRADED; `aws eks describe-nodegroup` says why under health.issues"
