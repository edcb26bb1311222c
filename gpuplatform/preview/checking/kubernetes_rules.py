"""What the API server refuses of an object whose fields are all known and of the right type.

Kubernetes' published schemas have no enums, patterns or rules between fields; its validation has (kubernetes/kubernetes v1.35,
pkg/apis/core/validation, pkg/apis/apps/validation and pkg/apis/batch/validation; API reference 1.35; read 2026-11-22).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from gpuplatform.plan.model import SECRET, UNKNOWN, Json
from gpuplatform.plan.quantity import exact, quantity
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.preview.checking.check import FieldViolation

_OPERATORS: Final = (
    *("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"),  # of requirements
    *("Equal", "Gte", "Lte"),  # of tolerations and of Karpenter's requirements
)
_ONE_OF: Final[dict[str, tuple[str, ...]]] = {
    "completionMode": ("NonIndexed", "Indexed"),
    "concurrencyPolicy": ("Allow", "Forbid", "Replace"),
    "dnsPolicy": ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
    "effect": ("NoSchedule", "PreferNoSchedule", "NoExecute"),
    "externalTrafficPolicy": ("Cluster", "Local"),
    "imagePullPolicy": ("Always", "IfNotPresent", "Never"),
    "internalTrafficPolicy": ("Cluster", "Local"),
    "ipFamilyPolicy": ("SingleStack", "PreferDualStack", "RequireDualStack"),
    "mountPropagation": ("None", "HostToContainer", "Bidirectional"),
    "operator": _OPERATORS,
    "pathType": ("Exact", "Prefix", "ImplementationSpecific"),
    "persistentVolumeReclaimPolicy": ("Retain", "Delete", "Recycle"),
    "podManagementPolicy": ("OrderedReady", "Parallel"),
    "preemptionPolicy": ("PreemptLowerPriority", "Never"),
    "protocol": ("TCP", "UDP", "SCTP"),
    "reclaimPolicy": ("Retain", "Delete", "Recycle"),
    "restartPolicy": ("Always", "OnFailure", "Never"),
    "sessionAffinity": ("ClientIP", "None"),
    "terminationMessagePolicy": ("File", "FallbackToLogsOnError"),
    "unhealthyPodEvictionPolicy": ("IfHealthyBudget", "AlwaysAllow"),
    "volumeBindingMode": ("Immediate", "WaitForFirstConsumer"),
    "volumeMode": ("Filesystem", "Block"),
    "whenUnsatisfiable": ("DoNotSchedule", "ScheduleAnyway"),
}
"""Fields that mean the same in every object."""

_TYPE: Final = {
    "Service": ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
    "Deployment.strategy": ("RollingUpdate", "Recreate"),
    "DaemonSet.updateStrategy": ("RollingUpdate", "OnDelete"),
    "StatefulSet.updateStrategy": ("RollingUpdate", "OnDelete"),
}
_MODES: Final = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")
_RESTARTS: Final = {
    **dict.fromkeys(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"), ("Always",)),
    **dict.fromkeys(("Job", "CronJob", "JobSet"), ("OnFailure", "Never")),
}
_COUNTS: Final = ("replicas", "minReplicas", "maxReplicas", "parallelism", "completions", "backoffLimit")

_LABEL: Final = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
_NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_LONG_NAME: Final = re.compile(r"(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_PORT_NAME: Final = re.compile(r"(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*")
_VARIABLE: Final = re.compile(r"[ -<>-~]+")
_SHORT_NAMES: Final = ("Service", "Namespace")
_FREE_NAMES: Final = ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")
_NATIVE: Final = ("cpu", "memory", "ephemeral-storage", "storage")


def violations(body: Mapping[str, Json], *, native: bool = True) -> Iterator[FieldViolation]:
    """What the API server refuses of an object of Kubernetes itself; of a custom resource, which has rules of its own, of the pods
    that it holds."""
    kind = str(body.get("kind"))
    yield from _metadata(body.get("metadata"), kind)
    if native:
        yield from _fields({key: value for key, value in body.items() if key not in _NOT_FIELDS}, "")
        yield from _of_kind(kind, body.get("spec"))
    for path, template in _templates(dict(body), ""):
        yield from _pod(get_path(template, "spec"), f"{path}.spec" if path else "spec", kind)
        if not native:
            yield from _fields(get_path(template, "spec"), f"{path}.spec")
        if path:
            yield from _labels(get_path(template, "metadata", "labels"), f"{path}.metadata.labels")


_NOT_FIELDS: Final = ("metadata", "data", "stringData", "binaryData", "parameters", "rules", "webhooks")


def _is_known(value: Json) -> bool:
    return isinstance(value, str) and value not in (SECRET, UNKNOWN)


def _metadata(metadata: Json, kind: str) -> Iterator[FieldViolation]:
    name = get_path(metadata, "name")
    pattern = _NAME if kind in _SHORT_NAMES else _LONG_NAME
    if _is_known(name) and kind not in _FREE_NAMES and not pattern.fullmatch(str(name)):
        yield FieldViolation("metadata.name", f"{str(name)[:80]!r} is not a valid name: {_SPELLING[pattern]}")
    yield from _labels(get_path(metadata, "labels"), "metadata.labels")


_SPELLING: Final = {
    _NAME: "lower-case letters, digits and dashes, at most 63",
    _LONG_NAME: "lower-case letters, digits, dashes and dots, at most 253",
}


def _labels(labels: Json, path: str) -> Iterator[FieldViolation]:
    for key, value in as_dict(labels).items():
        if _is_known(value) and not _LABEL.fullmatch(str(value)):
            yield FieldViolation(
                f"{path}.{key}",
                f"{str(value)[:80]!r} is not a valid label: letters, digits, dashes, dots and underscores, at most 63",
            )


def _fields(value: Json, path: str) -> Iterator[FieldViolation]:
    """Fields that take one of a few words, in every object."""
    if isinstance(value, list):
        for index, inner in enumerate(as_list(value)):
            yield from _fields(inner, f"{path}[{index}]")
    for key, inner in as_dict(value).items():
        place = f"{path}.{key}" if path else key
        accepted = _ONE_OF.get(key)
        if accepted and _is_known(inner) and inner not in accepted:
            yield FieldViolation(place, f"{inner!r} is not one of {', '.join(accepted)}")
        if key == "accessModes":
            for mode in as_list(inner):
                if _is_known(mode) and mode not in _MODES:
                    yield FieldViolation(place, f"{mode!r} is not one of {', '.join(_MODES)}")
        if key in _COUNTS and isinstance(inner, int) and inner < 0:
            yield FieldViolation(place, f"is {inner}; 0 or more")
        yield from _fields(inner, place)


def _of_kind(kind: str, spec: Json) -> Iterator[FieldViolation]:
    for place, accepted in _TYPE.items():
        own, _, field = place.partition(".")
        value = get_path(spec, field, "type") if field else get_path(spec, "type")
        if kind == own and _is_known(value) and value not in accepted:
            yield FieldViolation(
                f"spec.{field}.type" if field else "spec.type", f"{value!r} is not one of {', '.join(accepted)}"
            )
    if kind == "Service":
        names = [get_path(port, "name") for port in as_list(get_path(spec, "ports"))]
        for index, port in enumerate(as_list(get_path(spec, "ports"))):
            yield from _number(get_path(port, "port"), f"spec.ports[{index}].port")
            yield from _number(get_path(port, "targetPort"), f"spec.ports[{index}].targetPort")
        if len(names) > 1 and len(set(map(str, names))) < len(names):
            yield FieldViolation("spec.ports", "each of several ports needs a name of its own")


def _templates(value: Json, path: str) -> Iterator[tuple[str, Json]]:
    """Pod templates with their paths: whatever has a `spec` with containers."""
    if isinstance(value, list):
        for index, inner in enumerate(as_list(value)):
            yield from _templates(inner, f"{path}[{index}]")
    elif isinstance(get_path(value, "spec", "containers"), list):
        yield path, value
    else:
        for key, inner in as_dict(value).items():
            yield from _templates(inner, f"{path}.{key}" if path else key)


def _pod(spec: Json, path: str, kind: str) -> Iterator[FieldViolation]:
    accepted, policy = _RESTARTS.get(kind), get_path(spec, "restartPolicy") or "Always"
    if accepted and policy in _ONE_OF["restartPolicy"] and policy not in accepted:
        yield FieldViolation(f"{path}.restartPolicy", f"is {policy}; a {kind} takes {' or '.join(accepted)}")
    for field in ("containers", "volumes"):
        names = [get_path(item, "name") for item in as_list(get_path(spec, field))]
        names += (
            [get_path(item, "name") for item in as_list(get_path(spec, "initContainers"))]
            if field == "containers"
            else []
        )
        for name in sorted({str(n) for n in names if names.count(n) > 1}):
            yield FieldViolation(f"{path}.{field}", f"two are called {name}")
    for field in ("initContainers", "containers"):
        for index, container in enumerate(as_list(get_path(spec, field))):
            yield from _container(container, f"{path}.{field}[{index}]")


def _container(container: Json, path: str) -> Iterator[FieldViolation]:
    name = get_path(container, "name")
    if _is_known(name) and not _NAME.fullmatch(str(name)):
        yield FieldViolation(f"{path}.name", f"{str(name)[:80]!r} is not a valid name: {_SPELLING[_NAME]}")
    image = get_path(container, "image")
    if image in (None, "") or (_is_known(image) and re.search(r"\s", str(image))):
        yield FieldViolation(f"{path}.image", f"{image!r} is not an image reference" if image else "is missing")
    for index, port in enumerate(as_list(get_path(container, "ports"))):
        yield from _number(get_path(port, "containerPort"), f"{path}.ports[{index}].containerPort")
        name = get_path(port, "name")
        if _is_known(name) and not _PORT_NAME.fullmatch(str(name)):
            yield FieldViolation(
                f"{path}.ports[{index}].name",
                f"{name!r} is not a valid port name: at most 15 lower-case letters, digits, dashes",
            )
    for index, variable in enumerate(as_list(get_path(container, "env"))):
        if _is_known(get_path(variable, "name")) and not _VARIABLE.fullmatch(str(get_path(variable, "name"))):
            yield FieldViolation(
                f"{path}.env[{index}].name", f"{get_path(variable, 'name')!r} is not a valid name of a variable"
            )
        if get_path(variable, "value") and get_path(variable, "valueFrom"):
            yield FieldViolation(f"{path}.env[{index}]", "has value and valueFrom; set one of them")
    yield from _resources(get_path(container, "resources"), f"{path}.resources")


def _resources(resources: Json, path: str) -> Iterator[FieldViolation]:
    requests, limits = as_dict(get_path(resources, "requests")), as_dict(get_path(resources, "limits"))
    for side, amounts in (("requests", requests), ("limits", limits)):
        for name, amount in amounts.items():
            if amount not in (SECRET, UNKNOWN) and (why := _not_a_quantity(name, amount)):
                yield FieldViolation(f"{path}.{side}.{name}", why)
    for name in sorted({*requests, *limits}):
        request, limit = requests.get(name), limits.get(name)
        if request is None or any(one is not None and exact(one) is None for one in (request, limit)):
            continue
        if limit is not None and quantity(request) > quantity(limit):
            yield FieldViolation(f"{path}.requests.{name}", f"{request} is above the limit of {limit}")
        elif name not in _NATIVE and (limit is None or quantity(request) != quantity(limit)):
            yield FieldViolation(
                f"{path}.limits.{name}",
                f"is {limit or 'missing'}, and {request} are requested; of a device, limit and request are equal",
            )


def _not_a_quantity(name: str, amount: Json) -> str:
    if exact(amount) is None:
        return f"{amount!r} is not a quantity, such as 500m, 8 or 20Gi"
    if name == "memory" and str(amount).endswith("m"):
        return f"{amount} means thousandths of a byte; did you mean {amount[:-1]}Mi?"
    if name not in _NATIVE and quantity(amount) % 1:
        return f"{amount} is not an integer; a container takes whole devices"
    return ""


def _number(port: Json, path: str) -> Iterator[FieldViolation]:
    if isinstance(port, int) and not isinstance(port, bool) and not 1 <= port <= 65535:
        yield FieldViolation(path, f"is {port}; ports are 1 to 65535")
