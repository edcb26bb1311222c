"""Two resources that the engine, the cluster or AWS would take for one."""

from __future__ import annotations

from collections.abc import Iterator

from gpuplatform.kinds.registry import all_kinds
from gpuplatform.plan.model import SECRET, UNKNOWN, Plan, PlanFeature, PlannedResource
from gpuplatform.plan.values import get_path
from gpuplatform.preview.checking.check import Severity, Violation, check


@check("duplicate-urn", Severity.ERROR, "Every resource has a URN of its own.", needs=(PlanFeature.DUPLICATES,))
def duplicate_urn(plan: Plan) -> Iterator[Violation]:
    for again in plan.duplicates:
        first = plan.by_urn.get(again.urn)
        where = f", first at {first.source}" if first and first.source else ""
        yield Violation(
            f"{again.name}: a {again.type} of this name is there already{where}; give one another name", again
        )


@check(
    "duplicate-object",
    Severity.ERROR,
    "No two Kubernetes objects of a kind share a name in a namespace of one cluster.",
)
def duplicate_object(plan: Plan) -> Iterator[Violation]:
    taken: dict[tuple[str, ...], str] = {}
    for resource in plan.resources:
        name = get_path(resource.inputs, "metadata", "name")
        if not (resource.type.startswith("kubernetes:") and isinstance(name, str)):
            continue
        namespace = str(get_path(resource.inputs, "metadata", "namespace") or "default")
        first = taken.setdefault((resource.provider_urn, resource.type, namespace, name), resource.urn)
        if first != resource.urn:
            other = plan.by_urn[first].name
            yield Violation(f"{resource.name}: {other} is already called {name} in namespace {namespace}", resource)


@check("duplicate-name", Severity.ERROR, "No two resources of a kind ask AWS for the same name.")
def duplicate_name(plan: Plan) -> Iterator[Violation]:
    for row in all_kinds().values():
        first: dict[tuple[str, ...], PlannedResource] = {}
        for resource in plan.all(row.token) if row.unique_name else ():
            name = resource.inputs.get(row.unique_name)
            if not isinstance(name, str) or name in (SECRET, UNKNOWN):
                continue
            # The same name is free elsewhere, and of another cluster's group.
            where = (resource.provider, *(str(resource.inputs.get(k)) for k in ("region", "clusterName")))
            other = first.setdefault((name, *where), resource)
            if other is not resource:
                yield Violation(
                    f"{resource.name}: {other.name} is called {name} already; leave {row.unique_name} out", resource
                )
