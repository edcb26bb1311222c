"""Amazon EKS."""

from __future__ import annotations

import json
from typing import Final

from gpuplatform.kinds.formats import digest, numbered, of_cluster, uuid
from gpuplatform.kinds.kind import BOTOCORE, Api, Created, Duration, Free, Kind, force_new, immutable, right
from gpuplatform.kinds.tokens import CLUSTER_COMPONENT, CONTROL_PLANE, NODE_GROUP
from gpuplatform.plan.model import Json

ADDON: Final = "aws:eks/addon:Addon"
FARGATE_PROFILE: Final = "aws:eks/fargateProfile:FargateProfile"
POD_IDENTITY_ASSOCIATION: Final = "aws:eks/podIdentityAssociation:PodIdentityAssociation"

_FREE: Final = Free("part of the cluster, which is priced by the hour (aws.amazon.com/eks/pricing)")


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


def _node_group(made: Created) -> dict[str, Json]:
    path = f"nodegroup/{made.inputs.get('clusterName')}/{made.name}/{uuid(made.urn)}"
    groups = [{"name": f"eks-{made.name}-{uuid(made.urn)}"}]
    return {
        "arn": made.arn("eks", path),
        "nodeGroupName": made.name,
        "status": "ACTIVE",
        "resources": [{"autoscalingGroups": groups, "remoteAccessSecurityGroupId": ""}],
    }


KINDS: Final = (
    Kind(
        CONTROL_PLANE,
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
        ),
        api=Api(
            shapes=("eks.CreateClusterRequest",),
            renamed={"enabledClusterLogTypes": "eks.LogTypes", "name": "eks.ClusterName"},
        ),
    ),
    Kind(
        FARGATE_PROFILE,
    ),
    Kind(
        NODE_GROUP,
        identifier=of_cluster,
        outputs=_node_group,
        unique_name="nodeGroupName",
        immutable=(
            force_new(
                "eks/node_group.go",
                "clusterName",
                "nodeGroupName",
                "nodeGroupNamePrefix",
                "nodeRoleArn",
                "subnetIds",
                "instanceTypes",
                "amiType",
                "capacityType",
                "diskSize",
                "launchTemplate.id",
                "launchTemplate.name",
                "remoteAccess",
            ),
        ),
        duration=Duration(seconds=125, source="public terraform apply logs of CPU node groups, 119 to 161 s"),
        rights=(
            right("eks", "cluster/{name}", "CreateNodegroup", "TagResource"),
            right("iam", "role/{name}", "PassRole"),
        ),
        api=Api(
            shapes=("eks.CreateNodegroupRequest",),
            limits={"nodeGroupName": {"maxLength": 63, "pattern": "[A-Za-z0-9][A-Za-z0-9_-]*"}},
        ),
    ),
    Kind(
        "aws:eks/accessEntry:AccessEntry",
        noun="access entry",
        immutable=(
            immutable(
                f"EKS UpdateAccessEntry lacks it, or is called by it ({BOTOCORE})",
                "clusterName",
                "principalArn",
                "type",
            ),
        ),
        price=_FREE,
        rights=(right("eks", "cluster/{name}", "CreateAccessEntry", "TagResource"),),
        api=Api(shapes=("eks.CreateAccessEntryRequest",)),
    ),
    Kind(
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        price=_FREE,
        rights=(right("eks", "access-entry/{name}/role/*", "AssociateAccessPolicy"),),
        api=Api(shapes=("eks.AssociateAccessPolicyRequest",)),
    ),
    Kind(
        ADDON,
        noun="EKS add-on",
        arn="arn:{p}:eks:{r}:{a}:addon/{n}",
        identifier=of_cluster,
        immutable=(force_new("eks/addon.go", "addonName", "clusterName"),),
        duration=Duration(seconds=24, source="public terraform apply logs, vpc-cni and pod-identity-agent"),
        price=_FREE,
        rights=(right("eks", "cluster/{name}", "CreateAddon", "TagResource"),),
        api=Api(
            shapes=("eks.CreateAddonRequest",),
            renamed={
                "resolveConflictsOnCreate": "eks.ResolveConflicts",
                "resolveConflictsOnUpdate": "eks.ResolveConflicts",
            },
        ),
    ),
    Kind("aws:eks/identityProviderConfig:IdentityProviderConfig", price=_FREE),
    Kind(
        POD_IDENTITY_ASSOCIATION,
        identifier=numbered("a"),
        immutable=(
            immutable(
                f"EKS UpdatePodIdentityAssociation lacks it ({BOTOCORE})", "clusterName", "namespace", "serviceAccount"
            ),
        ),
        price=_FREE,
        rights=(
            right("eks", "cluster/{name}", "CreatePodIdentityAssociation", "TagResource"),
            right("iam", "role/{name}", "PassRole"),
        ),
    ),
)
