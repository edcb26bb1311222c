"""What botocore's models leave to sentences, and members whose Pulumi namesake means something else.

Which shapes take the properties of a resource is in the row of its type, in `kinds`.
"""

from __future__ import annotations

from typing import Final

NOT_THE_SAME: Final[dict[str, tuple[str, ...]]] = {
    # A list of subjects, where Pulumi has a text of its own form.
    "cloudwatch.PutMetricAlarmInput": ("EvaluationCriteria",),
    # The provider takes the tags as a map, and a base64 text where the API takes bytes.
    "ec2.RequestLaunchTemplateData": ("UserData",),
    # Hardware is the business of the catalogue's own checks, which know more than a name.
    "ec2.CreateCapacityReservationRequest": ("InstanceType",),
}
"""Members whose Pulumi namesake means something else."""

STATED: Final[dict[str, dict[str, object]]] = {
    "cloudwatch.PutMetricAlarmInput.TreatMissingData": {"enum": ["breaching", "notBreaching", "ignore", "missing"]},
    "ec2.CreateFlowLogsRequest.MaxAggregationInterval": {"enum": [60, 600]},
    "ec2.LaunchTemplateEbsBlockDeviceRequest.Iops": {"minimum": 100, "maximum": 256_000},
    "ec2.LaunchTemplateEbsBlockDeviceRequest.Throughput": {"minimum": 125, "maximum": 2000},
    "ec2.LaunchTemplateEbsBlockDeviceRequest.VolumeSize": {"minimum": 1, "maximum": 65_536},
    "ec2.LaunchTemplateInstanceMetadataOptionsRequest.HttpPutResponseHopLimit": {"minimum": 1, "maximum": 64},
    "ec2.LaunchTemplateInstanceNetworkInterfaceSpecificationRequest.InterfaceType": {
        "enum": ["interface", "efa", "efa-only"]
    },
    "eks.CreateAccessEntryRequest.type": {
        "enum": [
            *("STANDARD", "EC2_LINUX", "EC2_WINDOWS", "EC2", "FARGATE_LINUX", "HYBRID_LINUX", "HYPERPOD_LINUX"),
        ]
    },
    "kms.PendingWindowInDaysType": {"minimum": 7, "maximum": 30},
    # 0 is the provider's word for never.
    "logs.Days": {
        "enum": [
            *(0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
            *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
        ]
    },
    "sns.SubscribeInput.Protocol": {
        "enum": ["http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"]
    },
    "sns.topicName": {"maxLength": 256, "pattern": "[A-Za-z0-9_-]+(\\.fifo)?"},
}
"""Limits of shapes, or of a shape's member, that are sentences in the documentation of botocore's models and nothing more."""
