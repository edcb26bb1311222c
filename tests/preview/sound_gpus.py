"""GPU pools by hand in which everything agrees, added to the sound plan: a p5 pool bought in two ways, and a served model."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

from gpuplatform.catalog.instances import instance
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.sizing.efa import interfaces, karpenter_interfaces
from tests.preview.sound import TAGS, a_resource, and_also, kubernetes, sound, urn
from tests.preview.sound_cluster import KUEUE, RELEASE, TAINT, TOLERATION, a_object

P5 = "p5.48xlarge"
NEAR, FAR = "subnet-66666666", "subnet-55555555"
"""In the zone of the pool, and in another."""
TOLD = "k8s.io/cluster-autoscaler/node-template/"
ZONE = "topology.k8s.aws/zone-id"
GROUPS = ("h100-block", "h100-demand")
FLAVOR = "h100"
WAITING = "waitForPodsReady: {timeout: 20m, recoveryTimeout: 5m, requeuingStrategy: {backoffMaxSeconds: 300}}"
WAITS = {"managerConfig": {"controllerManagerConfigYaml": WAITING}}
COVERED = ("nvidia.com/gpu", "vpc.amazonaws.com/efa", "hugepages-2Mi", "memory")
API = "kueue.x-k8s.io/v1beta2"


def sound_gpus() -> Plan:
    system = urn("aws:eks/nodeGroup:NodeGroup", "system")
    values = {
        "expanderPriorities": {"100": ["^eks-h100-block-"], "90": ["^eks-h100-demand-"], "1": [".*"]},
        "extraArgs": {
            "expander": "priority",
            "enable-provisioning-requests": True,
            "initial-node-group-backoff-duration": "30m",
        },
    }
    rich = replace(sound(), settings={"gpuplatform:governance": {"budgets": {"environment": 1_000_000}}})
    return and_also(
        rich,
        _subnet("gpus", NEAR, "10.0.64.0/18", "use1-az6", "us-east-1f"),
        _subnet("elsewhere", FAR, "10.0.128.0/18", "use1-az5", "us-east-1e"),
        *(
            a_resource(
                "aws:ec2/routeTableAssociation:RouteTableAssociation",
                f"{subnet}-routes",
                {"subnetId": subnet, "routeTableId": "rtb-of-another-project"},
            )
            for subnet in (NEAR, FAR)
        ),
        a_resource(
            "aws:eks/addon:Addon",
            "vpc-cni",
            {
                "addonName": "vpc-cni",
                "clusterName": "cluster",
                "configurationValues": '{"env": {"ENABLE_PREFIX_DELEGATION": "true"}}',
                "tags": TAGS,
            },
        ),
        *_security_groups(),
        a_resource(
            "aws:ec2/placementGroup:PlacementGroup",
            "together",
            {"strategy": "cluster", "tags": TAGS},
            outputs={
                "id": "together-1",
                "name": "together-1",
                "arn": "arn:aws:ec2:us-east-1:111122223333:placement-group/together-1",
            },
        ),
        a_resource(
            "aws:ec2/capacityReservation:CapacityReservation",
            "reserved",
            {
                "instanceType": P5,
                "instanceCount": 4,
                "availabilityZone": "us-east-1f",
                "instancePlatform": "Linux/UNIX",
                "tags": TAGS,
            },
            outputs={"id": "cr-2"},
        ),
        *_group("h100-block", "CAPACITY_BLOCK", _block()),
        *_group("h100-demand", "ON_DEMAND", {"placement": {"groupName": "together-1"}}, instanceTypes=[P5]),
        kubernetes(RELEASE, "autoscaler", {"chart": "cluster-autoscaler", "values": values}, system),
        kubernetes(RELEASE, "efa", {"chart": "aws-efa-k8s-device-plugin"}, system),
        kubernetes(RELEASE, "kueue", {"chart": "kueue", "namespace": "kueue-system", "values": WAITS}, system),
        a_object("v1:Namespace", "work", {}, namespace=""),
        *_queues(),
        *_files(),
        *_served(),
        a_object(
            "batch/v1:Job",
            "train",
            {"spec": _job()},
            *(urn(GROUP, f"{name}-nodes") for name in GROUPS),
            labels={"kueue.x-k8s.io/queue-name": "line"},
        ),
    )


GROUP = "aws:eks/nodeGroup:NodeGroup"


def _subnet(name: str, id_: str, cidr: str, zone_id: str, zone: str) -> PlannedResource:
    inputs = {"vpcId": "vpc-1", "cidrBlock": cidr, "availabilityZoneId": zone_id, "tags": {**TAGS, "place": name}}
    return a_resource("aws:ec2/subnet:Subnet", name, inputs, outputs={"id": id_, "availabilityZone": zone})


def _security_groups() -> tuple[PlannedResource, ...]:
    both = {"securityGroupId": "sg-efa", "referencedSecurityGroupId": "sg-efa", "ipProtocol": "-1", "tags": TAGS}
    return (
        a_resource(
            "aws:ec2/securityGroup:SecurityGroup", "circle", {"vpcId": "vpc-1", "tags": TAGS}, outputs={"id": "sg-efa"}
        ),
        a_resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "circle-in", both),
        a_resource("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "circle-out", both),
    )


def _block() -> dict[str, Any]:
    return {
        "instanceType": P5,
        "instanceMarketOptions": {"marketType": "capacity-block"},
        "capacityReservationSpecification": {"capacityReservationTarget": {"capacityReservationId": "cr-1"}},
    }


def _group(name: str, how: str, launched: dict[str, Any], **more: Any) -> tuple[PlannedResource, ...]:
    scaling_group = f"eks-{name}-nodes-1"
    cards = [
        {"networkCardIndex": i.card, "deviceIndex": i.device, "interfaceType": i.kind, "securityGroups": ["sg-efa"]}
        for i in interfaces(instance(P5))
    ]
    script = base64.b64encode(
        b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/x-shellscript\n\n"
        b"#!/bin/sh\necho 'vm.nr_hugepages = 5128'\n--b--\n"
    ).decode()
    told = {
        "resources/nvidia.com/gpu": "8",
        "resources/vpc.amazonaws.com/efa": "32",
        "resources/hugepages-2Mi": "10256Mi",
        f"label/{ZONE}": "use1-az6",
        "label/gpuplatform.io/pool": "h100",
        "taint/nvidia.com/gpu": "present:NoSchedule",
    }
    return (
        a_resource(
            "aws:ec2/launchTemplate:LaunchTemplate",
            f"{name}-template",
            {
                "networkInterfaces": cards,
                "userData": script,
                "metadataOptions": {"httpTokens": "required"},
                "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"encrypted": "true"}}],
                "tagSpecifications": [{"resourceType": kind, "tags": TAGS} for kind in ("instance", "volume")],
                "tags": TAGS,
                **launched,
            },
            outputs={"id": f"lt-{name}"},
        ),
        a_resource(
            GROUP,
            f"{name}-nodes",
            {
                "clusterName": "cluster",
                "nodeRoleArn": "arn:aws:iam::111122223333:role/nodes",
                "subnetIds": [NEAR],
                "amiType": "AL2023_x86_64_NVIDIA",
                "capacityType": how,
                "launchTemplate": {"id": f"lt-{name}", "version": "1"},
                "scalingConfig": {"minSize": 0, "desiredSize": 0, "maxSize": 4},
                "labels": {
                    "gpuplatform.io/pool": "h100",
                    "gpuplatform.io/rung": name,
                    "k8s.amazonaws.com/accelerator": "nvidia-h100",
                },
                "taints": [{"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}],
                "tags": TAGS,
                **more,
            },
            dependencies=(urn("eks:index:Cluster", "cluster"),),
            outputs={"resources": [{"autoscalingGroups": [{"name": scaling_group}]}]},
        ),
        *(
            a_resource(
                "aws:autoscaling/tag:Tag",
                f"{name}-{key.rpartition('/')[2]}",
                {
                    "autoscalingGroupName": scaling_group,
                    "tag": {"key": f"{TOLD}{key}", "value": value, "propagateAtLaunch": False},
                },
            )
            for key, value in told.items()
        ),
    )


def _queues() -> tuple[PlannedResource, ...]:
    flavors = [
        {
            "name": name,
            "resources": [
                {"name": "nvidia.com/gpu", "nominalQuota": "64", "borrowingLimit": "0"},
                *({"name": other, "nominalQuota": "9Ti"} for other in COVERED[1:]),
            ],
        }
        for name in (FLAVOR,)
    ]
    parameters = {"apiGroup": "kueue.x-k8s.io", "kind": "ProvisioningRequestConfig", "name": "capacity-config"}
    asked = {"provisioningClassName": "best-effort-atomic-scale-up.autoscaling.x-k8s.io"}
    queue = {
        "resourceGroups": [{"coveredResources": list(COVERED), "flavors": flavors}],
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "work"}},
        "admissionChecksStrategy": {"admissionChecks": [{"name": "capacity"}]},
    }
    return (
        *(
            a_object(
                f"{API}:ResourceFlavor",
                name,
                {
                    "spec": {
                        "nodeLabels": {"gpuplatform.io/pool": "h100"},
                        "tolerations": [TOLERATION],
                    }
                },
                KUEUE,
                namespace="",
            )
            for name in (FLAVOR,)
        ),
        a_object(f"{API}:ProvisioningRequestConfig", "capacity-config", {"spec": asked}, KUEUE, namespace=""),
        a_object(
            f"{API}:AdmissionCheck",
            "capacity",
            {"spec": {"controllerName": "kueue.x-k8s.io/provisioning-request", "parameters": parameters}},
            KUEUE,
            namespace="",
        ),
        a_object(f"{API}:ClusterQueue", "team", {"spec": queue}, KUEUE, namespace=""),
        a_object(f"{API}:LocalQueue", "line", {"spec": {"clusterQueue": "team"}}, KUEUE),
    )


def _files() -> tuple[PlannedResource, ...]:
    volume = {
        "accessModes": ["ReadWriteMany"],
        "capacity": {"storage": "1200Gi"},
        "storageClassName": "",
        "csi": {"driver": "fsx.csi.aws.com", "volumeHandle": "fs-1"},
    }
    claim = {
        "accessModes": ["ReadWriteMany"],
        "resources": {"requests": {"storage": "1200Gi"}},
        "storageClassName": "",
        "volumeName": "files",
    }
    return (
        a_resource(
            "aws:fsx/lustreFileSystem:LustreFileSystem",
            "lustre",
            {
                "subnetIds": NEAR,
                "storageCapacity": 1200,
                "deploymentType": "PERSISTENT_2",
                "fileSystemTypeVersion": "2.15",
                "perUnitStorageThroughput": 125,
                "kmsKeyId": "arn:aws:kms:us-east-1:111122223333:key/1",
                "tags": TAGS,
            },
            outputs={"id": "fs-1"},
        ),
        a_object("v1:PersistentVolume", "files", {"spec": volume}, namespace=""),
        a_object("v1:PersistentVolumeClaim", "files-claim", {"spec": claim}),
    )


def _served() -> tuple[PlannedResource, ...]:
    """Karpenter's pool of p5, and a model over four of a node's GPUs."""
    node_class = urn("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass", "wide-class")
    pool = urn("kubernetes:karpenter.sh/v1:NodePool", "wide")
    wanted = [
        {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": [P5]},
        {"key": ZONE, "operator": "In", "values": ["use1-az6"]},
    ]
    template = {
        "metadata": {"labels": {"gpuplatform.io/pool": "wide"}},
        "spec": {
            "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "wide-class"},
            "requirements": wanted,
            "taints": [TAINT],
        },
    }
    karpenter = urn(RELEASE, "karpenter")
    return (
        kubernetes(
            "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass",
            "wide-class",
            {
                "spec": {
                    "tags": TAGS,
                    "amiSelectorTerms": [{"alias": "al2023@v20260714"}],
                    "subnetSelectorTerms": [{"tags": {"place": "*"}}],
                    "securityGroupSelectorTerms": [{"id": "sg-efa"}],
                    "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"encrypted": True}}],
                    "networkInterfaces": karpenter_interfaces(interfaces(instance(P5))),
                }
            },
            karpenter,
        ),
        kubernetes(
            "kubernetes:karpenter.sh/v1:NodePool",
            "wide",
            {"spec": {"limits": {"nvidia.com/gpu": 16}, "template": template}},
            node_class,
        ),
        a_object("apps/v1:Deployment", "wide-model", {"spec": _deployment()}, pool),
    )


def _deployment() -> dict[str, Any]:
    container = {
        "name": "server",
        "image": "vllm/vllm-openai:v0.11.0",
        "args": ["--model", "/weights", "--tensor-parallel-size", "4"],
        "resources": {"limits": {"nvidia.com/gpu": "4"}},
        "volumeMounts": [{"name": "shared", "mountPath": "/dev/shm"}],
    }
    spec = {
        "nodeSelector": {"gpuplatform.io/pool": "wide"},
        "tolerations": [TOLERATION],
        "containers": [container],
        "volumes": [{"name": "shared", "emptyDir": {"medium": "Memory", "sizeLimit": "8Gi"}}],
    }
    return {"selector": {"matchLabels": {"app": "wide"}}, "template": pod("wide", spec)}


def pod(app: str, spec: dict[str, Any]) -> dict[str, Any]:
    labels = {f"gpuplatform.io/{key}": TAGS[key] for key in ("team", "project", "environment", "component")}
    return {"metadata": {"labels": {"app": app, **labels}}, "spec": spec}


def _job() -> dict[str, Any]:
    asks = {"nvidia.com/gpu": "8", "vpc.amazonaws.com/efa": "32", "hugepages-2Mi": "5120Mi", "memory": "64Gi"}
    spec = {
        "restartPolicy": "Never",
        "nodeSelector": {"gpuplatform.io/pool": "h100"},
        "tolerations": [TOLERATION],
        "containers": [
            {
                "name": "trainer",
                "image": "example.com/trainer:1",
                "resources": {"requests": asks, "limits": asks},
                "volumeMounts": [{"name": "files", "mountPath": "/fsx"}],
            }
        ],
        "volumes": [{"name": "files", "persistentVolumeClaim": {"claimName": "files-claim"}}],
    }
    return {"parallelism": 4, "completions": 4, "completionMode": "Indexed", "template": pod("train", spec)}
