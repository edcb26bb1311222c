"""Where each service lists its actions, and which resource an action names.

What creating a resource calls is in the row of its type, in `kinds`.
"""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds import eventbridge, iam, s3, sns, sqs
from gpuplatform.kinds.tokens import CLUSTER_COMPONENT

_REFERENCE: Final = "https://docs.aws.amazon.com/service-authorization/latest/reference"

PAGES: Final = {
    prefix: f"{_REFERENCE}/{page}.html"
    for prefix, page in {
        "application-autoscaling": "list_awsapplicationautoscaling",
        "autoscaling": "list_amazonec2autoscaling",
        "bcm-data-exports": "list_awsbillingandcostmanagementdataexports",
        "budgets": "list_awsbudgetservice",
        "ce": "list_awscostexplorerservice",
        "cloudformation": "list_awscloudcontrolapi",
        "cloudwatch": "list_amazoncloudwatch",
        "cur": "list_awscostandusagereport",
        "ec2": "list_amazonec2",
        "eks": "list_amazonelastickubernetesservice",
        "events": "list_amazoneventbridge",
        "fsx": "list_amazonfsx",
        "iam": "list_awsidentityandaccessmanagementiam",
        "kms": "list_awskeymanagementservice",
        "logs": "list_amazoncloudwatchlogs",
        "s3": "list_amazons3",
        "sagemaker": "list_amazonsagemaker",
        "scheduler": "list_amazoneventbridgescheduler",
        "sns": "list_amazonsns",
        "sqs": "list_amazonsqs",
    }.items()
}
"""By prefix, the source of its actions. Read 2026-11-22."""

NAMED_AFTER: Final = {
    "eks": CLUSTER_COMPONENT,
    "events": eventbridge.EVENT_RULE,
    "iam": iam.ROLE,
    "s3": s3.BUCKET,
    "sns": sns.TOPIC,
    "sqs": sqs.QUEUE,
}
"""Services whose actions name another resource than the one created: a bucket policy is put on the bucket."""
