"""A small model of AWS: the outputs a resource would have, in the formats that AWS's own validators accept.

Everything is derived from the URN by hashing, so two runs give the same plan. `Cloud.create` is the only entry.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from gpuplatform.plan.model import Json
from gpuplatform.plan.values import mapping
from gpuplatform.preview.record.aws_names import ARN, EC2_PREFIX, digest, kebab, uuid

Inputs = Mapping[str, Json]
Outputs = dict[str, Json]


@dataclass(frozen=True)
class Cloud:
    """One account in one region."""

    account: str
    region: str
    partition: str = "aws"

    def create(self, type_: str, name: str, urn: str, inputs: Inputs) -> tuple[str, Outputs]:
        """The identifier and the outputs (inputs not repeated) that creating this resource would return."""
        if type_.startswith("kubernetes:"):
            return self._kubernetes(type_, name, inputs)
        if type_ == "eks:index:Cluster":
            return "", self._eks(name, urn, inputs)
        if not type_.startswith("aws:"):
            return "", {}
        short = type_.rsplit(":", 1)[-1]
        physical = self._physical_name(short, name, urn, inputs)
        identifier = self._identifier(type_, short, physical, urn, inputs)
        outputs: Outputs = {"region": self.region} if type_.split(":")[1] not in ("iam/role", "budgets/budget") else {}
        arn = ARN.get(type_)
        if arn is None and short in EC2_PREFIX:
            arn = "arn:{p}:ec2:{r}:{a}:" + kebab(short) + "/{i}"
        if arn is not None:
            outputs["arn"] = arn.format(
                p=self.partition, a=self.account, r=self.region, n=physical, i=identifier, u=uuid(urn), s=digest(urn, 6)
            )
        outputs |= {"id": identifier, "name": physical}
        if special := _SPECIAL.get(type_):
            outputs |= special(self, Made(name=physical, id=identifier, urn=urn, inputs=inputs))
        return identifier, outputs

    def arn(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def _physical_name(self, short: str, name: str, urn: str, inputs: Inputs) -> str:
        for key in ("name", "bucket", "nodeGroupName", "policyName", "addonName", "family"):
            if isinstance(inputs.get(key), str):
                return str(inputs[key])
        for key in ("namePrefix", "bucketPrefix"):
            if isinstance(inputs.get(key), str):
                return f"{inputs[key]}{digest(urn, 26)}"
        suffix = f"{name}-{digest(urn, 7)}"
        return suffix.lower() if short == "Bucket" else suffix

    def _identifier(self, type_: str, short: str, physical: str, urn: str, inputs: Inputs) -> str:
        if type_.startswith(("aws:ec2/", "aws:vpc/")) and short in EC2_PREFIX:
            return f"{EC2_PREFIX[short]}-{digest(urn, 17)}"
        match type_:
            case "aws:kms/key:Key" | "aws:costexplorer/anomalyMonitor:AnomalyMonitor":
                return uuid(urn)
            case "aws:fsx/lustreFileSystem:LustreFileSystem":
                return f"fs-{digest(urn, 17)}"
            case "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation":
                return f"dra-{digest(urn, 17)}"
            case "aws:eks/nodeGroup:NodeGroup" | "aws:eks/addon:Addon":
                return f"{inputs.get('clusterName')}:{physical}"
            case "aws:eks/podIdentityAssociation:PodIdentityAssociation":
                return f"a-{digest(urn, 17)}"
            case "aws:sqs/queue:Queue":
                return f"https://sqs.{self.region}.amazonaws.com/{self.account}/{physical}"
            case "aws:budgets/budget:Budget":
                return f"{self.account}:{physical}"
            case "aws:sns/topic:Topic":
                return self.arn("sns", physical)
            case _:
                return str(inputs.get("resourceId") or physical)

    def _eks(self, name: str, urn: str, inputs: Inputs) -> Outputs:
        physical = str(inputs.get("name") or f"{name}-eksCluster-{digest(urn, 7)}")
        endpoint = f"https://{digest(urn, 32).upper()}.gr7.{self.region}.eks.amazonaws.com"
        issuer = f"https://oidc.eks.{self.region}.amazonaws.com/id/{digest(urn, 32).upper()}"
        cluster = {
            "id": physical,
            "name": physical,
            "arn": self.arn("eks", f"cluster/{physical}"),
            "endpoint": endpoint,
            "version": inputs.get("version"),
            "certificateAuthority": {"data": _AUTHORITY},
            "vpcConfig": {"clusterSecurityGroupId": f"sg-{digest(urn, 17)}", "vpcId": inputs.get("vpcId")},
            "identities": [{"oidcs": [{"issuer": issuer}]}],
        }
        kubeconfig = _kubeconfig(endpoint, self.region, physical)
        return {
            "eksCluster": {"$resource": "aws:eks/cluster:Cluster", "state": cluster},
            "kubeconfig": kubeconfig,
            "kubeconfigJson": json.dumps(kubeconfig),
            "clusterSecurityGroupId": f"sg-{digest(urn, 17)}",
            "nodeSecurityGroupId": f"sg-{digest(urn, 17)}",
            "oidcIssuer": issuer.removeprefix("https://"),
            "oidcProviderUrl": issuer,
            "oidcProviderArn": "",
            "autoModeNodeRoleName": "",
            "clusterIngressRuleId": "",
            "defaultNodeGroupAsgName": "",
            "fargateProfileId": "",
            "fargateProfileStatus": "",
            "instanceRoles": [],
        }

    def _kubernetes(self, type_: str, name: str, inputs: Inputs) -> tuple[str, Outputs]:
        if type_ == "kubernetes:helm.sh/v3:Release":
            release = str(inputs.get("name") or name)
            namespace = str(inputs.get("namespace") or "default")
            return f"{namespace}/{release}", {
                "name": release,
                "namespace": namespace,
                "status": {"status": "deployed", "name": release, "namespace": namespace, "revision": 1},
            }
        metadata = dict(mapping(inputs.get("metadata")))
        metadata.setdefault("name", f"{name}-{digest(name, 8)}")
        metadata.setdefault("namespace", "default")
        return f"{metadata['namespace']}/{metadata['name']}", {"metadata": metadata, "status": {}}


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A resource that is there."""

    name: str
    """In AWS."""
    id: str
    urn: str
    inputs: Inputs


