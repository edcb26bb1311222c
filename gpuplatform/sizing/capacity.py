"""The rungs of a pool: each a way of buying its nodes, and what each legally combines with.

Sources: EKS user guide, "Create a managed node group with Capacity Blocks for ML" (capacity-blocks-mng) and "Customize
managed nodes with launch templates" (launch-templates), read 2026-11-22.
"""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from gpuplatform.catalog.instances import InstanceType

_RESERVATION_ID = re.compile(r"cr-([0-9a-f]{8}|[0-9a-f]{17})")


class How(StrEnum):
    CAPACITY_BLOCK = "capacity-block"
    RESERVATION = "reservation"
    ON_DEMAND = "on-demand"
    SPOT = "spot"


RESERVED = frozenset({How.CAPACITY_BLOCK, How.RESERVATION})


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One way of buying a pool's nodes, and how many at most."""

    how: How
    max: int
    reservation: str | None = None
    """The id of the capacity block or of the on-demand capacity reservation: "cr-…"."""
    starts: datetime.date | None = None
    until: datetime.date | None = None
    """The day a capacity block ends; of a reservation, the day it is given back, if that is known."""

    def __post_init__(self) -> None:
        if self.max < 1:
            raise ValueError(f"max: {self.max} nodes of {self.how}; at least 1 is needed, or leave the rung out")
        if self.how not in RESERVED:
            for field in ("reservation", "starts", "until"):
                if getattr(self, field) is not None:
                    raise ValueError(f"{field}: {getattr(self, field)} does not belong to {self.how}; leave it out")
            return
        if self.reservation is None:
            raise ValueError(f"reservation: missing, and {self.how} needs the id of one, such as cr-0123456789abcdef0")
        if not _RESERVATION_ID.fullmatch(self.reservation):
            raise ValueError(
                f"reservation: {self.reservation!r} is no reservation id; accepted: cr- and 17 or 8 hexadecimal digits"
            )
        if self.how is How.CAPACITY_BLOCK and self.until is None:
            raise ValueError(f"until: missing, and {self.how} {self.reservation} needs the day it ends")
        if self.starts and self.until and self.starts >= self.until:
            raise ValueError(f"until: {self.until} is not after starts, {self.starts}")


def check_order(rungs: Sequence[Rung]) -> None:
    """The law of a pool's rungs: at least one, and no two that buy from the same place. Raises ValueError."""
    if not rungs:
        raise ValueError("a pool needs at least one way of buying: capacity-block, reservation, on-demand or spot")
    seen: set[tuple[How, str | None]] = set()
    for rung in rungs:
        key = (rung.how, rung.reservation)
        if key in seen:
            named = f"{rung.how} {rung.reservation}" if rung.reservation else str(rung.how)
            raise ValueError(f"{named} is named twice; give each way of buying once, with the sum as its max")
        seen.add(key)


def placement_group(instance: InstanceType, rung: Rung, efa: bool, max: int) -> bool:  # noqa: A002 - as Rung.max
    """Whether the rung's nodes go into a cluster placement group: several nodes that talk over EFA, where the type can.

    Never with a reservation or block: those are placed already, and a group can make part of them unreachable
    (eksctl#7949: 11 of 16 nodes; AWS says capacity blocks need none).
    """
    return rung.how not in RESERVED and efa and max > 1 and "cluster" in instance.placement_group_strategies


def usage_class(rung: Rung) -> str:
    """What the type's `usage_classes` must hold for this rung."""
    return {How.CAPACITY_BLOCK: "capacity-block", How.SPOT: "spot"}.get(rung.how, "on-demand")


def capacity_type(rung: Rung) -> str:
    """The managed node group's capacity type, in EKS's spelling."""
    return {How.CAPACITY_BLOCK: "CAPACITY_BLOCK", How.SPOT: "SPOT"}.get(rung.how, "ON_DEMAND")


def market_type(rung: Rung) -> str | None:
    """The market type in the launch template of a managed node group.

    EKS requires it for a capacity block. For spot it rejects a template with market options ("Instance market options
    are not supported with the launch template", terraform-provider-aws#18025): there the capacity type says it all.
    """
    return "capacity-block" if rung.how is How.CAPACITY_BLOCK else None


def reservation_target(rung: Rung) -> str | None:
    """The reservation that the launch template targets."""
    return rung.reservation


def instance_type_in_template(rung: Rung) -> bool:
    """Whether the launch template, rather than the node group, names the instance type: capacity blocks alone."""
    return rung.how is How.CAPACITY_BLOCK


@dataclass(frozen=True, kw_only=True, slots=True)
class Quota:
    """vCPUs that a pool needs of one service quota of EC2 at its maximum."""

    code: str | None
    """The quota's code in Service Quotas, service "ec2"; None where AWS's page lists none for the family."""
    name: str
    vcpus: int


# Source: "Amazon EC2 instance type quotas" (docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html),
# read 2026-11-22. All are counted in vCPUs, capacity blocks as "concurrently active".
_ON_DEMAND = {
    "P": ("L-417A185B", "Running On-Demand P instances"),
    "G": ("L-DB2E81BA", "Running On-Demand G and VT instances"),
    "Standard": ("L-1216C47A", "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances"),
}
_SPOT = {
    "p4": ("L-7212CCBC", "All P4, P3 and P2 Spot Instance Requests"),
    "p5": ("L-C4BD4855", "All P5 Spot Instance Requests"),
    "G": ("L-3819A6DF", "All G and VT Spot Instance Requests"),
    "Standard": ("L-34B43A08", "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests"),
}
_CAPACITY_BLOCK = {
    "p4d": ("L-2C8F52B3", "Concurrent P4d Capacity Blocks per account"),
    "p5": ("L-DA6814F2", "Concurrent P5 Capacity Blocks per account"),
    "p5e": ("L-C45F30BC", "Concurrent P5e Capacity Blocks per account"),
    "p5en": ("L-4F9BB70B", "Concurrent P5en Capacity Blocks per account"),
}


def quota(instance: InstanceType, rungs: Sequence[Rung]) -> tuple[Quota, ...]:
    """What the pool needs of each quota when every rung is at its maximum, in the order of the rungs.

    A reservation counts as on-demand, used or not. A quota that AWS's page does not list has no code: it is for a
    person to look up, not for us to guess.
    """
    needed: dict[tuple[str | None, str], int] = {}
    for rung in rungs:
        key = _quota_of(instance, rung.how)
        needed[key] = needed.get(key, 0) + rung.max * instance.vcpus
    return tuple(Quota(code=code, name=name, vcpus=vcpus) for (code, name), vcpus in needed.items())


def _quota_of(instance: InstanceType, how: How) -> tuple[str | None, str]:
    letter = instance.family[0].upper()
    group = letter if letter in "PG" else "Standard"
    if how is How.CAPACITY_BLOCK:
        return _CAPACITY_BLOCK.get(instance.family, (None, f"Capacity Blocks of {instance.family}"))
    if how is How.SPOT:
        generation = instance.family[:2] if group == "P" else group
        return _SPOT.get(generation, (None, f"Spot Instance Requests of {instance.family}"))
    return _ON_DEMAND[group]
