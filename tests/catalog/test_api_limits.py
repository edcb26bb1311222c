"""What AWS's APIs take, as the preview reads it."""

from __future__ import annotations

from typing import Any

import pytest

from gpuplatform.catalog.api_limits import wrong

GROUP = "aws:eks/nodeGroup:NodeGroup"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"

ACCEPTED: list[tuple[str, dict[str, Any]]] = [
    (GROUP, {"amiType": "AL2023_x86_64_NVIDIA", "scalingConfig": {"minSize": 0, "maxSize": 1}}),
    (GROUP, {"labels": {"a": "b"}, "taints": [{"key": "k", "value": "", "effect": "NO_SCHEDULE"}]}),
    (TEMPLATE, {"metadataOptions": {"httpPutResponseHopLimit": 2}, "userData": "x" * 20_000}),
    (TEMPLATE, {"blockDeviceMappings": [{"ebs": {"volumeSize": 65_536, "volumeType": "gp3"}}]}),
    ("aws:sqs/queue:Queue", {"messageRetentionSeconds": 1_209_600}),
    ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 0}),
    ("aws:appautoscaling/target:Target", {"serviceNamespace": "hidden", "minCapacity": "hidden"}),
    ("random:index/randomId:RandomId", {"byteLength": 0}),
    # The provider has a list of one where the API has the one, and one where the API has a list.
    (
        "aws:sagemaker/model:Model",
        {"primaryContainer": {"modelDataSource": {"s3DataSources": [{"s3DataType": "S3Prefix"}]}}},
    ),
    ("aws:fsx/lustreFileSystem:LustreFileSystem", {"subnetIds": "subnet-0123456789abcdef0"}),
    # Nothing matches the pattern that EC2's model has of it.
    (
        "aws:ec2/capacityReservation:CapacityReservation",
        {"placementGroupArn": "arn:aws:ec2:us-east-1:111122223333:placement-group/near"},
    ),
]

REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    (GROUP, {"amiType": "AL2023_x86_64_NVIDA"}, "amiType", "did you mean AL2023_x86_64_NVIDIA?"),
    (GROUP, {"capacityType": "x"}, "capacityType", "it knows ON_DEMAND, SPOT, CAPACITY_BLOCK"),
    (GROUP, {"scalingConfig": {"maxSize": 0}}, "scalingConfig.maxSize", "is 0; AWS takes 1 or more"),
    (GROUP, {"taints": [{"key": "k" * 64}]}, "taints[0].key", "has 64 characters; AWS takes 1 to 63"),
    (GROUP, {"labels": {"a": "b" * 64}}, "labels.a", "has 64 characters"),
    (
        TEMPLATE,
        {"instanceMarketOptions": {"marketType": "block"}},
        "instanceMarketOptions.marketType",
        "capacity-block",
    ),
    (
        TEMPLATE,
        {"networkInterfaces": [{}, {"interfaceType": "efaonly"}]},
        "networkInterfaces[1].interfaceType",
        "efa-only",
    ),
    (TEMPLATE, {"metadataOptions": {"httpTokens": "yes"}}, "metadataOptions.httpTokens", "required"),
    (
        TEMPLATE,
        {"blockDeviceMappings": [{"ebs": {"throughput": 100}}]},
        "blockDeviceMappings[0].ebs.throughput",
        "125 to 2,000",
    ),
    (
        CONFIGURATION,
        {"productionVariants": [{"instanceType": "ml.p5.48xlage"}]},
        "productionVariants[0].instanceType",
        "ml.p5.48xlarge",
    ),
    (CONFIGURATION, {"productionVariants": [{}] * 11}, "productionVariants", "has 11 entries; AWS takes 1 to 10"),
    ("aws:sagemaker/endpoint:Endpoint", {"name": "chat_8b"}, "name", "'chat_8b' does not match"),
    (
        "aws:fsx/lustreFileSystem:LustreFileSystem",
        {"perUnitStorageThroughput": 5},
        "perUnitStorageThroughput",
        "AWS knows no 5",
    ),
    ("aws:fsx/lustreFileSystem:LustreFileSystem", {"subnetIds": "net-1"}, "subnetIds", "characters"),
    ("aws:sqs/queue:Queue", {"visibilityTimeoutSeconds": 50_000}, "visibilityTimeoutSeconds", "at most 43,200"),
    (
        "aws:scheduler/schedule:Schedule",
        {"flexibleTimeWindow": {"mode": "NO"}},
        "flexibleTimeWindow.mode",
        "OFF, FLEXIBLE",
    ),
    ("aws:budgets/budget:Budget", {"timeUnit": "MONTH"}, "timeUnit", "did you mean MONTHLY?"),
    ("aws:appautoscaling/policy:Policy", {"policyType": "Step"}, "policyType", "StepScaling"),
    ("aws:kms/key:Key", {"deletionWindowInDays": 5}, "deletionWindowInDays", "7 to 30"),
    ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 45}, "retentionInDays", "AWS knows no 45"),
    (
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        {"rules": [{"transitions": [{"storageClass": "GLACIER_INSTANT"}]}]},
        "rules[0].transitions[0].storageClass",
        "GLACIER",
    ),
    (
        "AWS::SageMaker::InferenceComponent",
        {"RuntimeConfig": {"CopyCount": -1}},
        "RuntimeConfig.CopyCount",
        "0 or more",
    ),
]


@pytest.mark.parametrize(("token", "inputs"), ACCEPTED, ids=[f"{t} {i}"[:80] for t, i in ACCEPTED])
def test_what_the_api_takes_is_not_wrong(token: str, inputs: dict[str, Any]):
    assert list(wrong(token, inputs, ("hidden",))) == []


@pytest.mark.parametrize(("token", "inputs", "path", "why"), REFUSED, ids=[f"{t} {p}" for t, _, p, _ in REFUSED])
def test_what_the_api_refuses_is_told_with_its_place(token: str, inputs: dict[str, Any], path: str, why: str):
    found = list(wrong(token, inputs))

    assert [place for place, _ in found] == [path]
    assert why in found[0][1]