def _vpc(cloud: Cloud, made: Made) -> Outputs:
    return {
        "defaultSecurityGroupId": f"sg-{digest(made.urn + '/default', 17)}",
        "mainRouteTableId": f"rtb-{digest(made.urn + '/main', 17)}",
        "defaultNetworkAclId": f"acl-{digest(made.urn + '/acl', 17)}",
        "ownerId": cloud.account,
    }


def _subnet(cloud: Cloud, made: Made) -> Outputs:
    zone = re.search(r"-az([1-8])$", str(made.inputs.get("availabilityZoneId")))
    # Names differ between accounts; this account maps az1 to a, az2 to b and so on.
    return {"availabilityZone": f"{cloud.region}{'abcdefgh'[int(zone[1]) - 1]}"} if zone else {}


def _address(_: Cloud, made: Made) -> Outputs:
    return {"allocationId": made.id, "publicIp": f"203.0.113.{int(digest(made.urn, 2), 16) or 1}"}


def _node_group(cloud: Cloud, made: Made) -> Outputs:
    path = f"nodegroup/{made.inputs.get('clusterName')}/{made.name}/{uuid(made.urn)}"
    groups = [{"name": f"eks-{made.name}-{uuid(made.urn)}"}]
    return {
        "arn": cloud.arn("eks", path),
        "nodeGroupName": made.name,
        "status": "ACTIVE",
        "resources": [{"autoscalingGroups": groups, "remoteAccessSecurityGroupId": ""}],
    }


def _bucket(cloud: Cloud, made: Made) -> Outputs:
    return {
        "bucket": made.name,
        "bucketDomainName": f"{made.name}.s3.amazonaws.com",
        "bucketRegionalDomainName": f"{made.name}.s3.{cloud.region}.amazonaws.com",
        "hostedZoneId": "Z3AQBSTGFYJSTF",
    }


def _file_system(cloud: Cloud, made: Made) -> Outputs:
    return {
        "dnsName": f"{made.id}.fsx.{cloud.region}.amazonaws.com",
        "mountName": "".join(chr(ord("a") + int(c, 16)) for c in digest(made.urn, 8)),
        "networkInterfaceIds": [f"eni-{digest(made.urn + '/eni', 17)}"],
    }


_SPECIAL: Final[dict[str, Callable[[Cloud, Made], Outputs]]] = {
    "aws:ec2/vpc:Vpc": _vpc,
    "aws:ec2/subnet:Subnet": _subnet,
    "aws:ec2/eip:Eip": _address,
    "aws:ec2/launchTemplate:LaunchTemplate": lambda _, made: {"latestVersion": 1, "defaultVersion": 1},
    "aws:eks/nodeGroup:NodeGroup": _node_group,
    "aws:s3/bucket:Bucket": _bucket,
    "aws:fsx/lustreFileSystem:LustreFileSystem": _file_system,
    "aws:kms/key:Key": lambda _, made: {"keyId": made.id},
    "aws:iam/role:Role": lambda _, made: {"uniqueId": f"AROA{digest(made.urn, 17).upper()}"},
    "aws:sqs/queue:Queue": lambda _, made: {"url": made.id},
}
"""What types return beside identifier, name and ARN."""

_AUTHORITY: Final = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t"


def _kubeconfig(endpoint: str, region: str, cluster: str) -> Json:
    """As pulumi-eks writes it: a token from `aws eks get-token`."""
    arguments = ["--region", region, "eks", "get-token", "--cluster-name", cluster, "--output", "json"]
    login = {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "aws", "args": arguments}
    server = {"server": endpoint, "certificate-authority-data": _AUTHORITY}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "kubernetes", "cluster": server}],
        "contexts": [{"name": "aws", "context": {"cluster": "kubernetes", "user": "aws"}}],
        "current-context": "aws",
        "users": [{"name": "aws", "user": {"exec": login}}],
    }
