"""Small environments for the checks."""

from __future__ import annotations

import datetime

from gpuplatform.ops.demand import (
    AccountDemand,
    ElasticPoolDemand,
    EndpointDemand,
    NodeGroupDemand,
    Purchase,
    Reservation,
)
from gpuplatform.pools.purchase import PurchaseType

BLOCK = Reservation(id="cr-0123456789abcdef0", starts=None, until=datetime.date(2026, 12, 20))

H100 = NodeGroupDemand(
    name="h100-capacity-block-0",
    instance_types=("p5.48xlarge",),
    how=PurchaseType.CAPACITY_BLOCK,
    max=4,
    zone_ids=("use1-az6",),
    reservation=BLOCK,
    ami_type="AL2023_x86_64_NVIDIA",
    release=None,
)
SYSTEM = NodeGroupDemand(
    name="system",
    instance_types=("m7g.xlarge",),
    how=PurchaseType.ON_DEMAND,
    max=6,
    zone_ids=("use1-az4", "use1-az6"),
    reservation=None,
    ami_type="AL2023_ARM_64_STANDARD",
    release=None,
)
SMALL = ElasticPoolDemand(
    name="small",
    instance_types=("g6.xlarge", "g5.xlarge"),
    hows=(PurchaseType.SPOT, PurchaseType.ON_DEMAND),
    max_gpus=2,
    zone_ids=("use1-az4", "use1-az6"),
    ami_aliases=("al2023@v20260714",),
)
CHAT = EndpointDemand(name="chat", instance_type="ml.g6.2xlarge", max=6, twice_while_updated=True)


def wanting(
    *asked: NodeGroupDemand | ElasticPoolDemand | EndpointDemand | Purchase,
    accounts: tuple[str, ...] = (),
    created: dict[str, str] | None = None,
) -> AccountDemand:
    return AccountDemand(
        environment="test",
        region="us-east-1",
        accounts=accounts,
        kubernetes="1.35",
        node_groups=tuple(a for a in asked if isinstance(a, NodeGroupDemand)),
        pools=tuple(a for a in asked if isinstance(a, ElasticPoolDemand)),
        endpoints=tuple(a for a in asked if isinstance(a, EndpointDemand)),
        purchases=tuple(a for a in asked if isinstance(a, Purchase)),
        created=created or {},
    )
