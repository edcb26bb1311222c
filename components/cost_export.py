"""The account's bill by the hour and by pod, delivered to a bucket: where AWS divides shared nodes among teams.

Split cost allocation data says of each pod which part of its node's cost it asked for, and carries its labels. It is empty until the
account, or the organisation's management account, has opted in under billing preferences, for which there is no API. AWS weighs a
GPU as nine vCPUs or ninety GiB of memory: on a shared node, who asks for more vCPUs pays more (CUR user guide,
"example-split-cost-allocation-data", read 2026-11).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_aws as aws

from components import iam
from components.tags import CostTags

PREFIX: Final = "cost"
"""Where exports lie in their bucket."""

# The columns that put an hour of a pod, or of what is no pod, on a team (CUR user guide, "Cost and Usage Report 2.0", read 2026-11).
COLUMNS: Final = (
    *("bill_payer_account_id", "line_item_usage_account_id", "line_item_usage_start_date", "line_item_line_item_type"),
    *("line_item_product_code", "line_item_usage_type", "line_item_operation", "line_item_resource_id"),
    *("line_item_usage_amount", "line_item_unblended_cost", "line_item_net_unblended_cost", "pricing_purchase_option"),
    *("product_instance_type", "product_region_code", "resource_tags"),
    *("split_line_item_parent_resource_id", "split_line_item_reserved_usage", "split_line_item_actual_usage"),
    *("split_line_item_split_usage", "split_line_item_split_usage_ratio", "split_line_item_split_cost"),
    *("split_line_item_unused_cost", "split_line_item_net_split_cost", "split_line_item_net_unused_cost"),
)


@dataclass(frozen=True, kw_only=True)
class CostExportArgs:
    account: iam.Account
    tags: CostTags
    bucket_name: pulumi.Input[str]
    """One that lets `delivery` in, in the account's region. Known once its policy stands: AWS writes to it at creation."""


class CostExport(pulumi.ComponentResource):
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: CostExportArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:CostExport", name, {}, opts)
        account = args.account
        export = aws.bcmdata.Export(
            f"{name}-export",
            export={
                "name": f"{args.tags.project}-{args.tags.environment}",
                "data_queries": [
                    {
                        "query_statement": f"SELECT {', '.join(COLUMNS)} FROM COST_AND_USAGE_REPORT",
                        "table_configurations": {"COST_AND_USAGE_REPORT": table(account)},
                    }
                ],
                "destination_configurations": [
                    {
                        "s3_destinations": [
                            {
                                "s3_bucket": args.bucket_name,
                                "s3_prefix": PREFIX,
                                "s3_region": account.region,
                                "s3_output_configurations": [
                                    {
                                        "format": "PARQUET",
                                        "compression": "PARQUET",
                                        "output_type": "CUSTOM",
                                        "overwrite": "OVERWRITE_REPORT",
                                    }
                                ],
                            }
                        ]
                    }
                ],
                "refresh_cadences": [{"frequency": "SYNCHRONOUS"}],
            },
            tags=args.tags.aws(Name=name),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = export.arn
        self.register_outputs({"arn": self.arn})


def table(account: iam.Account) -> dict[str, str]:
    """All of the table's options: AWS fills in those that are left out, and a later update would replace the export for them."""
    return {
        "BILLING_VIEW_ARN": account.arn("billing", "billingview/primary", regional=False),
        "TIME_GRANULARITY": "HOURLY",
        "INCLUDE_RESOURCES": "TRUE",
        "INCLUDE_SPLIT_COST_ALLOCATION_DATA": "TRUE",
        "INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY": "FALSE",
        "INCLUDE_CAPACITY_RESERVATION_DATA": "FALSE",
        "INCLUDE_IAM_PRINCIPAL_DATA": "FALSE",
    }


def delivery(bucket_arn: pulumi.Input[str], account: iam.Account) -> dict[str, Any]:
    """Statement of a bucket policy: AWS may deliver this account's exports, which are made in us-east-1 wherever the account works
    (Data Exports user guide, "Setting up an Amazon S3 bucket for data exports", read 2026-12)."""
    partition = account.partition
    return {
        "Sid": "CostExports",
        "Effect": "Allow",
        "Principal": {"Service": ["billingreports.amazonaws.com", "bcm-data-exports.amazonaws.com"]},
        "Action": ["s3:PutObject", "s3:GetBucketPolicy"],
        "Resource": [bucket_arn, pulumi.Output.concat(bucket_arn, "/*")],
        "Condition": {
            "StringEquals": {"aws:SourceAccount": account.id},
            "StringLike": {
                "aws:SourceArn": [
                    f"arn:{partition}:cur:us-east-1:{account.id}:definition/*",
                    f"arn:{partition}:bcm-data-exports:us-east-1:{account.id}:export/*",
                ]
            },
        },
    }
