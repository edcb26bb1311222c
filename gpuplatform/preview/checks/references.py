"""What one object on the cluster names, and whether it is there.

A namespace that a Helm release fills holds more than a plan shows: names in it are not judged.
"""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gpuplatform.kinds import eks
from gpuplatform.kinds.cluster.names import QUEUE_LABEL, names, namespace_of, namespaces, of_charts, scope
from gpuplatform.kinds.cluster.objects import objects, of_kind
from gpuplatform.kinds.cluster.pods import Pod, pods
from gpuplatform.kinds.identity.accounts import made_for
from gpuplatform.kinds.pricing.numbers import NoAmountError, gib
from gpuplatform.plan.model import SECRET, UNKNOWN, Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

# Objects that every EKS cluster has (Kubernetes reference, "User-facing roles" and "Pod Priority"; EKS user guide, storage).
_BUILT_IN: Final = {
    "ServiceAccount": ("default",),
    "PriorityClass": ("system-cluster-critical", "system-node-critical"),
    "ClusterRole": ("admin", "cluster-admin", "edit", "view"),
    "StorageClass": ("", "gp2"),
    "ConfigMap": ("kube-root-ca.crt",),
}
_OF_CHARTS: Final = ("ClusterRole", "RuntimeClass", "ClusterTrainingRuntime")
"""Kinds without a namespace that charts bring as well."""

_IN_SPEC: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "AdmissionCheck": (("ProvisioningRequestConfig", "parameters.name"),),
    "ClusterQueue": (
        ("ResourceFlavor", "resourceGroups.flavors.name"),
        ("AdmissionCheck", "admissionChecksStrategy.admissionChecks.name"),
        ("AdmissionCheck", "admissionChecks"),
    ),
    "HTTPRoute": (("Service", "rules.backendRefs.name"), ("Gateway", "parentRefs.name")),
    "LocalQueue": (("ClusterQueue", "clusterQueue"),),
    "NodePool": (("EC2NodeClass", "template.spec.nodeClassRef.name"),),
    "PersistentVolumeClaim": (("StorageClass", "storageClassName"), ("PersistentVolume", "volumeName")),
    "ResourceFlavor": (("Topology", "topologyName"),),
    "ScaledObject": (("TriggerAuthentication", "triggers.authenticationRef.name"),),
    "StatefulSet": (
        ("Service", "serviceName"),
        ("StorageClass", "volumeClaimTemplates.spec.storageClassName"),
    ),
    "TrainJob": (("ClusterTrainingRuntime", "runtimeRef.name"),),
}
"""Kind → what its `spec` names, and where."""


@dataclass(frozen=True, slots=True)
class Reference:
    """An object that another one names."""

    resource: PlannedResource
    path: str
    kind: str
    namespace: str
    name: Json


@check("missing-reference", Severity.ERROR, "Every object that another one on the cluster names is there.")
def missing_reference(plan: Plan) -> Iterator[Violation]:
    for reference in _references(plan):
        if _missing(plan, reference):
            yield Violation(
                f"{reference.resource.name}: {reference.path}: {_told(plan, reference)}", reference.resource
            )


def _missing(plan: Plan, one: Reference) -> bool:
    if not isinstance(one.name, str) or one.name in (SECRET, UNKNOWN, *_BUILT_IN.get(one.kind, ())):
        return False
    if one.kind == "Namespace":
        return one.name not in namespaces(plan)
    namespace = scope(one.kind, one.namespace)
    filled = of_charts(plan)
    brought = namespace in filled if namespace else one.kind in _OF_CHARTS and bool(filled)
    return not brought and (one.kind, namespace, one.name) not in names(plan)


