"""AWS Certificate Manager."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Free, Kind

CERTIFICATE: Final = "aws:acm/certificate:Certificate"


KINDS: Final = (
    Kind(
        CERTIFICATE,
    ),
    Kind(
        "aws:acm/certificateValidation:CertificateValidation",
        price=Free("validation of a certificate (aws.amazon.com/certificate-manager/pricing)"),
    ),
)
