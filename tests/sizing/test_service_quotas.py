"""The service quotas that each way of buying needs."""

import datetime

import pytest

from gpuplatform.catalog.instances import instance
from gpuplatform.sizing import service_quotas
from gpuplatform.sizing.capacity import How, Rung
from gpuplatform.sizing.service_quotas import Quota

CR = "cr-0123456789abcdef0"
END = datetime.date(2026, 12, 20)
ON_DEMAND = Rung(how=How.ON_DEMAND, max=4)
RESERVATION = Rung(how=How.RESERVATION, max=4, reservation=CR)
SPOT = Rung(how=How.SPOT, max=4)
BLOCK = Rung(how=How.CAPACITY_BLOCK, max=4, reservation=CR, until=END)


# Codes and names: "Amazon EC2 instance type quotas".
@pytest.mark.parametrize(
    ("name", "rungs", "expected"),
    [
        ("p5.48xlarge", [ON_DEMAND], [("L-417A185B", "Running On-Demand P instances", 768)]),
        ("p5.48xlarge", [RESERVATION, ON_DEMAND], [("L-417A185B", "Running On-Demand P instances", 1536)]),
        (
            "p5.48xlarge",
            [BLOCK, ON_DEMAND],
            [
                ("L-DA6814F2", "Concurrent P5 Capacity Blocks per account", 768),
                ("L-417A185B", "Running On-Demand P instances", 768),
            ],
        ),
        ("p5en.48xlarge", [SPOT], [("L-C4BD4855", "All P5 Spot Instance Requests", 768)]),
        ("p4de.24xlarge", [SPOT], [("L-7212CCBC", "All P4, P3 and P2 Spot Instance Requests", 384)]),
        ("p6-b200.48xlarge", [SPOT], [(None, "Spot Instance Requests of p6-b200", 768)]),
        ("p6-b300.48xlarge", [BLOCK], [(None, "Capacity Blocks of p6-b300", 768)]),
        ("p4de.24xlarge", [BLOCK], [(None, "Capacity Blocks of p4de", 384)]),
        ("g6e.12xlarge", [ON_DEMAND], [("L-DB2E81BA", "Running On-Demand G and VT instances", 192)]),
        ("g5.xlarge", [SPOT], [("L-3819A6DF", "All G and VT Spot Instance Requests", 16)]),
        (
            "t4g.medium",
            [ON_DEMAND],
            [("L-1216C47A", "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 8)],
        ),
        (
            "m7i.large",
            [SPOT],
            [("L-34B43A08", "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests", 8)],
        ),
    ],
)
def test_quota_needed(name: str, rungs: list[Rung], expected: list[tuple[str | None, str, int]]) -> None:
    assert service_quotas.needed(instance(name), rungs) == tuple(
        Quota(code=code, name=quota, vcpus=vcpus) for code, quota, vcpus in expected
    )
