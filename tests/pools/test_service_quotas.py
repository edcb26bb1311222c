"""The service quotas that each way of buying needs."""

import pytest

from gpuplatform.catalog.instances import instance
from gpuplatform.pools.purchase import PurchaseType
from gpuplatform.pools.service_quotas import Quota, quota

ON_DEMAND, RESERVATION, SPOT, BLOCK = (
    PurchaseType.ON_DEMAND,
    PurchaseType.RESERVATION,
    PurchaseType.SPOT,
    PurchaseType.CAPACITY_BLOCK,
)


# Codes and names: "Amazon EC2 instance type quotas".
@pytest.mark.parametrize(
    ("name", "how", "expected"),
    [
        ("p5.48xlarge", ON_DEMAND, ("L-417A185B", "Running On-Demand P instances", 768)),
        ("p5.48xlarge", RESERVATION, ("L-417A185B", "Running On-Demand P instances", 768)),
        ("p5.48xlarge", BLOCK, ("L-DA6814F2", "Concurrent P5 Capacity Blocks per account", 768)),
        ("p5en.48xlarge", SPOT, ("L-C4BD4855", "All P5 Spot Instance Requests", 768)),
        ("p4de.24xlarge", SPOT, ("L-7212CCBC", "All P4, P3 and P2 Spot Instance Requests", 384)),
        ("p6-b200.48xlarge", SPOT, (None, "Spot Instance Requests of p6-b200", 768)),
        ("p6-b300.48xlarge", BLOCK, (None, "Capacity Blocks of p6-b300", 768)),
        ("p4de.24xlarge", BLOCK, (None, "Capacity Blocks of p4de", 384)),
        ("g6e.12xlarge", ON_DEMAND, ("L-DB2E81BA", "Running On-Demand G and VT instances", 192)),
        ("g5.xlarge", SPOT, ("L-3819A6DF", "All G and VT Spot Instance Requests", 16)),
        (
            "t4g.medium",
            ON_DEMAND,
            ("L-1216C47A", "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 8),
        ),
        ("m7i.large", SPOT, ("L-34B43A08", "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests", 8)),
    ],
)
def test_quota_of_four_nodes(name: str, how: PurchaseType, expected: tuple[str | None, str, int]) -> None:
    code, quota_name, vcpus = expected
    assert quota(instance(name), how, 4) == Quota(code=code, name=quota_name, vcpus=vcpus)
