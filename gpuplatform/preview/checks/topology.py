"""Whether Kueue can place the pods of jobs where topologies say so

A flavour with a topology lets Kueue choose nodes, of those that bear the labels of all its levels: what bears them not, it does not
see, and a job waits for ever (kubernetes-sigs/kueue v0.19.2, pkg/scheduler/flavorassigner/tas_flavorassigner.go and
pkg/util/tas/node.go).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from gpuplatform.catalog.nodes import POOL_LABEL
from gpuplatform.catalog.topology import LAYER, network_layers
from gpuplatform.kinds.cluster.kueue import CONTROLLER, Flavor, Queued, flavor_names, flavors, queued
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.plan.model import Json, Plan
from gpuplatform.plan.values import as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

_ASKED: Final = ("kueue.x-k8s.io/podset-required-topology", "kueue.x-k8s.io/podset-preferred-topology")
_ANY: Final = "kueue.x-k8s.io/podset-unconstrained-topology"


def _of(spec: Json, known: Mapping[str, Flavor]) -> dict[str, Flavor]:
    """Flavours of a queue."""
    return {name: known[name] for name in flavor_names(spec) if name in known}


def _asking(plan: Plan) -> Iterator[tuple[Queued, Mapping[str, Json], list[Flavor], list[Flavor]]]:
    """Queued pods, their annotations, the flavours of their pool, and all of their queue."""
    known = flavors(plan)
    for one in queued(plan):
        there = list(_of(one.spec, known).values())
        own = [flavor for flavor in there if flavor.labels.get(POOL_LABEL) in (one.pod.pool, None)]
        if own:
            yield one, one.pod.annotations, own, there


@check("topology-level", Severity.ERROR, "The level at which a job asks to be placed is one of its pool's topology.")
def topology_level(plan: Plan) -> Iterator[Violation]:
    for one, said, own, _ in _asking(plan):
        for key in _ASKED:
            level = said.get(key)
            if level is None or any(f.topology and (f.levels is None or level in f.levels) for f in own):
                continue
            there = sorted({label for f in own for label in f.levels or ()})
            yield Violation(
                f"{one.pod.owner.name}: {key}: {level} is no level of the topology of pool {one.pod.pool}, which has "
                f"{', '.join(there) or 'none'}; Kueue would never admit it",
                one.pod.owner,
            )


@check(
    "topology-unasked",
    Severity.ERROR,
    "A job that asks for no topology has a flavour without one, or a queue that has no other.",
)
def topology_unasked(plan: Plan) -> Iterator[Violation]:
    """In a queue whose flavours all have a topology, every job is placed; in a mixed one, those only that ask."""
    for one, said, own, there in _asking(plan):
        asks = any(key in said for key in (*_ASKED, _ANY))
        if not asks and all(f.topology for f in own) and not all(f.topology for f in there):
            yield Violation(
                f"{one.pod.owner.name}: asks for no topology, and in queue {one.queue} every flavour of pool {one.pod.pool} has one; "
                f"annotate its pods with {_ANY}, or give all flavours of the queue a topology",
                one.pod.owner,
            )


@check("topology-of-claims", Severity.ERROR, "No pods that claim devices are placed by a topology.")
def topology_of_claims(plan: Plan) -> Iterator[Violation]:
    """Kueue counts claims in quotas and not on nodes (KEP-2941 at v0.19.2): it would take nodes for free whose devices are taken."""
    for one, _, own, _ in _asking(plan):
        if one.pod.claimed and all(f.topology for f in own):
            yield Violation(
                f"{one.pod.owner.name}: claims {', '.join(sorted(one.pod.claimed))}, and every flavour of pool {one.pod.pool} has a "
                "topology; take one of the two away",
                one.pod.owner,
            )


@check(
    "topology-label",
    Severity.ERROR,
    "AWS gives the nodes of a flavour every label of network layers that its topology names.",
)
def topology_label(plan: Plan) -> Iterator[Violation]:
    for flavor in flavors(plan).values():
        wanted = [label for label in flavor.levels or () if label.startswith(LAYER)]
        types = {type_.name for launch in flavor.nodes(plan) for type_ in launch.types}
        for name in sorted(types):
            if missing := [label for label in wanted if label not in network_layers(name, plan.region)]:
                yield Violation(
                    f"{flavor.resource.name}: topology {flavor.topology} has the level {missing[0]}, which nodes of {name} do not bear in "
                    f"{plan.region}; Kueue would not see them",
                    flavor.resource,
                )


@check(
    "topology-of-empty-nodes",
    Severity.ERROR,
    "Where groups start empty, Kueue waits for their nodes before it places pods on them.",
)
def topology_of_empty_nodes(plan: Plan) -> Iterator[Violation]:
    """By an admission check on ProvisioningRequests; without one it places pods on the nodes that are ready, which are none."""
    known = flavors(plan)
    checks = {
        str(body["metadata"]["name"]): get_path(body, "spec", "controllerName")
        for _, body in of_kind(plan, "AdmissionCheck")
    }
    for resource, body in of_kind(plan, "ClusterQueue"):
        waits = [c for c in _checks(body) if checks.get(c[0]) in (CONTROLLER, None)]
        for name, flavor in _of(body.get("spec"), known).items():
            empty = [n for n in flavor.nodes(plan) if not get_path(n.resource.inputs, "scalingConfig", "minSize")]
            if flavor.levels and empty and not any(not only or name in only for _, only in waits):
                yield Violation(
                    f"{resource.name}: {name} has a topology and {empty[0].resource.name} starts empty, but no admission check on "
                    "ProvisioningRequests makes its nodes first; nothing would ever be admitted",
                    resource,
                )


def _checks(queue: Json) -> list[tuple[str, list[str]]]:
    """Admission checks of a queue, each with the flavours that it is limited to."""
    strategy = as_list(get_path(queue, "spec", "admissionChecksStrategy", "admissionChecks"))
    return [(str(get_path(c, "name")), [str(f) for f in as_list(get_path(c, "onFlavors"))]) for c in strategy]
