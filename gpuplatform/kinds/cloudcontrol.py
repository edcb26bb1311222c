"""AWS Cloud Control API: resources sent as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.kind import Kind, right
from gpuplatform.kinds.pricing.charge import Entry, Unpriced
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.plan.model import PlannedResource

RESOURCE: Final = "aws:cloudcontrol/resource:Resource"


def cloud_control(resource: PlannedResource, _: PricingContext) -> Iterator[Entry]:
    """A resource of AWS's own schema. An inference component runs on instances that its endpoint pays."""
    kind = str(resource.inputs.get("typeName") or "")
    if kind != "AWS::SageMaker::InferenceComponent":
        yield Unpriced(why=f"nothing here knows what {kind or 'it'} costs, nor that it is free")


KINDS: Final = (
    Kind(
        RESOURCE,
        json=("desiredState",),
        price=cloud_control,
        rights=(right("cloudformation", "resource/*", "CreateResource"),),
    ),
)
