"""Amazon EKS."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Final

from gpuplatform.kinds.cluster.node_properties import (
    instance_types,
)
from gpuplatform.kinds.combinations.nodes import GROUP_RULES
from gpuplatform.kinds.formats import numbered, of_cluster, uuid
from gpuplatform.kinds.kind import BOTOCORE, Api, Created, Duration, Free, Kind, force_new, immutable, right
from gpuplatform.kinds.labels import (
    ROOM,
    Label,
    Lines,
    Place,
    counting,
    fixed,
    hardware,
    listed,
    span,
)
from gpuplatform.kinds.pricing import node_groups
from gpuplatform.kinds.pricing.charge import Entry, Unpriced
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.tokens import LAUNCH_TEMPLATE, NODE_GROUP
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict

ACCESS_ENTRY: Final = "aws:eks/accessEntry:AccessEntry"
ADDON: Final = "aws:eks/addon:Addon"
FARGATE_PROFILE: Final = "aws:eks/fargateProfile:FargateProfile"
POD_IDENTITY_ASSOCIATION: Final = "aws:eks/podIdentityAssociation:PodIdentityAssociation"

_FREE: Final = Free("part of the cluster, which is priced by the hour (aws.amazon.com/eks/pricing)")


def _node_group(made: Created) -> dict[str, Json]:
    path = f"nodegroup/{made.inputs.get('clusterName')}/{made.name}/{uuid(made.urn)}"
    groups = [{"name": f"eks-{made.name}-{uuid(made.urn)}"}]
    return {
        "arn": made.arn("eks", path),
        "nodeGroupName": made.name,
        "status": "ACTIVE",
        "resources": [{"autoscalingGroups": groups, "remoteAccessSecurityGroupId": ""}],
    }


def fargate(_: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    yield Unpriced(why="Fargate is paid by the pods that it runs, and a profile does not say how many")


def _node_group_label(plan: Plan, group: PlannedResource, _: list[PlannedResource]) -> Lines:
    scaling = as_dict(group.inputs.get("scalingConfig"))
    bought = (
        str(group.inputs.get("capacityType") or "ON_DEMAND").lower().replace("_", " ").replace("on demand", "on-demand")
    )
    return [
        ", ".join(hardware(t) for t in instance_types(plan, group)),
        f"{span(scaling.get('minSize', 0), scaling.get('maxSize', '?'))} nodes, {bought}",
    ]


def _addons_label(_: Plan, face: PlannedResource, parts: list[PlannedResource]) -> Lines:
    names = [str(p.inputs.get("addonName")) for p in parts if p.type == face.type]
    return ["EKS add-ons:", *wrap(", ".join(names), ROOM, break_on_hyphens=False)]


def _node_groups(plan: Plan, found: list[PlannedResource]) -> str:
    told = (
        (r.name.removesuffix("-nodes"), *instance_types(plan, r), _sizes(r.inputs.get("scalingConfig"))) for r in found
    )
    return f"nodes: {listed([' '.join(part for part in parts if part) for parts in told])}"


def _sizes(scaling: Json) -> str:
    limits = as_dict(scaling)
    return f"{limits.get('minSize', 0)}–{limits.get('maxSize', '?')}" if limits else ""


KINDS: Final = (
    Kind(
        FARGATE_PROFILE,
        unique_name="fargateProfileName",
        immutable=(immutable(f"EKS has no UpdateFargateProfile ({BOTOCORE})", "*"),),
        price=fargate,
    ),
    Kind(
        NODE_GROUP,
        combinations=GROUP_RULES,
        beside=("launchTemplate", LAUNCH_TEMPLATE),
        maximum="scalingConfig.maxSize",
        ordered=(
            ("scalingConfig.minSize", "scalingConfig.maxSize"),
            ("scalingConfig.minSize", "scalingConfig.desiredSize"),
            ("scalingConfig.desiredSize", "scalingConfig.maxSize"),
        ),
        label=Label(icon="nodes", words=_node_group_label, rank=1, place=Place.SUBNETS),
        phrase=_node_groups,
        price=node_groups.node_group,
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
            # In the caller's name, where a launch template is given (EKS user guide, "Customize managed nodes with launch templates"),
            # and for the first group of an account ("Using roles for Amazon EKS node groups"; both read 2026-12-01).
            right("ec2", "instance/*", "RunInstances", "CreateTags"),
            right("iam", "role/aws-service-role/eks-nodegroup.amazonaws.com/*", "CreateServiceLinkedRole"),
        ),
        api=Api(
            shapes=("eks.CreateNodegroupRequest",),
            limits={"nodeGroupName": {"maxLength": 63, "pattern": "[A-Za-z0-9][A-Za-z0-9_-]*"}},
        ),
    ),
    Kind(
        ACCESS_ENTRY,
        label=Label(icon="key", words=counting("access entry"), rank=23),
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
        json=("configurationValues",),
        label=Label(icon="operator", words=_addons_label, rank=12),
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
        label=Label(icon="key", words=fixed("pod identity"), rank=25, plumbing=True),
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
