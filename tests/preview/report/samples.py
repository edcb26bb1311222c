"""A finding, a bill, a timeline and a difference as reports are given them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from gpuplatform.plan.model import Plan
from gpuplatform.preview.billing.bill import Bill
from gpuplatform.preview.billing.lines import Line, State
from gpuplatform.preview.billing.showback import showback
from gpuplatform.preview.checking.check import Finding, Severity
from gpuplatform.preview.comparison.difference import difference
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.timeline import Timeline
from tests.preview.sound import sound, urn

VPC = urn("aws:ec2/vpc:Vpc", "vpc")
SUBNET = urn("aws:ec2/subnet:Subnet", "private")
CLUSTER = urn("eks:index:Cluster", "cluster")
DAY = date(2026, 11, 22)


def a_finding(message: str = "vpc: no tags", severity: Severity = Severity.ERROR, **more: Any) -> Finding:
    found = Finding(rule="cost-tags", severity=severity, urn=VPC, message=message, file="stacks/network.py", line=12)
    return replace(found, **more)


def a_line(**more: Any) -> Line:
    amounts: dict[str, Any] = dict(zip(State, map(Decimal, ("0.5", "1.25", "617.25", "0.125")), strict=True))
    about: dict[str, Any] = {
        "urn": VPC,
        "team": "ml",
        "layer": "test",
        "what": "a thing",
        "quantity": Decimal(730),
        "unit": "hour",
        "unit_price": Decimal("0.00002"),
        "source": "a list",
        "as_of": date(2026, 9, 1),
    }
    given = {**about, **amounts, **more}
    return Line(**{"oldest": given["as_of"], **given})


def a_bill(*lines: Line, **more: Any) -> Bill:
    """Of two lines, where none is given: 1.00 $ asleep, 2.50 $ idle, 1,234.50 $ expected, 0.25 $ an hour at most."""
    told = lines or (a_line(), a_line())
    given: dict[str, Any] = {"today": DAY, "lines": told, "unpriced": (), "showback": showback(sound(), told), **more}
    return Bill(**given)


def a_timeline(**more: Any) -> Timeline:
    given: dict[str, Any] = {
        "critical_path_seconds": 1440.0,
        "lower_bound_seconds": 1020.0,
        "chain": (VPC, CLUSTER),
        "starts": {CLUSTER: (60.0, 1440.0), VPC: (0.0, 60.0), SUBNET: (90.0, 95.0)},
        "needless": ((CLUSTER, VPC),),
        "estimated": ("aws:ec2/subnet:Subnet",),
    }
    return Timeline(**{**given, **more})


def compared(newer: Plan, older: Plan, **more: Any) -> Preview:
    """A preview of a plan against an older one."""
    return Preview(replace(newer, against=older), difference=difference(older, newer), **more)
