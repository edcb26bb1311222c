"""What a pool needs of the account's service quotas for EC2."""

from dataclasses import dataclass

from gpuplatform.catalog.instances import InstanceType
from gpuplatform.pools.purchase import PurchaseType


@dataclass(frozen=True, kw_only=True, slots=True)
class Quota:
    """vCPUs that nodes need of one service quota of EC2."""

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


def quota(instance: InstanceType, how: PurchaseType, nodes: int) -> Quota:
    """What so many nodes need, bought in one way. A reservation counts as on-demand, used or not. A quota that AWS's page does not list has
    no code: it is for a person to look up, not for us to guess."""
    code, name = _quota_of(instance, how)
    return Quota(code=code, name=name, vcpus=nodes * instance.vcpus)


def _quota_of(instance: InstanceType, how: PurchaseType) -> tuple[str | None, str]:
    letter = instance.family[0].upper()
    group = letter if letter in "PG" else "Standard"
    if how is PurchaseType.CAPACITY_BLOCK:
        return _CAPACITY_BLOCK.get(instance.family, (None, f"Capacity Blocks of {instance.family}"))
    if how is PurchaseType.SPOT:
        generation = instance.family[:2] if group == "P" else group
        return _SPOT.get(generation, (None, f"Spot Instance Requests of {instance.family}"))
    return _ON_DEMAND[group]
