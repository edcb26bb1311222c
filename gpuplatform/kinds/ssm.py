"""AWS Systems Manager."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.kind import Kind
from gpuplatform.kinds.pricing.charge import Entry, steady
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.plan.model import PlannedResource

PARAMETER: Final = "aws:ssm/parameter:Parameter"


def parameter(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """A standard one is free (aws.amazon.com/systems-manager/pricing)."""
    if resource.inputs.get("tier") == "Advanced":
        yield steady(context, "advanced parameter", "ssm", "advanced-parameter")


KINDS: Final = (
    Kind(
        PARAMETER,
        price=parameter,
    ),
)
