"""Amazon Route 53."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.kind import Free, Kind
from gpuplatform.kinds.pricing.charge import Entry, steady
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.plan.model import PlannedResource

ZONE: Final = "aws:route53/zone:Zone"


def hosted_zone(_: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    yield steady(context, "hosted zone", "route53", "hosted-zone")


KINDS: Final = (
    Kind(
        ZONE,
        price=hosted_zone,
    ),
    Kind(
        "aws:route53/record:Record",
        price=Free("part of the zone, which is priced by the month (aws.amazon.com/route53/pricing)"),
    ),
)
