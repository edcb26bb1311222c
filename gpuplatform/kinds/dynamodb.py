"""Amazon DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from gpuplatform.kinds.kind import Api, Kind
from gpuplatform.kinds.pricing.charge import Entry, Unpriced, missing, shared, steady
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.pricing.numbers import decimal
from gpuplatform.plan.model import PlannedResource
from gpuplatform.plan.values import as_dict, as_list, get_path

TABLE: Final = "aws:dynamodb/table:Table"


def table(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """Capacity units by the hour or requests by the million, and what is stored. Indexes have capacity of their own."""
    inputs = resource.inputs
    among = context.count(TABLE)
    infrequent = "-infrequent" if inputs.get("tableClass") == "STANDARD_INFREQUENT_ACCESS" else ""
    if inputs.get("billingMode") == "PAY_PER_REQUEST":
        asked = sum(1 for t in context.plan.all(TABLE) if t.inputs.get("billingMode") == "PAY_PER_REQUEST")
        for what, usage in (("write", "table_writes"), ("read", "table_reads")):
            yield shared(context, f"{what} request units", "dynamodb", f"{what}-requests{infrequent}", usage, asked)
    elif infrequent:
        yield missing(context, "dynamodb", "capacity of a table of infrequent access")
    else:
        indexes = [as_dict(i) for i in as_list(inputs.get("globalSecondaryIndexes"))]
        for what in ("write", "read"):
            units = sum((decimal(part.get(f"{what}Capacity")) for part in (inputs, *indexes)), Decimal(0))
            yield steady(context, f"{units:f} {what} capacity units", "dynamodb", f"{what}-capacity", units)
    yield shared(context, "stored in the table", "dynamodb", f"storage{infrequent}", "table_gb", among)
    if get_path(inputs, "pointInTimeRecovery", "enabled"):
        what = "continuous backup of the table"
        yield shared(context, what, "dynamodb", "continuous-backup", "table_gb", among)
    if inputs.get("replicas"):
        yield Unpriced(why="replicas in other regions are paid there, and are not priced here")


KINDS: Final = (
    Kind(
        TABLE,
        protected=True,
        price=table,
        unique_name="name",
        holds="its items",
        api=Api(shapes=("dynamodb.CreateTableInput",)),
    ),
)
