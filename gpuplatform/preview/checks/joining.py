"""Whether a node that starts may join: its pod network stands first, the cluster admits its role, the role may do what a node does, and
its image fits the cluster's version.

Source: Amazon EKS user guide, "Amazon EKS node IAM role", "Create access entries", "Amazon EKS add-ons", "EKS AL2 AMI deprecation",
read 2026-11; Kubernetes, "Version Skew Policy".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds import eks, iam
from gpuplatform.kinds.cluster.control_planes import ControlPlane, control_planes
from gpuplatform.kinds.cluster.names import chart
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.kinds.identity.documents import allows, principals, statements_of
from gpuplatform.kinds.identity.roles import RoleRights, rights_of, role_named, roles_of
from gpuplatform.kinds.tokens import NODE_CLASS, NODE_GROUP, RELEASE
from gpuplatform.plan.graph import Graph
from gpuplatform.plan.model import UNKNOWN, Json, Plan, PlannedResource
from gpuplatform.plan.values import as_list, get_path, strings
from gpuplatform.preview.checking.check import Severity, Violation, check
from gpuplatform.preview.checks.iam import TRUST
from gpuplatform.preview.checks.pod_identities import AGENT

CNI: Final = "vpc-cni"
_OTHER_NETWORKS: Final = ("cilium", "tigera-operator", "calico", "antrea", "aws-vpc-cni", "kube-ovn")
_NODES: Final = ("EC2_LINUX", "EC2_WINDOWS", "EC2", "HYPERPOD_LINUX", "HYBRID_LINUX")
_NEEDED: Final = (
    ("join the cluster", ("AmazonEKSWorkerNodePolicy", "AmazonEKSWorkerNodeMinimalPolicy"), "ec2:DescribeInstances"),
    (
        "pull images",
        (
            *("AmazonEC2ContainerRegistryPullOnly", "AmazonEC2ContainerRegistryReadOnly"),
            *("AmazonEC2ContainerRegistryPowerUser", "AmazonEC2ContainerRegistryFullAccess"),
        ),
        "ecr:GetAuthorizationToken",
    ),
)
_NETWORK: Final = ("AmazonEKS_CNI_Policy", "AmazonEKS_CNI_IPv6_Policy")


@check("node-before-network", Severity.ERROR, "The pod network stands before the first node starts.")
def node_before_network(plan: Plan) -> Iterator[Violation]:
    """A node without it is never ready, and EKS calls its group failed. Of a network that takes its role by EKS Pod Identity the agent
    stands first too (terraform-aws-eks#3260)."""
    graph = Graph(plan)
    for plane in control_planes(plan):
        if plane.brings_network or plane.auto_mode:
            continue
        own = [a for a in plan.all(eks.ADDON) if _of(plane, a)]
        network = [a for a in own if a.inputs.get("addonName") == CNI]
        if not network:
            if not any(chart(r) in _OTHER_NETWORKS for r in plan.all(RELEASE)) and not _unknown(own):
                yield Violation(
                    f"{plane.resource.name}: nothing brings a pod network; install the add-on {CNI}", plane.resource
                )
            continue
        agents = [a for a in own if a.inputs.get("addonName") == AGENT]
        first = [*network, *(agents if network[0].inputs.get("podIdentityAssociations") else ())]
        for group in plan.all(NODE_GROUP):
            late = [a for a in first if a.urn not in graph.reaches(group.urn) and not _around(plan, graph, group, a)]
            if late and _starts_nodes(group) and _of(plane, group):
                yield Violation(
                    f"{group.name}: starts nodes that wait for {late[0].name}, and does not depend on it; add it to depends_on",
                    group,
                )


def _around(plan: Plan, graph: Graph, group: PlannedResource, addon: PlannedResource) -> bool:
    """Whether the group waits for a component that the add-on is a part of."""
    above = plan.by_urn.get(addon.parent or "")
    return above is not None and above.component and above.urn in graph.reaches(group.urn)


def _of(plane: ControlPlane, resource: PlannedResource) -> bool:
    return plane.of(resource, "clusterName") or resource.inputs.get("clusterName") in (UNKNOWN, None)


def _unknown(addons: list[PlannedResource]) -> bool:
    return any(a.inputs.get("addonName") == UNKNOWN for a in addons)


def _starts_nodes(group: PlannedResource) -> bool:
    sizes = [get_path(group.inputs, "scalingConfig", key) for key in ("minSize", "desiredSize")]
    return any(size not in (0, None) for size in sizes)


@check("node-not-admitted", Severity.ERROR, "The cluster admits the role of every node that is to join it.")
def node_not_admitted(plan: Plan) -> Iterator[Violation]:
    """Managed node groups bring their own access entry; nodes of Karpenter need one of a type for nodes."""
    planes = control_planes(plan)
    maps = [r for r, body in of_kind(plan, "ConfigMap") if get_path(body, "metadata", "name") == "aws-auth"]
    mapped = maps or any(p.resource.inputs.get(key) for p in planes for key in ("instanceRoles", "roleMappings"))
    if not planes or any(p.auto_mode for p in planes):
        return
    listed = any(p.admits != "CONFIG_MAP" for p in planes)
    managed = {r.urn for group in plan.all(NODE_GROUP) for r in roles_of(plan, group, "nodeRoleArn")}
    entries = plan.all(eks.ACCESS_ENTRY)
    for node_class, role, name in _classes(plan):
        own = [e for e in entries if _is_for(plan, e, role, name)]
        if role is not None and role.urn in managed:
            continue
        if not own and listed and not mapped:
            yield Violation(
                f"{node_class.name}: no access entry admits nodes of the role {name}, and none of them joins; add one of type EC2_LINUX",
                node_class,
            )
    nodes = {role.urn for _, role, _ in _classes(plan) if role} | managed
    for entry in entries:
        kind = entry.inputs.get("type") or "STANDARD"
        if kind not in (*_NODES, UNKNOWN) and any(r.urn in nodes for r in roles_of(plan, entry, "principalArn")):
            yield Violation(
                f"{entry.name}: is of type {kind} for a role of nodes, which it does not admit; write EC2_LINUX", entry
            )


def _classes(plan: Plan) -> Iterator[tuple[PlannedResource, PlannedResource | None, str]]:
    """Node classes with the role of their nodes, in the plan or by name."""
    for one in plan.all(NODE_CLASS):
        named, profile = (get_path(one.inputs, "spec", key) for key in ("role", "instanceProfile"))
        if profile and not named:
            profiles = [
                p for p in plan.all(iam.INSTANCE_PROFILE) if profile in (p.outputs.get("name"), p.inputs.get("name"))
            ]
            for role in (r for p in profiles for r in roles_of(plan, p, "role")):
                yield one, role, role.name
        elif isinstance(named, str) and named != UNKNOWN:
            role = role_named(plan, named)
            yield one, role, role.name if role else named


def _is_for(plan: Plan, entry: PlannedResource, role: PlannedResource | None, name: str) -> bool:
    sent: Json = entry.inputs.get("principalArn")
    by_name = isinstance(sent, str) and (sent == UNKNOWN or sent.rpartition("/")[2] == name)
    return by_name or (role is not None and role in roles_of(plan, entry, "principalArn"))


@check("node-role-policies", Severity.ERROR, "The role of nodes may do what a node does.")
def node_role_policies(plan: Plan) -> Iterator[Violation]:
    roles = [r for group in plan.all(NODE_GROUP) for r in roles_of(plan, group, "nodeRoleArn")]
    roles += [role for _, role, _ in _classes(plan) if role]
    for role in {r.urn: r for r in roles}.values():
        rights = rights_of(plan, role)
        trust = statements_of(role.inputs.get(TRUST))
        if trust is not None and not allows([s for s in trust if _by_ec2(principals(s, "Service"))], "sts:AssumeRole"):
            yield Violation(f"{role.name}: is a role of nodes, and does not trust ec2.amazonaws.com", role)
        if not rights.whole:
            continue
        for what, policies, action in _NEEDED:
            if not _may(rights, policies, action):
                yield Violation(f"{role.name}: nodes of this role cannot {what}; attach {policies[0]}", role)
        if _network_as_node(plan) and not _may(rights, _NETWORK, "ec2:AssignPrivateIpAddresses"):
            yield Violation(
                f"{role.name}: the pod network calls EC2 as the node, and the role has no {_NETWORK[0]}; attach it",
                role,
            )


def _by_ec2(services: list[str]) -> bool:
    return any(service.startswith("ec2.") or service == "*" for service in services)


def _may(rights: RoleRights, policies: tuple[str, ...], action: str) -> bool:
    return bool(rights.managed & {*policies, "AdministratorAccess"}) or rights.allow(action)


def _network_as_node(plan: Plan) -> bool:
    """Whether the VPC CNI has no role of its own."""
    network = [a for a in plan.all(eks.ADDON) if a.inputs.get("addonName") == CNI]
    own = any(a.inputs.get("podIdentityAssociations") or a.inputs.get("serviceAccountRoleArn") for a in network)
    associated = any(a.inputs.get("serviceAccount") == "aws-node" for a in plan.all(eks.POD_IDENTITY_ASSOCIATION))
    return bool(network) and not own and not associated


@check("node-image-version", Severity.ERROR, "The image of nodes is for a version that their cluster works with.")
def node_image_version(plan: Plan) -> Iterator[Violation]:
    """No newer than the control plane, at most three minor versions older; of Amazon Linux 2 there is none from 1.33 on."""
    for plane in control_planes(plan):
        cluster = _minor(plane.version)
        for group in plan.all(NODE_GROUP) if cluster else ():
            if not plane.of(group, "clusterName"):
                continue
            own = _minor(group.inputs.get("version")) or cluster
            released = _minor(group.inputs.get("releaseVersion"))
            if not cluster - 3 <= own <= cluster:
                yield Violation(f"{group.name}: version 1.{own} does not work with a cluster of 1.{cluster}", group)
            if released and released != own:
                yield Violation(f"{group.name}: releaseVersion is of 1.{released}, and the group of 1.{own}", group)
            if own >= 33 and str(group.inputs.get("amiType")).startswith("AL2_"):
                yield Violation(
                    f"{group.name}: of {group.inputs['amiType']} there is no image for 1.{own}; write AL2023", group
                )
        for one in plan.all(NODE_CLASS) if cluster else ():
            terms = as_list(get_path(one.inputs, "spec", "amiSelectorTerms"))
            if cluster >= 33 and any(text.startswith("al2@") for t in terms for text in strings(get_path(t, "alias"))):
                yield Violation(f"{one.name}: of Amazon Linux 2 there is no image for 1.{cluster}; write al2023", one)


def _minor(version: Json) -> int:
    found = re.match(r"1\.(\d{1,3})\b", version) if isinstance(version, str) else None
    return int(found[1]) if found else 0