def _told(plan: Plan, one: Reference) -> str:
    namespace = scope(one.kind, one.namespace)
    known = [name for kind, place, name in names(plan) if kind == one.kind and place == namespace]
    known = list(namespaces(plan)) if one.kind == "Namespace" else known
    near = difflib.get_close_matches(str(one.name), known, n=1)
    place = f" in namespace {namespace}" if namespace else ""
    there = f"did you mean {near[0]}?" if near else f"there is {', '.join(sorted(known)[:6]) or 'none'}"
    return f"no {one.kind} {one.name}{place}; {there}"


def _references(plan: Plan) -> Iterator[Reference]:
    for resource, body in objects(plan):
        kind, namespace, spec = str(body["kind"]), namespace_of(body), body.get("spec")
        yield Reference(resource, "metadata.namespace", "Namespace", "", get_path(body, "metadata", "namespace"))
        for wanted, path in _IN_SPEC.get(kind, ()):
            for name in _values(spec, path.split(".")):
                yield Reference(resource, f"spec.{path}", wanted, namespace, name)
        if kind in ("ScaledObject", "ScaledJob", "HorizontalPodAutoscaler"):
            target = get_path(spec, "scaleTargetRef")
            wanted = str(get_path(target, "kind") or "Deployment")
            yield Reference(resource, "spec.scaleTargetRef", wanted, namespace, get_path(target, "name"))
        if kind in ("RoleBinding", "ClusterRoleBinding"):
            yield from _binding(resource, body, namespace)
        labels = as_dict(get_path(body, "metadata", "labels"))
        yield Reference(resource, QUEUE_LABEL, "LocalQueue", namespace, labels.get(QUEUE_LABEL))
        priority = "kueue.x-k8s.io/priority-class"
        yield Reference(resource, priority, "WorkloadPriorityClass", "", labels.get(priority))
    for pod in pods(plan):
        yield from _of_pod(pod)


def _values(value: Json, path: list[str]) -> Iterator[Json]:
    """What stands at a path, through every list on the way."""
    if isinstance(value, list):
        for inner in as_list(value):
            yield from _values(inner, path)
    elif path:
        yield from _values(get_path(value, path[0]), path[1:])
    else:
        yield value


def _binding(resource: PlannedResource, body: Mapping[str, Json], namespace: str) -> Iterator[Reference]:
    role = body.get("roleRef")
    yield Reference(resource, "roleRef", str(get_path(role, "kind")), namespace, get_path(role, "name"))
    for subject in as_list(body.get("subjects")):
        if get_path(subject, "kind") == "ServiceAccount":
            place = str(get_path(subject, "namespace") or namespace)
            yield Reference(resource, "subjects", "ServiceAccount", place, get_path(subject, "name"))


_IN_POD: Final = (
    ("ServiceAccount", "serviceAccountName"),
    ("PriorityClass", "priorityClassName"),
    ("RuntimeClass", "runtimeClassName"),
    ("Secret", "imagePullSecrets.name"),
    ("PersistentVolumeClaim", "volumes.persistentVolumeClaim.claimName"),
    ("ResourceClaim", "resourceClaims.resourceClaimName"),
    ("ResourceClaimTemplate", "resourceClaims.resourceClaimTemplateName"),
)
_MAY_BE_OPTIONAL: Final = (
    ("ConfigMap", "volumes.configMap", "name"),
    ("Secret", "volumes.secret", "secretName"),
    ("ConfigMap", "volumes.projected.sources.configMap", "name"),
    ("Secret", "volumes.projected.sources.secret", "name"),
    *(
        (kind, f"{place}.env.valueFrom.{key}KeyRef", "name")
        for place in ("containers", "initContainers")
        for kind, key in (("ConfigMap", "configMap"), ("Secret", "secret"))
    ),
    *(
        (kind, f"{place}.envFrom.{key}Ref", "name")
        for place in ("containers", "initContainers")
        for kind, key in (("ConfigMap", "configMap"), ("Secret", "secret"))
    ),
)


