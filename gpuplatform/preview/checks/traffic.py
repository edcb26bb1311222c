"""Traffic that is paid and need not be."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from gpuplatform.catalog.prices import price
from gpuplatform.kinds.cluster.s3_ways import paid_ways
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.plan.model import Plan
from gpuplatform.preview.checking.check import Severity, Violation, check


@check("s3-through-nat", Severity.WARNING, "What a VPC reads of S3 goes by a gateway endpoint, which is free.")
def s3_through_nat(plan: Plan) -> Iterator[Violation]:
    """A NAT gateway takes money for each GB; a large training set passes many times (pytorch/ci-infra#1032: 149,257 $ a month)."""
    ways = paid_ways(plan)
    subnets = [subnet for found in ways.values() for subnet in found]
    if not subnets:
        return
    found = price("vpc", "nat-gateway-data", plan.region)
    amount = PricingContext(plan, datetime.date.min).usage("s3_gb").amount
    told = f": {found.value:f} $ for each GB, {amount * found.value:,.2f} $ a month for {amount:,f} GB" if found else ""
    gateway = plan.by_urn[next(iter(ways))]
    names = ", ".join(s.name for s in subnets[:3]) + (f" and {len(subnets) - 3} more" if len(subnets) > 3 else "")
    yield Violation(
        f"{gateway.name}: {names} reach S3 through it{told}; add a gateway endpoint of s3 to their route tables, which is free",
        gateway,
    )
