"""What the API server refuses in a team's namespace, whoever asks: jobs outside the team's queue, pods as somebody else, pods that reach
the node, and other teams' folders on the file system.

Pods with EFA pin memory, and of the Pod Security levels only `privileged` allows the capability for it (IPC_LOCK is not in `baseline`:
Kubernetes, "Pod Security Standards", read 2026-12-01). EFA needs nothing else of the node: devices and huge pages are resources that a
plugin and the kubelet hand out (aws/eks-charts, aws-efa-k8s-device-plugin). So the rules of `baseline` are said here again, with that one
capability more.

The rules are one policy for jobs and one for pods. What differs between teams stands in a ConfigMap that no team may write; where it is
missing, everything is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.tags import CostTags
from gpuplatform.pools.teams import ACCOUNT, CLAIM, JOB_KINDS, QUEUE, READ_PREFIX, WRITE
from k8s import kueue, workload_operators

CAPABILITIES: Final = (
    *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"),
    *("SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
    "IPC_LOCK",
)
"""Those of `baseline`, and the one that pins memory."""

VOLUMES: Final = ("configMap", "secret", "emptyDir", "projected", "downwardAPI", "persistentVolumeClaim")
"""Kinds of volumes. None that mounts a directory of the node, or a file system by its address."""

CONTROLLERS: Final = (
    "kube-system",
    kueue.NAMESPACE,
    workload_operators.JOBSET_NAMESPACE,
    workload_operators.TRAINER_NAMESPACE,
    workload_operators.LEADER_WORKER_SET_NAMESPACE,
)
"""Namespaces of the controllers that make the parts of a job: the job itself was judged."""

_QUEUE_LABEL = "kueue.x-k8s.io/queue-name"
_LABELS = "(has(object.metadata.labels) ? object.metadata.labels : {})"
_CONTROLLER_GROUPS = ", ".join(f"'system:serviceaccounts:{namespace}'" for namespace in CONTROLLERS)
_CONTROLLER = f"request.userInfo.groups.exists(g, g in [{_CONTROLLER_GROUPS}])"
_QUEUE = f"'{_QUEUE_LABEL}' in {_LABELS} ? {_LABELS}['{_QUEUE_LABEL}'] : ''"
_OURS = {"name": "queue", "expression": _QUEUE}
_BY = {"name": "controller", "expression": _CONTROLLER}

JOB_VARIABLES: Final = (
    _OURS,
    _BY,
    {"name": "suspended", "expression": "has(object.spec.suspend) && object.spec.suspend"},
)
JOB_RULES: Final = (
    {
        "expression": f"variables.queue == '' || variables.queue == params.data['{QUEUE}']",
        "message": "jobs of a team wait in the team's own queue; set the label kueue.x-k8s.io/queue-name to the team's name",
    },
    {
        "expression": "variables.queue != '' || variables.suspended || variables.controller",
        "message": "a job names its queue; set the label kueue.x-k8s.io/queue-name to the team's name",
    },
)

POD_VARIABLES: Final = (
    _OURS,
    _BY,
    {
        "name": "containers",
        "expression": "object.spec.containers + (has(object.spec.initContainers) ? object.spec.initContainers : [])",
    },
    {"name": "volumes", "expression": "has(object.spec.volumes) ? object.spec.volumes : []"},
    {
        "name": "files",
        "expression": "variables.volumes.filter(v, has(v.persistentVolumeClaim) && v.persistentVolumeClaim.claimName == "
        f"params.data['{CLAIM}']).map(v, v.name)",
    },
    {"name": "mounts", "expression": "variables.containers.filter(c, has(c.volumeMounts)).map(c, c.volumeMounts)"},
)


_SELINUX_TYPES = "'', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'"


def _security(where: str) -> str:
    """The baseline of a `securityContext` that pods and containers both have."""
    return (
        f"(!has({where}.securityContext) || ("
        f"(!has({where}.securityContext.seccompProfile) || {where}.securityContext.seccompProfile.type != 'Unconfined')"
        f" && (!has({where}.securityContext.appArmorProfile) || {where}.securityContext.appArmorProfile.type != 'Unconfined')"
        f" && (!has({where}.securityContext.seLinuxOptions) || (!has({where}.securityContext.seLinuxOptions.user)"
        f" && !has({where}.securityContext.seLinuxOptions.role) && (!has({where}.securityContext.seLinuxOptions.type)"
        f" || {where}.securityContext.seLinuxOptions.type in [{_SELINUX_TYPES}])))))"
    )


_CAPABILITIES = ", ".join(f"'{one}'" for one in CAPABILITIES)
_CONTAINER = (
    _security("c") + " && (!has(c.securityContext) || ("
    "(!has(c.securityContext.privileged) || !c.securityContext.privileged)"
    " && (!has(c.securityContext.procMount) || c.securityContext.procMount == 'Default')"
    " && (!has(c.securityContext.capabilities) || !has(c.securityContext.capabilities.add)"
    f" || c.securityContext.capabilities.add.all(a, a in [{_CAPABILITIES}])))) && (!has(c.ports)"
    " || c.ports.all(p, !has(p.hostPort) || p.hostPort == 0))"
)
_HOST = " && ".join(f"(!has(object.spec.{ns}) || !object.spec.{ns})" for ns in ("hostNetwork", "hostPID", "hostIPC"))
_OWN_FOLDER = f"'{WRITE}' in params.data && (m.subPath == params.data['{WRITE}'] || m.subPath.startsWith(params.data['{WRITE}'] + '/'))"
_READABLE = f"has(m.readOnly) && m.readOnly && ('{READ_PREFIX}' + m.subPath) in params.data"

POD_RULES: Final = (
    {
        "expression": "!has(object.spec.serviceAccountName) || object.spec.serviceAccountName in "
        f"['', 'default', params.data['{ACCOUNT}']]",
        "message": "pods of a team run as the team's service account",
    },
    {
        "expression": f"variables.controller || variables.queue == params.data['{QUEUE}']",
        "message": "a pod belongs to a job, or names the team's queue with the label kueue.x-k8s.io/queue-name",
    },
    {
        "expression": "!has(object.spec.nodeName) || object.spec.nodeName == ''",
        "message": "the scheduler chooses a pod's node; leave out nodeName",
    },
    {
        "expression": "!has(object.spec.priorityClassName) || !object.spec.priorityClassName.startsWith('system-')",
        "message": "priorities of the system are the platform's; use the label kueue.x-k8s.io/priority-class",
    },
    {
        "expression": f"{_HOST} && {_security('object.spec')} && (!has(object.spec.securityContext) || "
        "!has(object.spec.securityContext.sysctls) || object.spec.securityContext.sysctls.size() == 0) && "
        f"variables.containers.all(c, {_CONTAINER})",
        "message": "pods reach nothing of their node: Pod Security's baseline, and the capability IPC_LOCK for EFA",
    },
    {
        "expression": f"variables.volumes.all(v, {' || '.join(f'has(v.{kind})' for kind in VOLUMES)})",
        "message": f"volumes of a team are of these kinds: {', '.join(VOLUMES)}",
    },
    {
        "expression": "variables.mounts.all(all, all.all(m, !(m.name in variables.files) || (!has(m.subPathExpr) && "
        f"has(m.subPath) && (({_OWN_FOLDER}) || ({_READABLE})))))",
        "message": "of the file system a pod mounts its team's folder of checkpoints, and read-only what the team may read: "
        "set subPath, and readOnly: true",
    },
)


def admission_policy(
    name: str,
    *,
    resources: Mapping[str, Sequence[str]],
    operations: Sequence[str],
    variables: Sequence[Mapping[str, str]],
    rules: Sequence[Mapping[str, str]],
    labels: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> kubernetes.admissionregistration.v1.ValidatingAdmissionPolicy:
    spec: Any = {
        "failure_policy": "Fail",
        "param_kind": {"api_version": "v1", "kind": "ConfigMap"},
        "match_constraints": {
            "resource_rules": [
                {
                    "api_groups": [group],
                    "api_versions": ["*"],
                    "operations": list(operations),
                    "resources": list(kinds),
                }
                for group, kinds in resources.items()
            ]
        },
        "variables": [dict(one) for one in variables],
        "validations": [dict(rule) for rule in rules],
    }
    return kubernetes.admissionregistration.v1.ValidatingAdmissionPolicy(
        name, metadata={"name": name, "labels": dict(labels)}, spec=spec, opts=opts
    )


class TeamPolicies(pulumi.ComponentResource):
    """The two policies. They bind nothing by themselves: each team's namespace has its bindings."""

    names: tuple[pulumi.Output[str], ...]

    def __init__(self, name: str, tags: CostTags, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:k8s:TeamPolicies", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        jobs = admission_policy(
            f"{name}-jobs",
            resources=JOB_KINDS,
            operations=("CREATE", "UPDATE"),
            variables=JOB_VARIABLES,
            rules=JOB_RULES,
            labels=tags.labels(),
            opts=child,
        )
        pods = admission_policy(
            f"{name}-pods",
            resources={"": ("pods",)},
            operations=("CREATE",),
            variables=POD_VARIABLES,
            rules=POD_RULES,
            labels=tags.labels(),
            opts=child,
        )
        self.names = (jobs.metadata.name, pods.metadata.name)
        self.register_outputs({"names": list(self.names)})
