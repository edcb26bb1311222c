"""AWS Lambda."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Api, Kind

FUNCTION_URL: Final = "aws:lambda/functionUrl:FunctionUrl"


KINDS: Final = (
    Kind("aws:lambda/function:Function", api=Api(shapes=("lambda.CreateFunctionRequest",))),
    Kind(
        FUNCTION_URL,
    ),
)
