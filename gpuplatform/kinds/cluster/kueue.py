"""Kueue's objects as a plan shows them: flavours, their quotas, and the pods that wait in queues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gpuplatform.kinds.cluster import device_claims
from gpuplatform.kinds.cluster.names import namespace_of
from gpuplatform.kinds.cluster.node_launches import Launch, launches
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.kinds.cluster.pods import Pod, pods
from gpuplatform.plan.model import Json, Plan, PlannedResource, once
from gpuplatform.plan.values import as_dict, as_list, get_path

CONTROLLER: Final = "kueue.x-k8s.io/provisioning-request"
"""Of admission checks that wait for Cluster Autoscaler."""


@dataclass(frozen=True, kw_only=True)
class Flavor:
    resource: PlannedResource
    labels: Mapping[str, Json]
    """Of its nodes."""
    tolerations: list[Json]
    """Given to the pods that are admitted to it."""
    topology: str
    """Name of its topology; empty where it has none."""
    levels: tuple[str, ...] | None
    """Labels of the topology; None where the plan does not have it."""

    def nodes(self, plan: Plan) -> list[Launch]:
        return [one for one in launches(plan) if self.labels and self.labels.items() <= one.labels.items()]


@once
def flavors(plan: Plan) -> dict[str, Flavor]:
    """By name."""
    known = {
        str(body["metadata"]["name"]): tuple(
            str(get_path(one, "nodeLabel")) for one in as_list(get_path(body, "spec", "levels"))
        )
        for _, body in of_kind(plan, "Topology")
    }
    return {
        str(body["metadata"]["name"]): Flavor(
            resource=resource,
            labels=as_dict(get_path(body, "spec", "nodeLabels")),
            tolerations=as_list(get_path(body, "spec", "tolerations")),
            topology=(topology := str(get_path(body, "spec", "topologyName") or "")),
            levels=known.get(topology),
        )
        for resource, body in of_kind(plan, "ResourceFlavor")
    }


def groups(queue: Json) -> list[list[Json]]:
    """Flavours of each resource group of a queue's or a cohort's `spec`, in the order in which they are tried."""
    return [as_list(get_path(group, "flavors")) for group in as_list(get_path(queue, "resourceGroups"))]


def flavor_names(queue: Json) -> list[str]:
    return [str(get_path(flavor, "name")) for group in groups(queue) for flavor in group]


def quotas(queue: Json, resource: str) -> Iterator[tuple[str, Json]]:
    """Flavour and quota, for each flavour that has one of the resource."""
    for flavor in (flavor for group in groups(queue) for flavor in group):
        for quota in as_list(get_path(flavor, "resources")):
            if get_path(quota, "name") == resource:
                yield str(get_path(flavor, "name")), quota


@dataclass(frozen=True, kw_only=True)
class Queued:
    """Pods that wait in a queue that the plan has."""

    pod: Pod
    queue: str
    """The ClusterQueue."""
    spec: Json
    """Of the ClusterQueue."""
    asks: Mapping[str, float]
    """What Kueue charges to quotas: claimed devices as the resource that it maps their class to."""


@once
def queued(plan: Plan) -> tuple[Queued, ...]:
    specs = {str(body["metadata"]["name"]): body.get("spec") for _, body in of_kind(plan, "ClusterQueue")}
    local = {
        (namespace_of(body), str(body["metadata"]["name"])): str(get_path(body, "spec", "clusterQueue"))
        for _, body in of_kind(plan, "LocalQueue")
    }
    charged = device_claims.charged(plan)
    return tuple(
        Queued(
            pod=pod,
            queue=queue,
            spec=specs[queue],
            asks={charged.get(name, name): amount for name, amount in pod.asks.items()},
        )
        for pod in pods(plan)
        if (queue := local.get((pod.namespace, pod.queue), "")) in specs
    )
