"""Whether scalers can scale: what their triggers need, whom they ask, and who else says how many copies there are"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gpuplatform.catalog.keda_triggers import FROM_ENVIRONMENT, TRIGGERS
from gpuplatform.kinds.cluster.copies import scalers
from gpuplatform.kinds.cluster.names import chart, namespace_of
from gpuplatform.kinds.cluster.objects import objects, of_kind
from gpuplatform.kinds.tokens import RELEASE
from gpuplatform.plan.model import SECRET, UNKNOWN, Json, Plan, PlannedResource
from gpuplatform.plan.quantity import whole
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

_ADDRESSES: Final = {
    "prometheus": "serverAddress",
    "loki": "serverAddress",
    "graphite": "serverAddress",
    "metrics-api": "url",
}
_WITHIN: Final = re.compile(
    r"(?:https?://)?([a-z0-9-]+)\.([a-z0-9-]+)(?:\.svc(?:\.cluster\.local)?)?(?::(\d+))?(?:/.*)?"
)
_STACK: Final = "kube-prometheus-stack"
_NO_SERVERS: Final = (
    "prometheus-operator-crds",
    "keda",
    "karpenter",
    "karpenter-crd",
    "cluster-autoscaler",
    "dcgm-exporter",
)
"""Charts that bring no server of metrics."""
_ADAPTERS: Final = ("prometheus-adapter", "keda", "datadog", "kube-metrics-adapter")
_SERVED_BY: Final = {
    "Pods": "custom.metrics.k8s.io",
    "Object": "custom.metrics.k8s.io",
    "External": "external.metrics.k8s.io",
}
"""Type of a metric → the API that it is asked of (kubernetes.io, "Horizontal Pod Autoscaling")."""
_LONGEST: Final = 26
"""Of the stack's name in those of its objects (prometheus-community/helm-charts, kube-prometheus-stack, templates/_helpers.tpl)."""


@check("trigger-metadata", Severity.ERROR, "Every trigger of KEDA is told all that it needs.")
def trigger_metadata(plan: Plan) -> Iterator[Violation]:
    for resource, where, trigger in _triggers(plan):
        row = TRIGGERS.get(str(get_path(trigger, "type")))
        given = as_dict(get_path(trigger, "metadata"))
        if row is None:
            continue
        needs = row.needs if get_path(trigger, "authenticationRef") else (*row.needs, *row.elsewhere)
        missing = [key for key in needs if given.get(key) in (None, "") and not given.get(key + FROM_ENVIRONMENT)]
        if missing:
            yield Violation(
                f"{resource.name}: {where}.metadata: a trigger {get_path(trigger, 'type')} needs {' and '.join(missing)}; without "
                "KEDA makes no scaler, and nothing scales",
                resource,
            )


@check("trigger-server", Severity.ERROR, "Whoever a trigger of KEDA asks is there.")
def trigger_server(plan: Plan) -> Iterator[Violation]:
    """Judged are names of services of this cluster, in namespaces that hold nothing but what the plan shows, or Prometheus' stack."""
    for resource, where, trigger in _triggers(plan):
        key = _ADDRESSES.get(str(get_path(trigger, "type")), "")
        address = get_path(trigger, "metadata", key) if key else None
        match = _WITHIN.fullmatch(str(address)) if address not in (None, SECRET, UNKNOWN) else None
        if match and (why := _absent(plan, match[1], match[2], match[3])):
            yield Violation(f"{resource.name}: {where}.metadata.{key}: {address}: {why}", resource)


def _absent(plan: Plan, name: str, namespace: str, port: str | None) -> str:
    """Why nobody answers there; empty if somebody does, or may."""
    services = {
        str(body["metadata"]["name"]): body for _, body in of_kind(plan, "Service") if namespace_of(body) == namespace
    }
    if name in services:
        ports = {str(get_path(p, "port")) for p in as_list(get_path(services[name], "spec", "ports"))}
        return (
            f"the service {name} has no port {port}; it has {', '.join(sorted(ports))}"
            if port and port not in ports
            else ""
        )
    inside = [r for r in plan.all(RELEASE) if (r.inputs.get("namespace") or "default") == namespace]
    others = [r for r in inside if chart(r) not in (*_NO_SERVERS, _STACK)]
    known = {one: "9090" for r in inside if chart(r) == _STACK for one in _of_stack(r)}
    if others or name in known:
        wrong = name in known and port not in (None, known[name])
        return f"Prometheus listens on {known[name]}, not on {port}" if wrong else ""
    there = sorted([*services, *known])
    return f"no service {name} is in namespace {namespace}; there is {', '.join(there) or 'none'}"


def _of_stack(release: PlannedResource) -> Iterator[str]:
    """Services at which the stack's Prometheus answers; none where it is switched off."""
    values = as_dict(release.inputs.get("values"))
    if get_path(values, "prometheus", "enabled") is False:
        return
    called = str(release.outputs.get("name") or release.inputs.get("name") or release.name)
    given = values.get("fullnameOverride")
    part = str(values.get("nameOverride") or _STACK)
    full = str(given) if given else called if part in called else f"{called}-{part}"
    yield from ("prometheus-operated", f"{full[:_LONGEST].rstrip('-')}-prometheus")


def _triggers(plan: Plan) -> Iterator[tuple[PlannedResource, str, Json]]:
    for resource, body in of_kind(plan, "ScaledObject", "ScaledJob"):
        for index, trigger in enumerate(as_list(get_path(body, "spec", "triggers"))):
            yield resource, f"spec.triggers[{index}]", trigger


@check("scaler-against-replicas", Severity.ERROR, "How many copies there are is said by the scaler alone.")
def scaler_against_replicas(plan: Plan) -> Iterator[Violation]:
    """Where the program states `replicas` too, every `pulumi up` sets them back, under load as well, and the scaler changes them again."""
    for resource, body in objects(plan):
        key = (str(body["kind"]), namespace_of(body), str(body["metadata"]["name"]))
        scaler = scalers(plan).get(key)
        stated = get_path(body, "spec", "replicas")
        if scaler and whole(stated, -1) >= 0 and not {"spec.replicas", "spec"} & set(resource.ignore_changes):
            yield Violation(
                f"{resource.name}: spec.replicas is {stated}, and {scaler.resource.name} scales it: every `pulumi up` would set it back. "
                'Leave replicas out, or add ignore_changes=["spec.replicas"]',
                resource,
            )


@check("metrics-unserved", Severity.ERROR, "Metrics that an autoscaler asks the cluster for are served by somebody.")
def metrics_unserved(plan: Plan) -> Iterator[Violation]:
    """Metrics of pods, of objects and from outside come from an adapter, which the cluster has not by itself."""
    if any(chart(release) in _ADAPTERS for release in plan.all(RELEASE)):
        return
    groups = {str(get_path(body, "spec", "group")) for _, body in of_kind(plan, "APIService")}
    for resource, body in of_kind(plan, "HorizontalPodAutoscaler"):
        asked = {str(get_path(metric, "type")) for metric in as_list(get_path(body, "spec", "metrics"))}
        for kind, group in _SERVED_BY.items():
            if kind in asked and group not in groups:
                yield Violation(
                    f"{resource.name}: spec.metrics: type {kind} is asked of {group}, which nothing in the plan serves; install "
                    "prometheus-adapter, or let KEDA scale it",
                    resource,
                )
