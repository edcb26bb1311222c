from __future__ import annotations

import json
from collections.abc import Callable

import botocore.session
import pulumi_aws as aws
from botocore.validate import ParamValidator

from components import iam
from components.cost_export import COLUMNS, CostExport, CostExportArgs, delivery
from components.iam import Account
from components.tags import CostTags
from gpuplatform.plan.model import Json, Plan

Record = Callable[[Callable[[], object]], Plan]
ACCOUNT = Account(id="111122223333", region="eu-central-1")


def made(record_plan: Record) -> Json:
    tags = CostTags(team="ml", project="gpuplatform", environment="test", component="governance", contact="ml")
    args = CostExportArgs(account=ACCOUNT, tags=tags, bucket_name="logs")
    return record_plan(lambda: CostExport("costs", args)).one("aws:bcmdata/export:Export").inputs["export"]


def test_the_export_is_by_the_hour_and_by_pod(record_plan: Record) -> None:
    (query,) = made(record_plan)["dataQueries"]
    table = query["tableConfigurations"]["COST_AND_USAGE_REPORT"]

    assert table["INCLUDE_SPLIT_COST_ALLOCATION_DATA"] == table["INCLUDE_RESOURCES"] == "TRUE"
    assert table["TIME_GRANULARITY"] == "HOURLY"
    assert table["BILLING_VIEW_ARN"] == "arn:aws:billing::111122223333:billingview/primary"
    assert {"resource_tags", "split_line_item_split_cost", "split_line_item_unused_cost"} <= {*COLUMNS}
    assert query["queryStatement"].startswith("SELECT ")
    assert query["queryStatement"].endswith(" FROM COST_AND_USAGE_REPORT")
    assert len(set(COLUMNS)) == len(COLUMNS)


def test_aws_takes_it_as_it_is_sent(record_plan: Record) -> None:
    """By botocore's model of CreateExport; lists of one entry are the provider's way of writing an object."""
    export = made(record_plan)
    (query,) = export["dataQueries"]
    (place,) = export["destinationConfigurations"]
    (bucket,) = place["s3Destinations"]
    (output,) = bucket["s3OutputConfigurations"]
    (cadence,) = export["refreshCadences"]
    sent = {
        "Name": export["name"],
        "DataQuery": {
            "QueryStatement": query["queryStatement"],
            "TableConfigurations": query["tableConfigurations"],
        },
        "DestinationConfigurations": {
            "S3Destination": {
                "S3Bucket": bucket["s3Bucket"],
                "S3Prefix": bucket["s3Prefix"],
                "S3Region": bucket["s3Region"],
                "S3OutputConfigurations": {key[0].upper() + key[1:]: value for key, value in output.items()},
            }
        },
        "RefreshCadence": {"Frequency": cadence["frequency"]},
    }
    shape = botocore.session.get_session().get_service_model("bcm-data-exports").shape_for("Export")

    assert not ParamValidator().validate(sent, shape).has_errors()
    assert bucket["s3Region"] == "eu-central-1"


def test_only_this_accounts_exports_are_let_in_and_those_are_made_in_us_east_1(record_plan: Record) -> None:
    def bucket() -> None:
        aws.s3.BucketPolicy("logs", bucket="logs", policy=iam.policy(delivery("arn:aws:s3:::logs", ACCOUNT)))

    written = record_plan(bucket).one("aws:s3/bucketPolicy:BucketPolicy").inputs["policy"]
    (statement,) = json.loads(written)["Statement"]

    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": "111122223333"}
    exports = "arn:aws:bcm-data-exports:us-east-1:111122223333:export/*"
    assert exports in statement["Condition"]["StringLike"]["aws:SourceArn"]
    assert statement["Resource"] == ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"]


def test_prods_bucket_of_logs_takes_the_export_that_is_made(plans: dict[str, Plan]) -> None:
    plan = plans["prod"]
    export = plan.one("aws:bcmdata/export:Export")
    policy = plan.one("aws:s3/bucketPolicy:BucketPolicy", "lake-logs-policy")

    assert "bcm-data-exports.amazonaws.com" in policy.inputs["policy"]
    # It is delivered to at creation: the policy stands before.
    assert policy.urn in export.property_dependencies["export"]
    assert not plans["dev"].all("aws:bcmdata/export:Export")
