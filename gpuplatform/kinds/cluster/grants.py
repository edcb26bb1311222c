"""What people may do on the cluster, by the groups that they come in: role bindings, and EKS' own access policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gpuplatform.kinds.cluster.names import namespace_of
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.plan.model import Json, Plan, PlannedResource, once
from gpuplatform.plan.values import as_list, get_path

ACCESS_ENTRY: Final = "aws:eks/accessEntry:AccessEntry"
ACCESS_POLICY: Final = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
EVERYWHERE: Final = ""
"""The scope of a grant that is bound to no namespace."""

_ALL: Final = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}
_SEE: Final = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}
_KNOWN: Final[Mapping[str, Json]] = {
    **dict.fromkeys(("cluster-admin", "admin", "edit"), _ALL),
    "view": _SEE,
    **dict.fromkeys(("AmazonEKSClusterAdminPolicy", "AmazonEKSAdminPolicy", "AmazonEKSEditPolicy"), _ALL),
    **dict.fromkeys(("AmazonEKSViewPolicy", "AmazonEKSAdminViewPolicy"), _SEE),
}
"""Roles that every cluster has, and EKS' policies (user guide, access-policy-permissions), as wide as what concerns jobs and pods."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Rules that hold for a group, in one namespace or everywhere."""

    group: str
    namespace: str
    rules: tuple[Json, ...]
    resource: PlannedResource

    def allows(self, verb: str, api_group: str, kind: str) -> bool:
        return any(
            _has(rule, "verbs", verb) and _has(rule, "apiGroups", api_group) and _has(rule, "resources", kind)
            for rule in self.rules
        )


@once
def grants(plan: Plan) -> tuple[Grant, ...]:
    return (*_bindings(plan), *_access_policies(plan))


@once
def teams(plan: Plan) -> tuple[str, ...]:
    """Groups of people, in order: those that access entries name, and those that roles are bound to."""
    entered = {
        str(group) for entry in plan.all(ACCESS_ENTRY) for group in as_list(entry.inputs.get("kubernetesGroups"))
    }
    named = entered | {grant.group for grant in grants(plan)}
    return tuple(sorted(group for group in named if group and not group.startswith("system:")))


def _bindings(plan: Plan) -> Iterator[Grant]:
    roles = {
        (str(body["kind"]), namespace_of(body) if body["kind"] == "Role" else "", str(body["metadata"]["name"])): body
        for _, body in of_kind(plan, "Role", "ClusterRole")
    }
    for resource, body in of_kind(plan, "RoleBinding", "ClusterRoleBinding"):
        within = namespace_of(body) if body["kind"] == "RoleBinding" else EVERYWHERE
        kind, name = str(get_path(body, "roleRef", "kind")), str(get_path(body, "roleRef", "name"))
        role = roles.get((kind, within if kind == "Role" else "", name), {})
        rules = tuple(as_list(role.get("rules"))) or ((_KNOWN[name],) if name in _KNOWN else ())
        for subject in as_list(body.get("subjects")):
            if get_path(subject, "kind") == "Group":
                group = str(get_path(subject, "name"))
                yield Grant(group=group, namespace=within, rules=rules, resource=resource)


def _access_policies(plan: Plan) -> Iterator[Grant]:
    """What a principal has besides counts for its groups: one person is both."""
    for policy in plan.all(ACCESS_POLICY):
        rule = _KNOWN.get(str(policy.inputs.get("policyArn")).rpartition("/")[2])
        scope = policy.inputs.get("accessScope")
        within = as_list(get_path(scope, "namespaces")) if get_path(scope, "type") == "namespace" else [EVERYWHERE]
        for entry in plan.all(ACCESS_ENTRY):
            if rule is None or not policy.refers("principalArn", entry, "principalArn"):
                continue
            for group in as_list(entry.inputs.get("kubernetesGroups")):
                for namespace in within:
                    yield Grant(group=str(group), namespace=str(namespace), rules=(rule,), resource=policy)


def _has(rule: Json, key: str, wanted: str) -> bool:
    given = as_list(get_path(rule, key))
    return "*" in given or wanted in given