def _of_pod(pod: Pod) -> Iterator[Reference]:
    for kind, path in _IN_POD:
        for name in _values(pod.spec, path.split(".")):
            yield Reference(pod.owner, path, kind, pod.namespace, name)
    for kind, path, key in _MAY_BE_OPTIONAL:
        for found in _values(pod.spec, path.split(".")):
            if get_path(found, "optional") is not True:
                yield Reference(pod.owner, f"{path}.{key}", kind, pod.namespace, get_path(found, key))


@check("pod-identity-account", Severity.ERROR, "A role is given to a service account that is there.")
def pod_identity_account(plan: Plan) -> Iterator[Violation]:
    if not objects(plan):
        return
    for association in plan.all(eks.POD_IDENTITY_ASSOCIATION):
        namespace, account = (str(association.inputs.get(key)) for key in ("namespace", "serviceAccount"))
        # The namespace of one that is not made yet may be unknown to a first `pulumi preview`.
        places = {namespace, UNKNOWN} if namespace != UNKNOWN else {place for _, place, _ in names(plan)}
        there = any(("ServiceAccount", place, account) in names(plan) for place in places)
        if there or account in (SECRET, UNKNOWN) or _in_chart(plan, namespace, account):
            continue
        yield Violation(
            f"{association.name}: no service account {account} in namespace {namespace}, and no chart there is told to make it",
            association,
        )


def _in_chart(plan: Plan, namespace: str, account: str) -> bool:
    """Whether a chart or an add-on in the namespace makes the account, or one whose name begins a longer one."""
    return any(account == made or account.startswith(f"{made}-") for made in made_for(plan, namespace))


@check("unmounted-volume", Severity.ERROR, "Every volume that a container mounts is one of its pod.")
def unmounted_volume(plan: Plan) -> Iterator[Violation]:
    for pod in pods(plan):
        volumes = {str(get_path(volume, "name")) for volume in as_list(pod.spec.get("volumes"))}
        volumes |= set(_values(pod.owner.inputs, ["spec", "volumeClaimTemplates", "metadata", "name"])) - {None}
        for container in pod.containers:
            for mount in as_list(get_path(container, "volumeMounts")):
                if str(get_path(mount, "name")) not in volumes:
                    yield Violation(
                        f"{pod.owner.name}: container {get_path(container, 'name')} mounts {get_path(mount, 'name')}; "
                        f"the pod has {', '.join(sorted(volumes)) or 'no volume'}",
                        pod.owner,
                    )


@check("claim-without-volume", Severity.ERROR, "A claim that no storage class serves fits a volume of the plan.")
def claim_without_volume(plan: Plan) -> Iterator[Violation]:
    volumes = {str(body["metadata"]["name"]): r for r, body in of_kind(plan, "PersistentVolume")}
    for resource, body in of_kind(plan, "PersistentVolumeClaim"):
        spec = body.get("spec")
        if get_path(spec, "storageClassName") != "":
            continue
        named = get_path(spec, "volumeName")
        offered = [r for name, r in volumes.items() if named in (None, name)]
        reasons = [why for r in offered if (why := _unfit(spec, r.inputs.get("spec")))]
        if named in (None, *volumes) and len(reasons) == len(offered):
            why = "; ".join(reasons) or "the plan has no volume"
            yield Violation(f"{resource.name}: no volume fits the claim: {why}", resource)


def _unfit(claim: Json, volume: Json) -> str:
    """Why a volume does not serve a claim; empty if it does."""
    modes = [m for m in as_list(get_path(claim, "accessModes")) if m not in as_list(get_path(volume, "accessModes"))]
    if modes:
        return f"its access modes lack {', '.join(map(str, modes))}"
    if (get_path(volume, "storageClassName") or "") != "":
        return f"its storage class is {get_path(volume, 'storageClassName')}"
    asked, has = get_path(claim, "resources", "requests", "storage"), get_path(volume, "capacity", "storage")
    with contextlib.suppress(NoAmountError):
        if gib(asked) > gib(has):
            return f"{asked} are asked and it has {has}"
    return ""
