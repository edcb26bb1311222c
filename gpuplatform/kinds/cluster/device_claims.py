"""What the pods of a plan claim: devices by class (Dynamic Resource Allocation)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import yaml

from gpuplatform.catalog.device_classes import OF_RESOURCE
from gpuplatform.kinds.cluster.names import chart, namespace_of
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.kinds.tokens import RELEASE
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict, as_list, get_path

KINDS = {"ResourceClaim": ("spec",), "ResourceClaimTemplate": ("spec", "spec")}
"""Kind → where it says what is claimed."""

Named = Mapping[tuple[str, str, str], Mapping[str, float]]
"""Kind, namespace and name → devices by class."""


def by_name(plan: Plan) -> Named:
    return {
        (
            kind,
            namespace_of(body),
            str(get_path(body, "metadata", "name")),
        ): counted(requests)
        for _, kind, body, requests in every(plan)
    }


def every(plan: Plan) -> Iterator[tuple[PlannedResource, str, Mapping[str, Json], list[Json]]]:
    """Each claim or template: its resource, kind and object, and its requests."""
    for resource, body in of_kind(plan, *KINDS):
        kind = str(body["kind"])
        yield resource, kind, body, as_list(get_path(body, *KINDS[kind], "devices", "requests"))


def counted(requests: list[Json]) -> dict[str, float]:
    """Devices by class. What may be one class or another, or all that there are, has no number."""
    total: dict[str, float] = {}
    for exactly in (as_dict(get_path(request, "exactly")) for request in requests):
        if exactly.get("allocationMode", "ExactCount") == "ExactCount" and "deviceClassName" in exactly:
            name = str(exactly["deviceClassName"])
            total[name] = total.get(name, 0) + float(exactly.get("count") or 1)
    return total


def charged(plan: Plan) -> dict[str, str]:
    """Class of devices → the resource whose quota Kueue charges with it, as its release is told; what everybody would write where the
    plan does not show what it is told."""
    for release in plan.all(RELEASE):
        if chart(release) == "kueue":
            written = get_path(release.inputs.get("values"), "managerConfig", "controllerManagerConfigYaml")
            if not isinstance(written, str):
                break
            told: Json = yaml.safe_load(written)
            return {
                str(name): str(get_path(one, "name"))
                for one in as_list(get_path(told, "resources", "deviceClassMappings"))
                for name in as_list(get_path(one, "deviceClassNames"))
            }
    return {name: resource for resource, name in OF_RESOURCE.items()}


def of_pod(known: Named, namespace: str, spec: Mapping[str, Json]) -> dict[str, float]:
    """What one pod claims for itself: a claim that it names may be others' as well, and counts once all the same."""
    total: dict[str, float] = {}
    for claim in as_list(spec.get("resourceClaims")):
        for kind, key in (
            ("ResourceClaim", "resourceClaimName"),
            ("ResourceClaimTemplate", "resourceClaimTemplateName"),
        ):
            for name, amount in known.get((kind, namespace, str(get_path(claim, key))), {}).items():
                total[name] = total.get(name, 0) + amount
    return total
