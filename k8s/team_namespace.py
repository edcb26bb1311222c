"""A team's namespace: what the team's people may do there, what is refused there, and how much of it there may be.

The people are a group that access entries name (`components/team_access.py`). They submit, see and delete jobs; pods they see and delete,
but do not make: what makes a pod is a job, which waits in the team's queue. GPUs are counted by Kueue alone: a ResourceQuota of them
would refuse the pods of a job that restarts while its old ones still end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.tags import CostTags
from gpuplatform.pools.teams import JOB_KINDS, namespace_name, parameters
from k8s.lustre_volume import CLAIM
from k8s.namespace import PodSecurity, namespace

PARAMETERS_NAMESPACE: Final = "kube-system"
"""Where what rules compare with is kept: no team writes there."""
_CHANGE = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
_LOOK = ("get", "list", "watch")

OBJECTS: Final = {
    "count/jobsets.jobset.x-k8s.io": 100,
    "count/jobs.batch": 500,
    "pods": 2000,
    "configmaps": 500,
    "secrets": 100,
    "services.loadbalancers": 0,
    "services.nodeports": 0,
    "persistentvolumeclaims": 1,
}
"""As many as a team has use for; more is a loop that makes them. Nothing that is reached from outside, and no claim but the file
system's."""


@dataclass(frozen=True, kw_only=True)
class TeamNamespaceArgs:
    team: str
    enforce: PodSecurity
    """`privileged` where a pod of the team may use EFA."""
    folder: str | None
    """What pods may mount for writing of the file system; none where there is none of theirs."""
    readable: Sequence[str]
    """Folders that pods may mount read-only."""
    policies: Sequence[pulumi.Input[str]]
    tags: CostTags


class TeamNamespace(pulumi.ComponentResource):
    name: pulumi.Output[str]
    namespace: kubernetes.core.v1.Namespace

    def __init__(self, name: str, args: TeamNamespaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:k8s:TeamNamespace", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        called, labels = namespace_name(args.team), args.tags.labels()
        home = namespace(
            called,
            enforce=args.enforce,
            # What goes beyond the baseline is warned of.
            warn="baseline",
            labels=labels,
            opts=child,
        )
        rules = kubernetes.core.v1.ConfigMap(
            f"{name}-parameters",
            metadata={"name": called, "namespace": PARAMETERS_NAMESPACE, "labels": labels},
            data=parameters(args.team, CLAIM, args.folder, args.readable),
            opts=child,
        )
        bindings = [
            kubernetes.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
                f"{name}-policy-{index}",
                metadata={"name": pulumi.Output.concat(policy, "-", args.team), "labels": labels},
                spec={
                    "policy_name": policy,
                    "validation_actions": ["Deny"],
                    "param_ref": {
                        "name": rules.metadata.name,
                        "namespace": PARAMETERS_NAMESPACE,
                        "parameter_not_found_action": "Deny",
                    },
                    "match_resources": {
                        "namespace_selector": {"match_labels": {"kubernetes.io/metadata.name": called}}
                    },
                },
                opts=child,
            )
            for index, policy in enumerate(args.policies)
        ]
        inside: kubernetes.meta.v1.ObjectMetaArgsDict = {
            "name": "team",
            "namespace": home.metadata.name,
            "labels": labels,
        }
        kubernetes.core.v1.ResourceQuota(f"{name}-quota", metadata=inside, spec={"hard": quota()}, opts=child)
        kubernetes.core.v1.LimitRange(f"{name}-limits", metadata=inside, spec=limits(), opts=child)
        role = kubernetes.rbac.v1.Role(f"{name}-role", metadata=inside, rules=rights(), opts=child)
        kubernetes.rbac.v1.RoleBinding(
            f"{name}-people",
            metadata=inside,
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": role.metadata.name},
            subjects=[{"api_group": "rbac.authorization.k8s.io", "kind": "Group", "name": called}],
            # Nobody submits what nothing judges yet.
            opts=pulumi.ResourceOptions(parent=self, depends_on=bindings),
        )

        self.namespace = home
        self.name = home.metadata.name
        self.register_outputs({"name": self.name})


def rights() -> list[Any]:
    """Rules of the Role."""
    jobs = [
        {"api_groups": [group], "resources": list(kinds), "verbs": list(_CHANGE)} for group, kinds in JOB_KINDS.items()
    ]
    return [
        *jobs,
        # What a TrainJob is made after, and what jobs are configured by.
        {"api_groups": ["trainer.kubeflow.org"], "resources": ["trainingruntimes"], "verbs": list(_CHANGE)},
        {"api_groups": [""], "resources": ["configmaps", "secrets"], "verbs": list(_CHANGE)},
        {"api_groups": [""], "resources": ["pods"], "verbs": [*_LOOK, "delete"]},
        {"api_groups": [""], "resources": ["pods/log"], "verbs": ["get"]},
        {
            "api_groups": [""],
            "resources": ["events", "services", "persistentvolumeclaims", "resourcequotas", "limitranges"],
            "verbs": list(_LOOK),
        },
        {"api_groups": ["events.k8s.io"], "resources": ["events"], "verbs": list(_LOOK)},
        {"api_groups": ["kueue.x-k8s.io"], "resources": ["localqueues", "workloads"], "verbs": list(_LOOK)},
    ]


def quota() -> dict[str, str]:
    return {name: str(most) for name, most in OBJECTS.items()}


def limits() -> Any:
    """What a container asks for that does not say: little, so that a forgotten line takes no node."""
    return {
        "limits": [
            {
                "type": "Container",
                "default_request": {"cpu": "1", "memory": "2Gi"},
                "default": {"memory": "4Gi"},
            }
        ]
    }
