"""Instances that earn CPU credits, and are paid for more than they earn: `unlimited` is the default of these families.

EC2 user guide, "Key concepts for burstable performance instances" (credits earned an hour) and "Unlimited mode"; read 2026-12-01.
"""

from typing import Final

_AN_HOUR: Final = {"nano": 6, "micro": 12, "small": 24, "medium": 24, "large": 36, "xlarge": 96, "2xlarge": 192}
"""Of each size, a minute of a vCPU each."""

CREDITS: Final = {f"{family}.{size}": earned for family in ("t3", "t3a", "t4g") for size, earned in _AN_HOUR.items()}
"""Instance type → credits earned an hour."""


def surplus(instance_type: str, vcpus: int) -> float:
    """vCPU-hours of an hour at full load that no credit covers, once none is left; 0 of other instances."""
    return vcpus - CREDITS[instance_type] / 60 if instance_type in CREDITS else 0.0
