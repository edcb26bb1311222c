"""Amazon EKS: the control plane, by Pulumi's component for it and by the resource alone."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from typing import Final

from gpuplatform.catalog import kubernetes_versions
from gpuplatform.kinds.eks_nodes import default_nodes
from gpuplatform.kinds.formats import digest
from gpuplatform.kinds.kind import Api, Created, Duration, Kind, force_new, immutable, right
from gpuplatform.kinds.labels import (
    listed,
)
from gpuplatform.kinds.pricing.charge import Entry, Unpriced, steady
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.pricing.kept_logs import kept_logs, of_control_plane
from gpuplatform.kinds.tokens import CLUSTER_COMPONENT, CONTROL_PLANE, LOG_GROUP, SCHEDULE, SECURITY_GROUP
from gpuplatform.plan.model import Json, Plan, PlanFeature, PlannedResource
from gpuplatform.plan.values import as_dict, as_list, get_path, parse_json


def component(made: Created) -> dict[str, Json]:
    """What pulumi-eks returns of its component; the control plane is a resource within."""
    physical = str(made.inputs.get("name") or f"{made.name}-eksCluster-{digest(made.urn, 7)}")
    endpoint = f"https://{digest(made.urn, 32).upper()}.gr7.{made.region}.eks.amazonaws.com"
    issuer = f"https://oidc.eks.{made.region}.amazonaws.com/id/{digest(made.urn, 32).upper()}"
    cluster = {
        "id": physical,
        "name": physical,
        "arn": made.arn("eks", f"cluster/{physical}"),
        "endpoint": endpoint,
        "version": made.inputs.get("version"),
        "certificateAuthority": {"data": _AUTHORITY},
        "vpcConfig": {"clusterSecurityGroupId": f"sg-{digest(made.urn, 17)}", "vpcId": made.inputs.get("vpcId")},
        "identities": [{"oidcs": [{"issuer": issuer}]}],
    }
    kubeconfig = _kubeconfig(endpoint, made.region, physical)
    return {
        "eksCluster": {"$resource": CONTROL_PLANE, "state": cluster},
        **_groups(made),
        "core": {
            "cluster": {"$resource": CONTROL_PLANE, "state": cluster},
            "endpoint": endpoint,
            "vpcId": made.inputs.get("vpcId"),
            "subnetIds": made.inputs.get("subnetIds") or made.inputs.get("privateSubnetIds") or [],
            "kubeconfig": kubeconfig,
            "instanceRoles": [],
            "nodeGroupOptions": {},
        },
        "kubeconfig": kubeconfig,
        "kubeconfigJson": json.dumps(kubeconfig),
        "clusterSecurityGroupId": f"sg-{digest(made.urn, 17)}",
        "nodeSecurityGroupId": f"sg-{digest(made.urn, 17)}",
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


def _groups(made: Created) -> dict[str, Json]:
    """Security groups that the component makes for control plane and nodes, unless it is told not to."""
    if made.inputs.get("skipDefaultSecurityGroups") is True:
        return {}
    return {
        role: {"$resource": SECURITY_GROUP, "state": {"id": f"sg-{digest(f'{made.urn}/{role}', 17)}"}}
        for role in ("clusterSecurityGroup", "nodeSecurityGroup")
    }


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


UPGRADED: Final = (
    "Kubernetes {} is past its standard support: EKS upgrades the cluster by itself, as its support type asks"
)


NO_INPUTS: Final[Mapping[str, Json]] = {}


def _leaves_soon(version: str, today: datetime.date) -> str:
    """That a month from now on is dearer than the one that is billed."""
    end = kubernetes_versions.standard_ends(version)
    if end is None or end - today > kubernetes_versions.SOON:
        return ""
    return f"standard support of Kubernetes {version} ends on {end}; from then on its control plane costs what extended support does"


def cluster(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """The control plane by the hour. A component is priced only where its control plane is not in the plan by itself."""
    if resource.type != CONTROL_PLANE and any(r.type == CONTROL_PLANE for r in context.plan.descendants(resource)):
        return
    version = str(resource.inputs.get("version") or "")
    upgrades = as_dict(resource.inputs.get("upgradePolicy")).get("supportType") == "STANDARD"
    past = bool(version) and kubernetes_versions.extended(version, context.today)
    if past and not upgrades:
        yield steady(context, f"EKS control plane {version}, extended support", "eks", "cluster-extended-support")
    else:
        note = UPGRADED.format(version) if past else _leaves_soon(version, context.today) if not upgrades else ""
        yield steady(context, f"EKS control plane {version}".rstrip(), "eks", "cluster", note=note)
    tier = str(get_path(resource.inputs, "controlPlaneScalingConfig", "tier") or "standard").removeprefix("tier-")
    if tier != "standard":
        yield steady(context, f"provisioned control plane {tier.upper()}", "eks", f"control-plane-{tier}")
    if resource.type == CLUSTER_COMPONENT and PlanFeature.REMOTE_INPUTS not in context.plan.lacks:
        yield from default_nodes(resource, context)
    if get_path(resource.inputs, "computeConfig", "enabled") or resource.inputs.get("autoMode"):
        yield Unpriced(why="no price row for EKS Auto Mode, which launches instances by itself and asks a fee for each")
    kinds = as_list(resource.inputs.get("enabledClusterLogTypes"))
    if kinds:
        what = f"control-plane logs ({', '.join(str(kind) for kind in kinds)})"
        among = context.count(CONTROL_PLANE) or context.count(CLUSTER_COMPONENT)
        yield from kept_logs(context, what, "control_plane_log_gb", _kept_in(context), among)


def _kept_in(context: PricingContext) -> Mapping[str, Json]:
    """The log group of a control plane, where the plan makes it before EKS does, or what a schedule makes of EKS's own, which never
    expires by itself."""
    made = (g.inputs for g in context.plan.all(LOG_GROUP) if of_control_plane(g.inputs.get("name")))
    return next(made, next(_retentions(context.plan), NO_INPUTS))


def _retentions(plan: Plan) -> Iterator[Mapping[str, Json]]:
    for schedule in plan.all(SCHEDULE):
        if str(get_path(schedule.inputs, "target", "arn")).endswith(":cloudwatchlogs:putRetentionPolicy"):
            said = as_dict(parse_json(get_path(schedule.inputs, "target", "input")))
            if of_control_plane(said.get("LogGroupName")):
                yield {"retentionInDays": said.get("RetentionInDays")}


def _clusters(_: Plan, found: list[PlannedResource]) -> str:
    return listed([f"EKS {r.inputs.get('version', '')}".strip() for r in found])


KINDS: Final = (
    Kind(
        CONTROL_PLANE,
        price=cluster,
        unique_name="name",
        immutable=(
            force_new(
                "eks/cluster.go",
                "name",
                "roleArn",
                "bootstrapSelfManagedAddons",
                "accessConfig.bootstrapClusterCreatorAdminPermissions",
                "kubernetesNetworkConfig.ipFamily",
                "kubernetesNetworkConfig.serviceIpv4Cidr",
            ),
            force_new("eks/cluster.go", "encryptionConfig", when="removed"),
        ),
        holds="every object on the cluster",
        duration=Duration(
            seconds=532, source="nine public terraform apply logs of eks_cluster.this, 492 to 738 s, median"
        ),
        api=Api(
            shapes=("eks.CreateClusterRequest",),
            renamed={"enabledClusterLogTypes": "eks.LogTypes", "name": "eks.ClusterName"},
        ),
    ),
    Kind(
        CLUSTER_COMPONENT,
        phrase=_clusters,
        price=cluster,
        outputs=component,
        immutable=(
            immutable(
                "pulumi-eks hands it to aws_eks_cluster; hashicorp/terraform-provider-aws internal/service/eks/cluster.go: ForceNew",
                "name",
                "serviceRole",
                "ipFamily",
                "kubernetesServiceIpAddressRange",
            ),
            immutable(
                "pulumi-eks hands it to aws_eks_cluster; hashicorp/terraform-provider-aws internal/service/eks/cluster.go: ForceNew",
                "encryptionConfigKeyArn",
                when="removed",
            ),
        ),
        holds="every object on the cluster",
        duration=Duration(seconds=532, source="its control plane: see aws:eks/cluster:Cluster"),
        rights=(
            right("eks", "cluster/{name}", "CreateCluster", "DescribeCluster", "TagResource"),
            right("iam", "role/{name}", "CreateRole", "AttachRolePolicy", "PassRole"),
            right("iam", "role/aws-service-role/eks.amazonaws.com/*", "CreateServiceLinkedRole"),
        ),
        api=Api(
            shapes=("eks.CreateClusterRequest",),
            renamed={"enabledClusterLogTypes": "eks.LogTypes", "name": "eks.ClusterName"},
        ),
    ),
)
