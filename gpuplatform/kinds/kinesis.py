"""Amazon Kinesis."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Api, Kind

STREAM: Final = "aws:kinesis/stream:Stream"
STREAM_CONSUMER: Final = "aws:kinesis/streamConsumer:StreamConsumer"


KINDS: Final = (
    Kind(
        STREAM,
        unique_name="name",
        api=Api(shapes=("kinesis.CreateStreamInput",), renamed={"name": "kinesis.StreamName"}),
    ),
    Kind(
        STREAM_CONSUMER,
    ),
)
