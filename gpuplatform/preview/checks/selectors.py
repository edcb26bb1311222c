"""What selects pods, and the ports of theirs that it names.

In a namespace that a Helm release fills there are pods that the plan does not show: selectors there are not judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from gpuplatform.kinds.cluster.names import namespace_of, namespaces, of_charts, selects
from gpuplatform.kinds.cluster.objects import objects, of_kind
from gpuplatform.kinds.cluster.pods import Pod, pods
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

_OWNERS: Final = ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet")


@check("dead-selector", Severity.ERROR, "Every selector matches the labels of some pod or namespace of the plan.")
def dead_selector(plan: Plan) -> Iterator[Violation]:
    for resource, body in objects(plan):
        namespace, spec = namespace_of(body), body.get("spec")
        if body["kind"] in _OWNERS and not selects(
            get_path(spec, "selector"), as_dict(get_path(spec, "template", "metadata", "labels"))
        ):
            yield Violation(f"{resource.name}: spec.selector does not match the labels of its own pods", resource)
        for path, selector in _of_pods(body):
            if namespace not in of_charts(plan) and not _selected(plan, namespace, selector):
                told = _told(plan, namespace, selector)
                yield Violation(f"{resource.name}: {path} matches no pod in namespace {namespace}; {told}", resource)
        if body["kind"] == "ServiceMonitor" and get_path(spec, "namespaceSelector") is None:
            selector = get_path(spec, "selector")
            if namespace not in of_charts(plan) and not _services(plan, namespace, selector):
                yield Violation(f"{resource.name}: spec.selector matches no Service in namespace {namespace}", resource)
        for path, selector in _of_namespaces(body):
            if selector is not None and not any(selects(selector, labels) for labels in namespaces(plan).values()):
                known = ", ".join(sorted(namespaces(plan)))
                yield Violation(f"{resource.name}: {path} matches no namespace; there is {known}", resource)


def _of_pods(body: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """Selectors of pods in the object's own namespace."""
    kind, spec = body["kind"], body.get("spec")
    if kind == "Service" and as_dict(get_path(spec, "selector")):
        yield "spec.selector", {"matchLabels": get_path(spec, "selector")}
    elif kind in ("PodDisruptionBudget", "PodMonitor") and get_path(spec, "namespaceSelector") is None:
        yield "spec.selector", get_path(spec, "selector")
    elif kind == "NetworkPolicy":
        yield "spec.podSelector", get_path(spec, "podSelector")
        for path, peer in _peers(spec):
            if get_path(peer, "podSelector") is not None and get_path(peer, "namespaceSelector") is None:
                yield f"{path}.podSelector", get_path(peer, "podSelector")


def _of_namespaces(body: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    if body["kind"] == "ClusterQueue":
        yield "spec.namespaceSelector", get_path(body.get("spec"), "namespaceSelector")
    elif body["kind"] == "NetworkPolicy":
        for path, peer in _peers(body.get("spec")):
            yield f"{path}.namespaceSelector", get_path(peer, "namespaceSelector")


def _peers(spec: Json) -> Iterator[tuple[str, Json]]:
    for direction, side in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(as_list(get_path(spec, direction))):
            for number, peer in enumerate(as_list(get_path(rule, side))):
                yield f"spec.{direction}[{index}].{side}[{number}]", peer


def _selected(plan: Plan, namespace: str, selector: Json) -> list[Pod]:
    return [pod for pod in pods(plan) if pod.namespace == namespace and selects(selector, pod.labels)]


def _services(plan: Plan, namespace: str, selector: Json) -> list[Mapping[str, Json]]:
    return [
        body
        for _, body in of_kind(plan, "Service")
        if namespace_of(body) == namespace and selects(selector, as_dict(get_path(body, "metadata", "labels")))
    ]


def _told(plan: Plan, namespace: str, selector: Json) -> str:
    """What pods have of the labels that are asked for."""
    keys = [
        *as_dict(get_path(selector, "matchLabels")),
        *(get_path(e, "key") for e in as_list(get_path(selector, "matchExpressions"))),
    ]
    there = {
        f"{k}={pod.labels[k]}" for pod in pods(plan) if pod.namespace == namespace for k in keys if k in pod.labels
    }
    return f"its pods have {', '.join(sorted(there)) or 'none of these labels'}"


@check("unknown-port", Severity.ERROR, "Every port that is named is one of the pods that are meant.")
def unknown_port(plan: Plan) -> Iterator[Violation]:
    for resource, body in objects(plan):
        for selector, path, name in _named_ports(body):
            yield from _unknown(resource, path, name, _selected(plan, namespace_of(body), selector))
        if body["kind"] == "ServiceMonitor":
            yield from _unknown_of_services(plan, resource, body)
    for pod in pods(plan):
        for container in pod.containers:
            for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
                for how in ("httpGet", "tcpSocket", "grpc"):
                    yield from _unknown(
                        pod.owner, f"{probe}.{how}.port", get_path(container, probe, how, "port"), [pod]
                    )


def _named_ports(body: Mapping[str, Json]) -> Iterator[tuple[Json, str, Json]]:
    """The pods' selector, the place and the port's name."""
    spec = body.get("spec")
    if body["kind"] == "Service" and as_dict(get_path(spec, "selector")):
        for index, port in enumerate(as_list(get_path(spec, "ports"))):
            yield (
                {"matchLabels": get_path(spec, "selector")},
                f"spec.ports[{index}].targetPort",
                get_path(port, "targetPort"),
            )
    elif body["kind"] == "PodMonitor":
        for index, endpoint in enumerate(as_list(get_path(spec, "podMetricsEndpoints"))):
            yield get_path(spec, "selector"), f"spec.podMetricsEndpoints[{index}].port", get_path(endpoint, "port")


def _unknown(resource: PlannedResource, path: str, name: Json, pods: list[Pod]) -> Iterator[Violation]:
    """Of names, and of a service's numbers where its pods say theirs: to say a port is not a must."""
    known = {port for pod in pods for port in pod.ports()}
    if isinstance(name, str) and not name.isdigit() and pods and name not in known:
        yield Violation(
            f"{resource.name}: {path}: no port is called {name}; there is {', '.join(sorted(known)) or 'none'}",
            resource,
        )
    numbers = {
        get_path(port, "containerPort")
        for pod in pods
        for c in pod.containers
        for port in as_list(get_path(c, "ports"))
    }
    if resource.type.endswith(":Service") and isinstance(name, int) and numbers and name not in numbers:
        yield Violation(
            f"{resource.name}: {path}: no port is {name}; there is {', '.join(sorted(map(str, numbers)))}", resource
        )


def _unknown_of_services(plan: Plan, resource: PlannedResource, body: Mapping[str, Json]) -> Iterator[Violation]:
    """A ServiceMonitor names the ports of services."""
    spec = body.get("spec")
    found = _services(plan, namespace_of(body), get_path(spec, "selector"))
    known = {str(get_path(port, "name")) for service in found for port in as_list(get_path(service, "spec", "ports"))}
    for index, endpoint in enumerate(as_list(get_path(spec, "endpoints"))):
        name = get_path(endpoint, "port")
        if found and isinstance(name, str) and name not in known:
            told = ", ".join(sorted(known - {"None"})) or "none with a name"
            yield Violation(
                f"{resource.name}: spec.endpoints[{index}].port: no service has {name}; there is {told}", resource
            )
