"""Amazon Kinesis."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from gpuplatform.kinds.kind import Api, Kind
from gpuplatform.kinds.pricing.charge import Entry, Unpriced, missing, shared, steady
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.pricing.numbers import decimal
from gpuplatform.plan.model import PlannedResource
from gpuplatform.plan.values import get_path

STREAM: Final = "aws:kinesis/stream:Stream"
STREAM_CONSUMER: Final = "aws:kinesis/streamConsumer:StreamConsumer"


PUT_UNITS_A_GB: Final = 40_000
"""Put payload units of 25 KB in a GB of 10⁹ bytes: as many as there can be no fewer of (aws.amazon.com/kinesis/data-streams/pricing)."""


FREE_RETENTION: Final = 24
"""Hours that a stream keeps its records at no extra price."""


def stream(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """By the shard, or on demand by the hour and the GB; every GB is read once."""
    inputs = resource.inputs
    among = context.count(STREAM)
    if get_path(inputs, "streamModeDetails", "streamMode") == "ON_DEMAND":
        yield steady(context, "stream, on demand", "kinesis", "on-demand")
        yield shared(context, "data into the stream", "kinesis", "on-demand-in", "stream_gb", among)
        yield shared(context, "data out of the stream", "kinesis", "on-demand-out", "stream_gb", among)
    else:
        shards = decimal(inputs.get("shardCount") or 1)
        yield steady(context, f"stream of {shards:f} shards", "kinesis", "shard", shards)
        what = "put payload units of 25 KB"
        yield shared(context, what, "kinesis", "put-units", "stream_gb", among, times=PUT_UNITS_A_GB)
    if decimal(inputs.get("retentionPeriod")) > FREE_RETENTION:
        yield missing(context, "kinesis", "retention beyond 24 hours")


def fan_out(_: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """A consumer with its own throughput, paid for each shard of its stream; the stream is not always in the plan."""
    shards = sum((decimal(s.inputs.get("shardCount")) for s in context.plan.all(STREAM)), Decimal(0))
    if context.count(STREAM) != 1 or not shards:
        yield Unpriced(why="a consumer is paid for each shard of its stream, and the plan does not say which that is")
        return
    yield steady(context, f"consumer of {shards:f} shards", "kinesis", "fan-out", shards)


KINDS: Final = (
    Kind(
        STREAM,
        price=stream,
        unique_name="name",
        api=Api(shapes=("kinesis.CreateStreamInput",), renamed={"name": "kinesis.StreamName"}),
    ),
    Kind(
        STREAM_CONSUMER,
        price=fan_out,
    ),
)
