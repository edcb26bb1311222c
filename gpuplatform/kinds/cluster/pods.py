"""The pods of a plan: every template of pods that an object on the cluster holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from gpuplatform.catalog.nodes import POOL_LABEL
from gpuplatform.kinds.cluster import device_claims
from gpuplatform.kinds.cluster.names import QUEUE_LABEL, namespace_of
from gpuplatform.kinds.cluster.objects import objects
from gpuplatform.plan.model import Json, Plan, PlannedResource, once
from gpuplatform.plan.quantity import quantity, whole
from gpuplatform.plan.values import as_dict, as_list, get_path


@dataclass(frozen=True, kw_only=True)
class Pod:
    """Pods of one template."""

    owner: PlannedResource
    namespace: str
    labels: Mapping[str, Json]
    annotations: Mapping[str, Json]
    spec: Mapping[str, Json]
    queue: str
    """Kueue's queue of the object; empty where there is none."""
    together: int
    """Pods that must run at once."""
    claimed: Mapping[str, float]
    """Devices that a pod claims, by class."""

    @property
    def pool(self) -> str | None:
        """The pool that it selects."""
        value = get_path(self.spec, "nodeSelector", POOL_LABEL)
        return str(value) if value else None

    @property
    def containers(self) -> list[Json]:
        return [*as_list(self.spec.get("initContainers")), *as_list(self.spec.get("containers"))]

    def ports(self) -> set[str]:
        """Names of its containers' ports."""
        return {
            str(get_path(port, "name"))
            for c in self.containers
            for port in as_list(get_path(c, "ports"))
            if get_path(port, "name")
        }

    @cached_property
    def asks(self) -> dict[str, float]:
        """Sum of its containers' requests, a limit alone being a request as well, and what it claims."""
        total = dict(self.claimed)
        for container in as_list(self.spec.get("containers")):
            given = as_dict(get_path(container, "resources", "limits")) | as_dict(
                get_path(container, "resources", "requests")
            )
            for name, amount in given.items():
                total[name] = total.get(name, 0) + quantity(amount)
        return total


@once
def pods(plan: Plan) -> tuple[Pod, ...]:
    known = device_claims.by_name(plan)
    return tuple(
        Pod(
            owner=resource,
            namespace=(namespace := namespace_of(body)),
            labels=as_dict(get_path(template, "metadata", "labels")),
            annotations=as_dict(get_path(template, "metadata", "annotations")),
            spec=(spec := as_dict(template.get("spec"))),
            queue=str(get_path(body, "metadata", "labels", QUEUE_LABEL) or ""),
            together=together,
            claimed=device_claims.of_pod(known, namespace, spec),
        )
        for resource, body in objects(plan)
        for template, together in _templates(body, 1)
    )


def _templates(value: Json, together: int) -> Iterator[tuple[dict[str, Json], int]]:
    """Pod templates at any depth: whatever has a `spec` with containers. With the pods that a job above them runs in parallel, or that
    make up one group of leader and workers, or of Ray's workers. A pod is one itself."""
    if isinstance(value, dict):
        body = as_dict(value)
        if isinstance(get_path(body, "spec", "containers"), list):
            yield body, together
            return
        of_jobs = get_path(body, "template", "spec", "template") is not None
        of_workers = "groupName" in body
        together *= whole(body.get("parallelism") or ((of_jobs or of_workers) and body.get("replicas")), 1)
        together *= whole(body.get("size"), 1) if "workerTemplate" in body else 1
        for inner in body.values():
            yield from _templates(inner, together)
    elif isinstance(value, list):
        for inner in as_list(value):
            yield from _templates(inner, together)
