"""Amazon DynamoDB."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Api, Kind

TABLE: Final = "aws:dynamodb/table:Table"


KINDS: Final = (Kind(TABLE, unique_name="name", holds="its items", api=Api(shapes=("dynamodb.CreateTableInput",))),)
