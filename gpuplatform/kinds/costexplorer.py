"""AWS Cost Explorer."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.formats import uuid_of
from gpuplatform.kinds.kind import BOTOCORE, Api, Free, Kind, immutable, right
from gpuplatform.kinds.labels import (
    Label,
    fixed,
)

_FREE: Final = Free(
    "Cost Explorer's tags, categories and anomaly detection are free (aws.amazon.com/aws-cost-management/pricing)"
)

ANOMALY_MONITOR: Final = "aws:costexplorer/anomalyMonitor:AnomalyMonitor"

KINDS: Final = (
    Kind(
        ANOMALY_MONITOR,
        label=Label(icon="money", words=fixed("anomaly monitor"), rank=17),
        noun="anomaly monitor",
        arn="arn:{p}:ce::{a}:anomalymonitor/{u}",
        identifier=uuid_of,
        immutable=(
            immutable(
                f"Cost Explorer UpdateAnomalyMonitor changes the name only ({BOTOCORE})",
                "monitorType",
                "monitorDimension",
                "monitorSpecification",
            ),
        ),
        price=_FREE,
        rights=(right("ce", "anomalymonitor/{name}", "CreateAnomalyMonitor", "TagResource"),),
        api=Api(shapes=("ce.AnomalyMonitor",)),
    ),
    Kind(
        "aws:costexplorer/anomalySubscription:AnomalySubscription",
        arn="arn:{p}:ce::{a}:anomalysubscription/{u}",
        price=_FREE,
        rights=(right("ce", "anomalysubscription/{name}", "CreateAnomalySubscription", "TagResource"),),
        api=Api(shapes=("ce.AnomalySubscription",), renamed={"monitorArnLists": "ce.MonitorArnList"}),
    ),
    Kind("aws:costexplorer/costAllocationTag:CostAllocationTag", price=_FREE),
    Kind("aws:costexplorer/costCategory:CostCategory", price=_FREE),
)
