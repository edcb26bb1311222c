"""A plan by hand in which nothing is wrong, for checks to find the one thing that a test breaks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from gpuplatform.catalog import charts
from gpuplatform.plan.model import Plan, PlannedResource, Source

PROJECT = Path(__file__).parent / "sound_project"
"""The few files of a project that checks look at."""

STACK_URN = "urn:pulumi:dev::gpuplatform::pulumi:pulumi:Stack::gpuplatform-dev"
TAGS = {
    "team": "ml",
    "project": "gpuplatform",
    "environment": "dev",
    "component": "test",
    "contact": "ml@example.com",
    "managed-by": "pulumi",
}
WORKING_HOURS = {"start": "0 8 * * *", "end": "0 18 * * *", "timezone": "Europe/Berlin", "desiredReplicas": "1"}
VERSIONS = {one.name: one.version for one in vars(charts).values() if isinstance(one, charts.Chart)}
LABELS = {f"gpuplatform.io/{key}": TAGS[key] for key in ("team", "project", "environment", "component")}


def a_resource(type_: str, name: str, inputs: Mapping[str, Any] | None = None, **more: Any) -> PlannedResource:
    """One resource, made by a layer, with the stack as its parent and the inputs that matter."""
    line = Source("stacks/test.py", 10)
    made = PlannedResource(
        urn=urn(type_, name),
        type=type_,
        name=name,
        parent=STACK_URN,
        custom=True,
        inputs=dict(inputs or {}),
        source=line,
        layer_source=line,
    )
    return replace(made, **more)


def urn(type_: str, name: str) -> str:
    return f"urn:pulumi:dev::gpuplatform::{type_}::{name}"


def a_plan(*resources: PlannedResource, **more: Any) -> Plan:
    stack = PlannedResource(urn=STACK_URN, type="pulumi:pulumi:Stack", name="s", parent=None, custom=False)
    made = Plan(project="gpuplatform", environment="dev", region="us-east-1", resources=(stack, *resources))
    return replace(made, **more)


def with_input(plan: Plan, name: str, path: str, value: Any) -> Plan:
    """The plan with one input changed: `spec|limits`, `rules|0|cidr`; None removes it."""
    changed = next(r for r in plan.resources if r.name == name)
    inputs = json.loads(json.dumps(changed.inputs))
    place: Any = inputs
    *steps, last = path.split("|")
    for step in steps:
        place = place[int(step)] if step.isdigit() else place[step]
    key = int(last) if last.isdigit() else last
    if value is None:
        del place[key]
    else:
        place[key] = value
    return with_field(plan, name, inputs=inputs)


def with_field(plan: Plan, name: str, **fields: Any) -> Plan:
    """The plan with fields of one resource changed."""
    return replace(plan, resources=tuple(replace(r, **fields) if r.name == name else r for r in plan.resources))


def and_also(plan: Plan, *resources: PlannedResource) -> Plan:
    return replace(plan, resources=(*plan.resources, *resources))


def without(plan: Plan, name: str) -> Plan:
    return replace(plan, resources=tuple(r for r in plan.resources if r.name != name))


def policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def kubernetes(type_: str, name: str, inputs: Mapping[str, Any], *after: str, **more: Any) -> PlannedResource:
    """An object on the cluster, sent through our provider."""
    api_version, kind = type_.removeprefix("kubernetes:").rsplit(":", 1)
    body = {"apiVersion": api_version.removeprefix("core/"), "kind": kind, "metadata": {"name": name}, **inputs}
    sent = (
        {"version": VERSIONS.get(str(inputs["chart"]).rpartition("/")[2], "1.0.0"), **inputs}
        if "chart" in inputs
        else body
    )
    provider = f"{urn('pulumi:providers:kubernetes', 'cluster-provider')}::1234"
    return a_resource(type_, name, sent, provider=provider, dependencies=after, **more)


def sound() -> Plan:
    """Some of everything that checks look at."""
    subnet, cluster = urn("aws:ec2/subnet:Subnet", "private"), urn("eks:index:Cluster", "cluster")
    release = "kubernetes:helm.sh/v3:Release"
    karpenter, keda = urn(release, "karpenter"), urn(release, "keda")
    node_class = urn("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass", "small-class")
    pool = urn("kubernetes:karpenter.sh/v1:NodePool", "small")
    group = urn("aws:eks/nodeGroup:NodeGroup", "system")
    return a_plan(
        a_resource(
            "aws:ec2/vpc:Vpc",
            "vpc",
            {"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": True, "tags": TAGS},
            outputs={"id": "vpc-1"},
        ),
        a_resource(
            "aws:ec2/routeTableAssociation:RouteTableAssociation",
            "private-routes",
            {"subnetId": "subnet-1", "routeTableId": "rtb-of-another-project"},
        ),
        a_resource(
            "aws:ec2/subnet:Subnet",
            "private",
            {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/20", "availabilityZoneId": "use1-az4", "tags": TAGS},
            outputs={"id": "subnet-1"},
        ),
        a_resource("aws:ec2/securityGroup:SecurityGroup", "nodes", {"vpcId": "vpc-1", "tags": TAGS, "ingress": []}),
        a_resource(
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
            "https",
            {"securityGroupId": "sg-1", "ipProtocol": "tcp", "cidrIpv4": "10.0.0.0/16", "tags": TAGS},
        ),
        *_bucket(),
        a_resource("aws:sqs/queue:Queue", "interruptions", {"sqsManagedSseEnabled": True, "tags": TAGS}),
        a_resource(
            "aws:ebs/volume:Volume", "disk", {"availabilityZone": "us-east-1a", "encrypted": True, "tags": TAGS}
        ),
        a_resource("aws:efs/fileSystem:FileSystem", "home", {"encrypted": True, "tags": TAGS}),
        a_resource(
            "aws:iam/role:Role",
            "role",
            {
                "tags": TAGS,
                "assumeRolePolicy": policy(_allow("sts:AssumeRole", Principal={"Service": "ec2.amazonaws.com"})),
            },
        ),
        a_resource(
            "aws:iam/rolePolicy:RolePolicy",
            "role-policy",
            {"role": "role", "policy": policy(_allow("s3:GetObject", Resource="arn:aws:s3:::lake/*"))},
        ),
        a_resource(
            "eks:index:Cluster",
            "cluster",
            {
                "version": "1.36",
                "endpointPrivateAccess": True,
                "endpointPublicAccess": True,
                "publicAccessCidrs": ["203.0.113.0/24"],
                "tags": TAGS,
            },
            custom=False,
            remote=True,
            dependencies=(subnet,),
            property_dependencies={"subnetIds": (subnet,)},
        ),
        a_resource(
            "aws:ec2/launchTemplate:LaunchTemplate",
            "system-template",
            {
                "tags": TAGS,
                "instanceType": "t4g.medium",
                "metadataOptions": {"httpTokens": "required"},
                "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"encrypted": "true"}}],
                "tagSpecifications": [{"resourceType": kind, "tags": TAGS} for kind in ("instance", "volume")],
            },
            outputs={"id": "lt-1"},
        ),
        a_resource(
            "aws:eks/nodeGroup:NodeGroup",
            "system",
            {
                "clusterName": "cluster",
                "nodeRoleArn": "arn:aws:iam::111122223333:role/nodes",
                "subnetIds": ["subnet-1"],
                "launchTemplate": {"id": "lt-1", "version": "1"},
                "scalingConfig": {"minSize": 1, "desiredSize": 1, "maxSize": 2},
                "tags": TAGS,
            },
            dependencies=(cluster,),
            property_dependencies={"clusterName": (cluster,)},
        ),
        *(
            a_resource("aws:eks/addon:Addon", name, {"clusterName": "cluster", "addonName": name, "tags": TAGS})
            for name in ("eks-pod-identity-agent", "aws-ebs-csi-driver", "aws-fsx-csi-driver")
        ),
        a_resource(
            "pulumi:providers:kubernetes", "cluster-provider", {"kubeconfig": "[secret]"}, dependencies=(cluster,)
        ),
        kubernetes(release, "karpenter", {"chart": "karpenter"}, group),
        kubernetes(release, "keda", {"chart": "keda"}, group),
        kubernetes(release, "nvidia", {"chart": "nvidia-device-plugin", "values": {"gfd": {"enabled": True}}}, group),
        kubernetes(
            "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass",
            "small-class",
            {"spec": _node_class()},
            karpenter,
        ),
        kubernetes("kubernetes:karpenter.sh/v1:NodePool", "small", _node_pool(), node_class),
        kubernetes("kubernetes:apps/v1:Deployment", "model", _deployment(), pool),
        kubernetes(
            "kubernetes:keda.sh/v1alpha1:ScaledObject",
            "model-scaler",
            {
                "spec": {
                    "scaleTargetRef": {"name": "model"},
                    "minReplicaCount": 0,
                    "maxReplicaCount": 1,
                    "triggers": [{"type": "cron", "metadata": WORKING_HOURS}],
                }
            },
            keda,
        ),
        kubernetes("kubernetes:core/v1:Secret", "key", {"stringData": "[secret]"}),
        kubernetes(
            "kubernetes:core/v1:Service",
            "inside",
            {
                "metadata": {
                    "name": "inside",
                    "annotations": {"service.beta.kubernetes.io/aws-load-balancer-scheme": "internal"},
                },
                "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]},
            },
        ),
        kubernetes(
            "kubernetes:storage.k8s.io/v1:StorageClass",
            "gp3",
            {"provisioner": "ebs.csi.aws.com", "parameters": {"type": "gp3", "encrypted": "true"}},
        ),
        a_resource(
            "aws:appautoscaling/target:Target",
            "endpoint-target",
            {
                "minCapacity": 1,
                "maxCapacity": 4,
                "resourceId": "endpoint/e/variant/v",
                "scalableDimension": "sagemaker:variant:DesiredInstanceCount",
                "serviceNamespace": "sagemaker",
                "tags": TAGS,
            },
        ),
        a_resource(
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            "late",
            {
                "comparisonOperator": "GreaterThanThreshold",
                "evaluationPeriods": 3,
                "alarmDescription": "Slow. Runbook: docs/runbooks/sound.md",
                "tags": TAGS,
            },
        ),
        a_resource(
            "gpuplatform:aws:Network",
            "network",
            custom=False,
            registered_outputs={},
            source=Source("stacks/network.py", 1),
        ),
        a_resource(
            "aws:ec2/internetGateway:InternetGateway",
            "gateway",
            {"tags": TAGS},
            parent=urn("gpuplatform:aws:Network", "network"),
            source=Source("components/network.py", 7),
        ),
        root=PROJECT,
        settings={"gpuplatform:governance": {"budgets": {"environment": 100_000}}},
        lines={"gpuplatform:governance.budgets.environment": 7},
    )


def _allow(*actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), **more}


def _bucket() -> tuple[PlannedResource, ...]:
    of_bucket = {"bucket": (urn("aws:s3/bucket:Bucket", "lake"),)}
    block = dict.fromkeys(("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True)
    rule = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}
    encryption = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    return (
        a_resource("aws:s3/bucket:Bucket", "lake", {"tags": TAGS}),
        a_resource(
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            "lake-block",
            {"bucket": "lake-1", **block},
            property_dependencies=of_bucket,
        ),
        a_resource(
            encryption, "lake-encryption", {"bucket": "lake-1", "rules": [rule]}, property_dependencies=of_bucket
        ),
    )


def _node_class() -> dict[str, Any]:
    return {
        "tags": TAGS,
        "amiSelectorTerms": [{"alias": "al2023@v20260714"}],
        "subnetSelectorTerms": [{"id": "subnet-1"}],
        "securityGroupSelectorTerms": [{"id": "sg-1"}],
        "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"encrypted": True}}],
    }


NODE_CLASS = {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "small-class"}


def _node_pool() -> dict[str, Any]:
    wanted = {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["g6.xlarge"]}
    template = {
        "metadata": {"labels": {"gpuplatform.io/pool": "small"}},
        "spec": {"nodeClassRef": NODE_CLASS, "requirements": [wanted]},
    }
    return {"spec": {"limits": {"nvidia.com/gpu": 2}, "template": template}}


def _deployment() -> dict[str, Any]:
    container = {"name": "server", "image": "vllm/vllm-openai:v0.11.0"}
    pod = {"nodeSelector": {"gpuplatform.io/pool": "small"}, "containers": [container]}
    template = {"metadata": {"labels": {"app": "model", **LABELS}}, "spec": pod}
    return {"spec": {"selector": {"matchLabels": {"app": "model"}}, "template": template}}
