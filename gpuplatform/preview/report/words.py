"""A layer in words: what it creates, how many, and where."""

from __future__ import annotations

from collections.abc import Iterable

from gpuplatform.kinds.registry import kind_of
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.plan.wording import counted


def describe(plan: Plan, resources: Iterable[PlannedResource]) -> str:
    """`VPC 10.40.0.0/16; 4 subnets in use1-az4, use1-az6; 1 NAT gateway`: what has a phrase of its own first, then counts."""
    by_type: dict[str, list[PlannedResource]] = {}
    for resource in resources:
        by_type.setdefault(resource.type, []).append(resource)
    rows = {type_: row for type_ in by_type if (row := kind_of(type_))}
    phrases = [row.phrase(plan, by_type[type_]) for type_, row in rows.items() if row.phrase]
    counts: dict[str, int] = {}
    for type_, row in rows.items():
        if row.noun and not row.phrase:
            counts[row.noun] = counts.get(row.noun, 0) + len(by_type[type_])
    phrases += [counted(number, noun) for noun, number in counts.items()]
    return "; ".join(p for p in phrases if p) or _by_class(by_type)


def _by_class(by_type: dict[str, list[PlannedResource]]) -> str:
    return ", ".join(counted(len(own), type_.rsplit(":", 1)[-1]) for type_, own in sorted(by_type.items()))
