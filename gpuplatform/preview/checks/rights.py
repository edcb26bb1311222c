"""What may be done inside the cluster, and on whose behalf a node is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds import ec2
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.kinds.tokens import LAUNCH_TEMPLATE, NODE_CLASS
from gpuplatform.plan.model import UNKNOWN, Json, Plan, PlannedResource
from gpuplatform.plan.values import as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

_EVERYBODY: Final = ("system:anonymous", "system:authenticated", "system:unauthenticated")
"""A user and two groups that Kubernetes itself gives (Using RBAC Authorization, kubernetes.io, read 2026-11)."""


@check(
    "rbac-everything", Severity.ERROR, "No Kubernetes role allows everything on everything, and none is everybody's."
)
def rbac_everything(plan: Plan) -> Iterator[Violation]:
    for role in (r for r, _ in of_kind(plan, "Role", "ClusterRole")):
        for index, rule in enumerate(as_list(role.inputs.get("rules"))):
            if all("*" in as_list(get_path(rule, part)) for part in ("apiGroups", "resources", "verbs")):
                yield Violation(f"{role.name}: rules[{index}] allows everything; name what it needs", role)
    for binding in (r for r, _ in of_kind(plan, "RoleBinding", "ClusterRoleBinding")):
        if get_path(binding.inputs, "roleRef", "name") == "cluster-admin":
            yield Violation(f"{binding.name}: gives cluster-admin; give a role with what is needed", binding)
        for subject in as_list(binding.inputs.get("subjects")):
            if get_path(subject, "name") in _EVERYBODY:
                yield Violation(
                    f"{binding.name}: gives its role to {get_path(subject, 'name')}, which is everybody", binding
                )


@check("instance-metadata", Severity.WARNING, "A node gives its role's credentials to sessions alone (IMDSv2).")
def instance_metadata(plan: Plan) -> Iterator[Violation]:
    """Where a launch template is silent, the account or the image decides; Karpenter asks for sessions by itself.

    Amazon EC2 user guide, "Configure the Instance Metadata Service options"; karpenter.sh, "NodeClasses"; read 2026-11.
    """
    for resource, path, options in _options(plan):
        tokens = get_path(options, "httpTokens")
        if tokens not in ("required", UNKNOWN) and get_path(options, "httpEndpoint") != "disabled":
            yield Violation(f"{resource.name}: {path}.httpTokens is {tokens or 'missing'}; set required", resource)


def _options(plan: Plan) -> Iterator[tuple[PlannedResource, str, Json]]:
    for template in plan.all(LAUNCH_TEMPLATE):
        yield template, "metadataOptions", template.inputs.get("metadataOptions")
    for instance in plan.all(ec2.INSTANCE):
        if "metadataOptions" in instance.inputs:
            yield instance, "metadataOptions", instance.inputs["metadataOptions"]
    for node_class in plan.all(NODE_CLASS):
        if options := get_path(node_class.inputs, "spec", "metadataOptions"):
            yield node_class, "spec.metadataOptions", options
