"""AWS Certificate Manager."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.kind import Free, Kind
from gpuplatform.kinds.pricing.charge import Entry, Unpriced
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.plan.model import PlannedResource

CERTIFICATE: Final = "aws:acm/certificate:Certificate"


def certificate(resource: PlannedResource, _: PricingContext) -> Iterator[Entry]:
    """A public one is free (aws.amazon.com/certificate-manager/pricing)."""
    if resource.inputs.get("certificateAuthorityArn"):
        yield Unpriced(why="no price row for a certificate of a private authority")


KINDS: Final = (
    Kind(
        CERTIFICATE,
        price=certificate,
    ),
    Kind(
        "aws:acm/certificateValidation:CertificateValidation",
        price=Free("validation of a certificate (aws.amazon.com/certificate-manager/pricing)"),
    ),
)
