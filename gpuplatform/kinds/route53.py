"""Amazon Route 53."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Free, Kind

ZONE: Final = "aws:route53/zone:Zone"


KINDS: Final = (
    Kind(
        ZONE,
    ),
    Kind(
        "aws:route53/record:Record",
        price=Free("part of the zone, which is priced by the month (aws.amazon.com/route53/pricing)"),
    ),
)
