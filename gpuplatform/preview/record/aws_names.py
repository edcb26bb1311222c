"""How AWS spells identifiers and ARNs, and random parts that are the same at every run."""

from __future__ import annotations

import hashlib
from typing import Final

# EC2's identifiers: a prefix and 17 hexadecimal digits (EC2 User Guide, "Resource IDs", read 2026-11).
EC2_PREFIX: Final = {
    "Vpc": "vpc",
    "Subnet": "subnet",
    "SecurityGroup": "sg",
    "RouteTable": "rtb",
    "RouteTableAssociation": "rtbassoc",
    "InternetGateway": "igw",
    "NatGateway": "nat",
    "Eip": "eipalloc",
    "VpcEndpoint": "vpce",
    "FlowLog": "fl",
    "LaunchTemplate": "lt",
    "PlacementGroup": "pg",
    "CapacityReservation": "cr",
    "CapacityBlockReservation": "cr",
    "SecurityGroupIngressRule": "sgr",
    "SecurityGroupEgressRule": "sgr",
}

# How each service spells its ARNs (service authorization reference, read 2026-11):
# {n} the physical name, {i} the identifier.
ARN: Final = {
    "aws:iam/role:Role": "arn:{p}:iam::{a}:role/{n}",
    "aws:iam/policy:Policy": "arn:{p}:iam::{a}:policy/{n}",
    "aws:iam/instanceProfile:InstanceProfile": "arn:{p}:iam::{a}:instance-profile/{n}",
    "aws:s3/bucket:Bucket": "arn:{p}:s3:::{n}",
    "aws:kms/key:Key": "arn:{p}:kms:{r}:{a}:key/{i}",
    "aws:kms/alias:Alias": "arn:{p}:kms:{r}:{a}:{n}",
    "aws:sqs/queue:Queue": "arn:{p}:sqs:{r}:{a}:{n}",
    "aws:sns/topic:Topic": "arn:{p}:sns:{r}:{a}:{n}",
    "aws:cloudwatch/logGroup:LogGroup": "arn:{p}:logs:{r}:{a}:log-group:{n}",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "arn:{p}:cloudwatch:{r}:{a}:alarm:{n}",
    "aws:cloudwatch/eventRule:EventRule": "arn:{p}:events:{r}:{a}:rule/{n}",
    "aws:scheduler/scheduleGroup:ScheduleGroup": "arn:{p}:scheduler:{r}:{a}:schedule-group/{n}",
    "aws:scheduler/schedule:Schedule": "arn:{p}:scheduler:{r}:{a}:schedule/default/{n}",
    "aws:eks/addon:Addon": "arn:{p}:eks:{r}:{a}:addon/{n}",
    "aws:fsx/lustreFileSystem:LustreFileSystem": "arn:{p}:fsx:{r}:{a}:file-system/{i}",
    "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation": "arn:{p}:fsx:{r}:{a}:association/{i}",
    "aws:sagemaker/model:Model": "arn:{p}:sagemaker:{r}:{a}:model/{n}",
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": "arn:{p}:sagemaker:{r}:{a}:endpoint-config/{n}",
    "aws:sagemaker/endpoint:Endpoint": "arn:{p}:sagemaker:{r}:{a}:endpoint/{n}",
    "aws:budgets/budget:Budget": "arn:{p}:budgets::{a}:budget/{n}",
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": "arn:{p}:ce::{a}:anomalymonitor/{u}",
    "aws:costexplorer/anomalySubscription:AnomalySubscription": "arn:{p}:ce::{a}:anomalysubscription/{u}",
    "aws:appautoscaling/target:Target": "arn:{p}:application-autoscaling:{r}:{a}:scalable-target/{i}",
    "aws:appautoscaling/policy:Policy": (
        "arn:{p}:autoscaling:{r}:{a}:scalingPolicy:{u}:resource/sagemaker/{n}:policyName/{n}"
    ),
    "aws:secretsmanager/secret:Secret": "arn:{p}:secretsmanager:{r}:{a}:secret:{n}-{s}",
    "aws:ecr/repository:Repository": "arn:{p}:ecr:{r}:{a}:repository/{n}",
}


def digest(urn: str, length: int) -> str:
    """`length` hexadecimal digits that depend on the URN alone."""
    return hashlib.sha256(urn.encode()).hexdigest()[:length]


def uuid(urn: str) -> str:
    h = digest(urn, 32)
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


def kebab(camel: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in camel).lstrip("-")
