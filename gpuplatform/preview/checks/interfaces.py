"""What nodes are launched with, against their hardware: network cards, EFA, and where its traffic may go

EFA's protocol passes one interface, one zone and one security group: nothing says so when a node starts, and training is slow or
hangs (EC2 user guide, efa and network cards, read 2026-11-22).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from gpuplatform.catalog.instances import InstanceType
from gpuplatform.kinds import vpc
from gpuplatform.kinds.cluster.node_launches import launches, selects
from gpuplatform.kinds.tokens import NODE_CLASS, SECURITY_GROUP
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.references import linked
from gpuplatform.plan.values import as_dict, as_list, get_path, leaves
from gpuplatform.preview.checking.check import Severity, Violation, check
from gpuplatform.sizing.efa import EFA_KINDS, Interface, efa_count, has_primary

_ALL: Final = "-1"
_RULES: Final = (
    vpc.SECURITY_GROUP_INGRESS_RULE,
    vpc.SECURITY_GROUP_EGRESS_RULE,
)


@check("efa-unsupported", Severity.ERROR, "EFA is asked of instance types that have it.")
def efa_unsupported(plan: Plan) -> Iterator[Violation]:
    for launch in launches(plan):
        for type_ in launch.types if launch.efa else ():
            if not type_.efa:
                yield Violation(
                    f"{launch.named.name}: {launch.efa} of its networkInterfaces are EFA, which {type_.name} does not have; "
                    "leave them out, or choose a type that has it",
                    launch.named,
                )


@check(
    "interface-without-card", Severity.ERROR, "Every network interface has a place of its own on a card that is there."
)
def interface_without_card(plan: Plan) -> Iterator[Violation]:
    for launch in launches(plan):
        for type_ in launch.types:
            for wrong in _misplaced(launch.interfaces, type_):
                yield Violation(f"{launch.named.name}: {wrong}", launch.named)


def _misplaced(interfaces: Sequence[Interface], type_: InstanceType) -> Iterator[str]:
    cards = type_.network_cards
    for index, one in enumerate(interfaces):
        where = f"networkInterfaces[{index}]: card {one.card}"
        if not 0 <= one.card < len(cards):
            yield f"{where}, but {type_.name} has {len(cards)}, from 0; more interfaces than cards"
        elif not 0 <= one.device < cards[one.card].max_interfaces:
            yield f"{where} device {one.device}, but of {type_.name} a card has {cards[one.card].max_interfaces} devices, from 0"
    for (card, device), times in Counter((i.card, i.device) for i in interfaces).items():
        if times > 1:
            yield f"networkInterfaces: {times} of them are card {card} device {device}; each place takes one"


@check(
    "interface-kind",
    Severity.ERROR,
    "Every network interface is of a kind that its card supports, and the first has addresses.",
)
def interface_kind(plan: Plan) -> Iterator[Violation]:
    for launch in launches(plan):
        for type_ in launch.types if launch.interfaces else ():
            for wrong in _unsupported(launch.interfaces, type_):
                yield Violation(f"{launch.named.name}: {wrong}", launch.named)


def _unsupported(interfaces: Sequence[Interface], type_: InstanceType) -> Iterator[str]:
    cards = type_.network_cards
    for index, one in enumerate(interfaces):
        known = one.card < len(cards) and (type_.efa or one.kind not in EFA_KINDS)
        if known and one.kind not in cards[one.card].interface_types:
            kinds = ", ".join(sorted(cards[one.card].interface_types))
            yield f"networkInterfaces[{index}]: {one.kind}, but card {one.card} of {type_.name} takes {kinds}"
    if not has_primary(interfaces):
        yield "networkInterfaces: none with addresses at card 0 device 0; without it an instance does not start"
    efa = efa_count(interfaces)
    if type_.efa and efa > type_.efa_max:
        yield f"networkInterfaces: {efa} are EFA, and {type_.name} takes {type_.efa_max}"


@check("efa-idle", Severity.WARNING, "Nodes with EFA use every EFA device of their hardware.")
def efa_idle(plan: Plan) -> Iterator[Violation]:
    for launch in launches(plan):
        for type_ in launch.types:
            if 0 < launch.efa < type_.efa_max:
                yield Violation(
                    f"{launch.named.name}: {launch.efa} of the {type_.efa_max} EFA devices of {type_.name}; the others' bandwidth is "
                    "paid and not used",
                    launch.named,
                )


@check("efa-zones", Severity.ERROR, "Nodes with EFA stand in one zone: its traffic leaves none.")
def efa_zones(plan: Plan) -> Iterator[Violation]:
    for launch in launches(plan):
        if launch.efa and len(launch.zones) > 1:
            yield Violation(
                f"{launch.resource.name}: has EFA, and its nodes may stand in {', '.join(sorted(launch.zones))}; give it one zone",
                launch.resource,
            )


@check("efa-security-group", Severity.ERROR, "EFA interfaces are in a security group that is open to and from itself.")
def efa_security_group(plan: Plan) -> Iterator[Violation]:
    """Both ways and for every protocol: EFA's has no ports. A group that the plan does not make is not judged."""
    cluster = {str(value) for r in plan.resources if r.remote for _, value in leaves(r.outputs)}
    for launch in launches(plan):
        if not launch.efa or launch.how is None:
            continue
        groups, ids = _groups(plan, launch.how)
        others = {str(one) for one in ids} - {str(g.outputs.get("id")) for g in groups} - cluster
        if groups and not others and not any(_closed(plan, group) for group in groups):
            yield Violation(
                f"{launch.how.name}: none of {', '.join(g.name for g in groups)} lets all traffic in from itself and out to "
                "itself; EFA needs both",
                launch.how,
            )


def _groups(plan: Plan, how: PlannedResource) -> tuple[list[PlannedResource], list[Json]]:
    """Security groups of a template's or class's interfaces that the plan makes, and the IDs that are written."""
    if how.type == NODE_CLASS:
        terms = as_list(get_path(how.inputs, "spec", "securityGroupSelectorTerms"))
        chosen = [g for g in plan.all(SECURITY_GROUP) if any(selects(term, g) for term in terms)]
        return chosen, [get_path(term, "id") for term in terms if get_path(term, "id")]
    ids = [
        one
        for card in as_list(how.inputs.get("networkInterfaces"))
        for one in as_list(get_path(card, "securityGroups"))
    ]
    return linked(plan, how, "networkInterfaces", SECURITY_GROUP), ids


def _closed(plan: Plan, group: PlannedResource) -> bool:
    ingress, egress = _RULES
    return all(
        any(_itself(rule, group) for rule in plan.all(type_)) or _inline(group, key)
        for type_, key in ((ingress, "ingress"), (egress, "egress"))
    )


def _itself(rule: PlannedResource, group: PlannedResource) -> bool:
    ends = ("securityGroupId", "referencedSecurityGroupId")
    return all(rule.refers(end, group) for end in ends) and str(rule.inputs.get("ipProtocol")) == _ALL


def _inline(group: PlannedResource, key: str) -> bool:
    rules = map(as_dict, as_list(group.inputs.get(key)))
    return any(rule.get("self") is True and str(rule.get("protocol")) == _ALL for rule in rules)
