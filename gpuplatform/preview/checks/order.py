"""Whether it can be taken down again: objects, node pools, node classes, controllers, node groups, cluster, network.

Destruction runs against the dependencies. A controller that goes before its objects leaves finalizers that nobody
answers, and instances and network interfaces that no state knows.
"""

from __future__ import annotations

from collections.abc import Iterator

from gpuplatform.catalog.nodes import POOL_LABEL
from gpuplatform.kinds.cluster.names import chart
from gpuplatform.kinds.cluster.node_properties import labels, node_class
from gpuplatform.kinds.tokens import CLUSTERS, NODE_CLASS, NODE_GROUP, NODE_POOL, RELEASE, SUBNET
from gpuplatform.plan.graph import Graph
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict, as_list
from gpuplatform.preview.checking.check import Severity, Violation, check


@check("destroy-order", Severity.ERROR, "Nothing is destroyed before what relies on it is gone.")
def destroy_order(plan: Plan) -> Iterator[Violation]:
    graph = Graph(plan)
    for resource, what, candidates in _relied_on(plan):
        if candidates and not graph.reaches(resource.urn).intersection(c.urn for c in candidates):
            names = " or ".join(c.name for c in candidates[:3])
            yield Violation(f"{resource.name}: must depend on {what} ({names}), or that is destroyed first", resource)


def _relied_on(plan: Plan) -> Iterator[tuple[PlannedResource, str, list[PlannedResource]]]:
    """Who must outlive whom: a resource, a word for what it relies on, and the resources of which one will do."""
    clusters = [r for type_ in CLUSTERS for r in plan.all(type_)]
    groups = plan.all(NODE_GROUP)
    karpenter = [r for r in plan.all(RELEASE) if "karpenter" in chart(r)]
    for pool in plan.all(NODE_POOL):
        own = node_class(plan, pool)
        yield pool, "its node class", [own] if own else []
    for one in plan.all(NODE_CLASS):
        yield one, "the controller", karpenter
    for release in plan.all(RELEASE):
        yield release, "nodes to run on", groups
    for group in groups:
        yield group, "the cluster", clusters
    for resource in plan.resources:
        # One without a provider of ours is the business of explicit-provider.
        if resource.type.startswith("kubernetes:") and resource.provider:
            yield resource, "the cluster", clusters
    for cluster in clusters:
        yield cluster, "the network", plan.all(SUBNET)
    yield from _on_pools(plan)


def _on_pools(plan: Plan) -> Iterator[tuple[PlannedResource, str, list[PlannedResource]]]:
    pools = {label: pool for pool in plan.all(NODE_POOL) if (label := labels(pool).get(POOL_LABEL))}
    for resource in plan.resources:
        if resource.type.startswith("kubernetes:") and resource.type != NODE_POOL:
            for label in _selected(resource.inputs):
                if label in pools:
                    yield resource, "the pool it runs on", [pools[label]]


def _selected(value: Json) -> Iterator[str]:
    """Pools that node selectors name, at any depth."""
    if isinstance(value, dict):
        for key, inner in as_dict(value).items():
            if key == "nodeSelector" and POOL_LABEL in as_dict(inner):
                yield str(as_dict(inner)[POOL_LABEL])
            yield from _selected(inner)
    elif isinstance(value, list):
        for inner in as_list(value):
            yield from _selected(inner)
