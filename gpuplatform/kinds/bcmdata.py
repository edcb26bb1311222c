"""AWS Data Exports."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Api, Free, Kind, right

EXPORT: Final = "aws:bcmdata/export:Export"

KINDS: Final = (
    Kind(
        EXPORT,
        noun="cost export",
        arn="arn:{p}:bcm-data-exports:us-east-1:{a}:export/{n}",
        price=Free(
            "exports are free; S3 is paid for what they store (aws.amazon.com/aws-cost-management/aws-data-exports)"
        ),
        # An export of cost and usage asks for the older report's right as well (CUR user guide, "bcm-data-exports-access").
        rights=(
            right("bcm-data-exports", "export/{name}", "CreateExport", "TagResource"),
            right("cur", "definition/{name}", "PutReportDefinition"),
        ),
        api=Api(renamed={"export": "bcm-data-exports.Export"}),
    ),
)
