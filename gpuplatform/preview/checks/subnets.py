"""Whether subnets have the addresses that their nodes and pods take when everything is at its maximum"""

from __future__ import annotations

import json
from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Final

from gpuplatform.kinds import eks
from gpuplatform.kinds.cluster.node_launches import Launch, launches
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.plan.values import get_path
from gpuplatform.preview.checking.check import Severity, Violation, check
from gpuplatform.sizing.efa import PRIMARY
from gpuplatform.sizing.pods import Addresses, addresses_per_node, addresses_short

ADDON: Final = eks.ADDON


@check(
    "subnet-too-small",
    Severity.ERROR,
    "Every subnet has addresses for all nodes that may stand in it, and for their pods.",
)
def subnet_too_small(plan: Plan) -> Iterator[Violation]:
    """All groups and pools at their maximum, spread evenly over their subnets; prefixes as the VPC CNI add-on is configured."""
    prefixes = _prefix_delegation(plan)
    if prefixes is None:
        return
    standing: dict[str, list[tuple[Launch, int]]] = {}
    for launch in launches(plan):
        if launch.most and launch.types:
            each = -(-launch.most // len(launch.subnets)) if launch.subnets else 0
            for subnet in launch.subnets:
                standing.setdefault(subnet.urn, []).append((launch, each))
    for urn, there in standing.items():
        subnet = plan.by_urn[urn]
        network = _network(subnet)
        taken = [_taken(launch, nodes, prefixes) for launch, nodes in there]
        if network and (short := addresses_short(network.prefixlen, taken)):
            takers = ", ".join(f"{launch.resource.name} {nodes}" for launch, nodes in there)
            yield Violation(
                f"{subnet.name}: {network} lacks {short:,} addresses for the nodes that may stand in it ({takers}); fewer nodes, or a "
                "larger network",
                subnet,
            )


def _taken(launch: Launch, nodes: int, prefixes: bool) -> Addresses:
    """Of so many nodes, of the type that takes most."""
    # Without a primary one, instances do not start; that is another check's to say.
    interfaces = launch.interfaces if PRIMARY in launch.interfaces else (PRIMARY,)
    each = max((addresses_per_node(t, interfaces, prefixes) for t in launch.types), key=lambda a: a.total)
    return Addresses(single=each.single * nodes, prefixes=each.prefixes * nodes)


def _network(subnet: PlannedResource) -> IPv4Network | None:
    try:
        return IPv4Network(str(subnet.inputs.get("cidrBlock")))
    except ValueError:
        return None


def _prefix_delegation(plan: Plan) -> bool | None:
    """As the VPC CNI is told; without a word it gives pods single addresses. None where that is not known."""
    for addon in plan.all(ADDON):
        if addon.inputs.get("addonName") == "vpc-cni":
            try:
                told = json.loads(str(addon.inputs.get("configurationValues") or "{}"))
            except json.JSONDecodeError:
                return None
            return str(get_path(told, "env", "ENABLE_PREFIX_DELEGATION")).lower() == "true"
    return False
