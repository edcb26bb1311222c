"""What is sent to the cluster: by whose hand, in which order, and whether the API server knows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, cast

from gpuplatform.catalog.custom_resources import GROUPS
from gpuplatform.kinds.cluster.names import chart
from gpuplatform.kinds.cluster.objects import objects
from gpuplatform.kinds.tokens import CLUSTERS, RELEASE
from gpuplatform.plan.graph import Graph
from gpuplatform.plan.model import SECRET, UNKNOWN, Json, Plan, PlannedResource, once
from gpuplatform.plan.values import as_dict
from gpuplatform.preview.checking.check import Severity, Violation, check
from gpuplatform.preview.checking.kubernetes_rules import violations
from gpuplatform.preview.checking.sdk_types import input_class


@once
def custom_resources(plan: Plan) -> list[PlannedResource]:
    """Objects of kinds that the SDK does not know, for Kubernetes itself does not have them."""
    return [r for r in plan.resources if r.type.startswith("kubernetes:") and input_class(r.type) is None]


@check("explicit-provider", Severity.ERROR, "Every Kubernetes object names the provider of our cluster.")
def explicit_provider(plan: Plan) -> Iterator[Violation]:
    ours = {p.urn for p in plan.all("pulumi:providers:kubernetes")}
    for resource in plan.resources:
        if resource.type.startswith("kubernetes:") and resource.provider_urn not in ours:
            yield Violation(f"{resource.name}: no provider: it would go wherever the local kubeconfig points", resource)


@check("custom-resource-order", Severity.ERROR, "A custom resource waits for the release that brings its definition.")
def custom_resource_order(plan: Plan) -> Iterator[Violation]:
    graph, releases = Graph(plan), {r.urn: chart(r) for r in plan.all(RELEASE)}
    for resource in custom_resources(plan):
        group = GROUPS.get(_group_version(resource)[0])
        reached = {releases[urn] for urn in graph.reaches(resource.urn) if urn in releases}
        if group and group.charts and not reached.intersection(group.charts):
            kind, charts = resource.type.rsplit(":", 1)[-1], " or ".join(group.charts)
            yield Violation(
                f"{resource.name}: does not depend on the release of {charts}, which brings {kind}", resource
            )


@check("custom-resource-version", Severity.ERROR, "A custom resource is of a group, version and kind that is served.")
def custom_resource_version(plan: Plan) -> Iterator[Violation]:
    for resource in custom_resources(plan):
        group, version = _group_version(resource)
        kind = resource.type.rsplit(":", 1)[-1]
        known = GROUPS.get(group)
        if known is None:
            yield Violation(f"{resource.name}: no chart that we know brings the group {group}", resource)
        elif kind not in known.kinds:
            yield Violation(
                f"{resource.name}: {group} has no {kind}; it has {', '.join(sorted(known.kinds))}", resource
            )
        elif known.kinds[kind] != version:
            yield Violation(f"{resource.name}: {kind} is {group}/{known.kinds[kind]}, not {version}", resource)


@check("manifest", Severity.ERROR, "Every object is valid, strictly, for the cluster's version of Kubernetes.")
def manifest(plan: Plan) -> Iterator[Violation]:
    version = cluster_version(plan)
    for resource, body in objects(plan):
        native = input_class(resource.type) is not None
        yield from (violation.of(resource) for violation in violations(body, native=native))
        if not version or not native:
            continue
        validator = _validator(version, str(body["apiVersion"]), str(body["kind"]))
        if validator is None:
            yield Violation(
                f"{resource.name}: Kubernetes {version} has no {body['kind']} of {body['apiVersion']}", resource
            )
            continue
        for error in validator.iter_errors(without_secrets(body)):
            place = error.json_path.removeprefix("$.").removeprefix("$") or body["kind"]
            yield Violation(f"{resource.name}: {place}: {error.message[:200]}", resource)


@check("cluster-version", Severity.ERROR, "The cluster's version is one of Kubernetes that is known.")
def known_cluster_version(plan: Plan) -> Iterator[Violation]:
    """From the oldest whose definitions are known to one after the newest."""
    from kubernetes_validate.utils import all_versions

    known = sorted({_numbers(v)[:2] for v in all_versions()})
    newest = (known[-1][0], known[-1][1] + 1)
    for cluster in (c for type_ in CLUSTERS for c in plan.all(type_)):
        version = cluster.inputs.get("version")
        if version in (None, SECRET, UNKNOWN):
            continue
        if not known[0] <= _numbers(str(version)) <= newest or not re.fullmatch(r"\d+\.\d+", str(version)):
            span = f"{'.'.join(map(str, known[0]))} to {'.'.join(map(str, newest))}"
            yield Violation(
                f"{cluster.name}: version is {version}; Kubernetes {span} are known, written as 1.35", cluster
            )


def cluster_version(plan: Plan) -> str:
    """The Kubernetes version of the plan's cluster; empty where there is none."""
    clusters = [cluster for type_ in CLUSTERS for cluster in plan.all(type_)]
    return next((str(c.inputs["version"]) for c in clusters if c.inputs.get("version")), "")


@cache
def _validator(version: str, api_version: str, kind: str) -> Any:
    """A JSON Schema validator of a kind, or None if that version of Kubernetes does not have it.

    The library reads a megabyte and a half of definitions for each object (25 ms); here each file is read once.
    """
    import jsonschema
    from kubernetes_validate.utils import schema_contents
    from referencing import Resource

    group, _, own = api_version.rpartition("/")
    name = f"{kind.lower()}-{group.partition('.')[0]}-{own}" if group else f"{kind.lower()}-{own}"
    try:
        schema = schema_contents(f"{_folder(version)}/{name}.json", version)
    except OSError:  # no such file, or no name of one
        return None
    registry = Resource.from_contents(schema) @ _definitions(version)
    return jsonschema.Draft202012Validator(schema, registry=registry)


@cache
def structure(version: str, name: str) -> Any:
    """A JSON Schema validator of a structure that other objects hold, such as `api.core.v1.PodTemplateSpec`."""
    import jsonschema

    reference = f"https://kubernetes.io/api/_definitions.json#/$defs/io.k8s.{name}"
    return jsonschema.Draft202012Validator({"$ref": reference}, registry=_definitions(version))


@cache
def _definitions(version: str) -> Any:
    from kubernetes_validate.utils import schema_contents
    from referencing import Registry, Resource

    contents = schema_contents(f"{_folder(version)}/_definitions.json", version)
    return Resource.from_contents(contents) @ cast("Any", Registry)()


@cache
def _folder(version: str) -> str:
    """Schemas of the version, or of the newest that is not newer, or of the oldest that there are."""
    from kubernetes_validate.utils import all_versions

    wanted = _numbers(version)
    known = [v for v in all_versions() if _numbers(v)[:2] <= wanted[:2]] or [min(all_versions(), key=_numbers)]
    return f"kubernetes-json-schema/v{max(known, key=_numbers)}-local-strict"


def _numbers(version: str) -> tuple[int, ...]:
    """`1.35` → (1, 35); what is no version is older than all."""
    return tuple(int(part) for part in version.split(".")) if re.fullmatch(r"\d+(\.\d+)*", version) else (0,)


def without_secrets(value: Json) -> Json:
    """A secret structure stands as one text in a plan; it fits whatever its place takes."""
    if isinstance(value, dict):
        return {k: without_secrets(v) for k, v in as_dict(value).items() if v != SECRET}
    return value


def _group_version(resource: PlannedResource) -> tuple[str, str]:
    group, _, version = str(resource.inputs.get("apiVersion", "")).rpartition("/")
    return group, version
