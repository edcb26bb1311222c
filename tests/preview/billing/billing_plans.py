"""Plans written by hand, for bills and timelines whose arithmetic is written by hand too."""

from __future__ import annotations

from collections.abc import Mapping

from gpuplatform.plan.model import Json, Plan, PlannedResource, Source

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
NAT = "aws:ec2/natGateway:NatGateway"
ADDRESS = "aws:ec2/eip:Eip"
VPC_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
CLUSTER = "eks:index:Cluster"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
SCHEDULE = "aws:scheduler/schedule:Schedule"
BUCKET = "aws:s3/bucket:Bucket"
RELEASE = "kubernetes:helm.sh/v3:Release"
NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"
ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
ENDPOINT_CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
SCALABLE_TARGET = "aws:appautoscaling/target:Target"


def urn(type_: str, name: str) -> str:
    return f"urn:pulumi:test::gpuplatform::{type_}::{name}"


def made(
    type_: str,
    name: str,
    inputs: Mapping[str, Json] | None = None,
    *,
    outputs: Mapping[str, Json] | None = None,
    parent: str | None = None,
    waits_for: tuple[str, ...] = (),
    values: Mapping[str, tuple[str, ...]] | None = None,
    custom: bool = True,
    remote: bool = False,
    layer: str = "network",
    provider: str = "",
) -> PlannedResource:
    """A registration. `values` are property dependencies, which the engine counts among the dependencies too."""
    flowing = values or {}
    return PlannedResource(
        urn=urn(type_, name),
        type=type_,
        name=name,
        parent=parent,
        custom=custom,
        remote=remote,
        inputs=inputs or {},
        outputs=outputs or {},
        dependencies=tuple(sorted({*waits_for, *(u for urns in flowing.values() for u in urns)})),
        property_dependencies=flowing,
        provider=provider,
        layer_source=Source(f"stacks/{layer}.py", 1),
    )


def plan_of(*resources: PlannedResource, region: str = "us-east-1", **settings: Json) -> Plan:
    return Plan(
        project="gpuplatform",
        environment="test",
        region=region,
        resources=resources,
        settings={f"gpuplatform:{layer}": value for layer, value in settings.items()},
    )


def template(name: str, *, gib: int = 100, reservation: str = "", instance: str = "") -> PlannedResource:
    """A launch template with a gp3 root volume."""
    inputs: dict[str, Json] = {
        "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"volumeSize": gib, "volumeType": "gp3"}}]
    }
    if reservation:
        inputs["capacityReservationSpecification"] = {
            "capacityReservationTarget": {"capacityReservationId": reservation}
        }
    if instance:
        inputs["instanceType"] = instance
    return made(TEMPLATE, name, inputs, outputs={"id": f"lt-{name}"}, layer="cluster")


def node_group(
    name: str,
    of: PlannedResource,
    *,
    types: tuple[str, ...] = (),
    bought: str = "ON_DEMAND",
    least: int = 0,
    most: int = 2,
    labels: Mapping[str, str] | None = None,
    team: str = "ml-platform",
) -> PlannedResource:
    return made(
        NODE_GROUP,
        name,
        {
            "clusterName": "cluster",
            "instanceTypes": list(types),
            "capacityType": bought,
            "scalingConfig": {"minSize": least, "desiredSize": least, "maxSize": most},
            "launchTemplate": {"id": of.outputs["id"], "version": "1"},
            "labels": dict(labels or {}),
            "tags": {"team": team},
        },
        outputs={"nodeGroupName": name},
        values={"launchTemplate": (of.urn,)},
        layer="cluster",
    )
