"""Which security groups let which others in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gpuplatform.kinds.tokens import (
    SECURITY_GROUP,
    SECURITY_GROUP_INGRESS_RULE,
    SECURITY_GROUP_RULE,
)
from gpuplatform.plan.model import Json, Plan, PlannedResource, once
from gpuplatform.plan.values import as_list, get_path, strings


@dataclass(frozen=True, kw_only=True)
class Admission:
    """One rule that lets traffic in; groups are known by ID, and by URN where the plan tells it."""

    into: frozenset[str]
    groups: frozenset[str]
    ranges: tuple[str, ...]
    protocol: str
    first: Json
    last: Json

    def lets_in(self, port: int) -> bool:
        if self.protocol in ("-1", "all"):
            return True
        ports = isinstance(self.first, int | float) and isinstance(self.last, int | float)
        return self.protocol in ("tcp", "6") and (not ports or self.first <= port <= self.last)


@once
def admissions(plan: Plan) -> tuple[Admission, ...]:
    return (*_rules(plan), *_inline(plan))


def _rules(plan: Plan) -> Iterator[Admission]:
    for rule in (*plan.all(SECURITY_GROUP_INGRESS_RULE), *plan.all(SECURITY_GROUP_RULE)):
        inputs = rule.inputs
        if inputs.get("type", "ingress") != "ingress":
            continue
        itself = bool(inputs.get("self"))
        into = _of(rule, "securityGroupId")
        yield Admission(
            into=into,
            groups=_of(rule, "referencedSecurityGroupId")
            | _of(rule, "sourceSecurityGroupId")
            | (into if itself else frozenset[str]()),
            ranges=(*strings([inputs.get("cidrIpv4")]), *strings(inputs.get("cidrBlocks"))),
            protocol=str(inputs.get("ipProtocol", inputs.get("protocol"))),
            first=inputs.get("fromPort"),
            last=inputs.get("toPort"),
        )


def _of(rule: PlannedResource, key: str) -> frozenset[str]:
    return frozenset((*strings([rule.inputs.get(key)]), *rule.property_dependencies.get(key, ())))


def _inline(plan: Plan) -> Iterator[Admission]:
    for group in plan.all(SECURITY_GROUP):
        into = identities(group)
        for rule in as_list(group.inputs.get("ingress")):
            yield Admission(
                into=into,
                groups=frozenset(
                    (
                        *strings(get_path(rule, "securityGroups")),
                        *group.property_dependencies.get("ingress", ()),
                        *(into if get_path(rule, "self") else ()),
                    )
                ),
                ranges=tuple(strings(get_path(rule, "cidrBlocks"))),
                protocol=str(get_path(rule, "protocol")),
                first=get_path(rule, "fromPort"),
                last=get_path(rule, "toPort"),
            )


def identities(group: PlannedResource) -> frozenset[str]:
    """By what rules know a group."""
    return frozenset((group.urn, *strings([group.outputs.get("id")])))
