"""Two resources that the engine would take for one."""

from __future__ import annotations

from collections.abc import Iterator

from gpuplatform.preview.check import Fault, Severity, check
from gpuplatform.preview.look import at
from gpuplatform.preview.plan import Part, Plan


@check("duplicate-urn", Severity.ERROR, "Every resource has a URN of its own.", needs=(Part.DUPLICATES,))
def duplicate_urn(plan: Plan) -> Iterator[Fault]:
    for again in plan.duplicates:
        first = plan.by_urn.get(again.urn)
        where = f", first at {first.source}" if first and first.source else ""
        yield Fault(f"{again.name}: a {again.type} of this name is there already{where}; give one another name", again)


@check("duplicate-object", Severity.ERROR, "No two Kubernetes objects of a kind share a name in a namespace.")
def duplicate_object(plan: Plan) -> Iterator[Fault]:
    taken: dict[tuple[str, str, str], str] = {}
    for resource in plan.resources:
        name = at(resource.inputs, "metadata", "name")
        if not (resource.type.startswith("kubernetes:") and isinstance(name, str)):
            continue
        namespace = str(at(resource.inputs, "metadata", "namespace") or "default")
        first = taken.setdefault((resource.type, namespace, name), resource.name)
        if first != resource.name:
            yield Fault(f"{resource.name}: {first} is already called {name} in namespace {namespace}", resource)
