"""Who uses a pool of GPU nodes: the team whose nodes it is, the teams with a quota of it, and the teams whose pods select it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gpuplatform.catalog.nodes import GPU, POOL_LABEL
from gpuplatform.kinds.cluster import kueue, node_properties
from gpuplatform.kinds.cluster.node_launches import Launch, launches, told
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.kinds.cluster.pods import Pod, pods
from gpuplatform.kinds.tokens import NODE_POOL
from gpuplatform.plan.model import Plan, PlannedResource, once
from gpuplatform.plan.quantity import exact
from gpuplatform.plan.values import as_dict, as_list, get_path

TEAM_LABELS = ("gpuplatform.io/team", "team")


@dataclass(frozen=True, kw_only=True)
class GpuPool:
    """Launches of one name, with GPUs: a pool's rungs, or a node group that nobody gave a pool."""

    name: str
    launches: tuple[Launch, ...]

    @property
    def owner(self) -> str:
        """The team that the tags of its instances name, or of what starts them; empty where they name none, or several."""
        teams = {_team(launch) for launch in self.launches}
        return teams.pop() if len(teams) == 1 else ""

    def capacity(self, plan: Plan) -> float:
        """GPUs of all its nodes, as they advertise them; 0 where nothing bounds them."""
        found = [_gpus(plan, launch) for launch in self.launches]
        return sum(found) if all(found) else 0

    def resources(self, plan: Plan) -> set[str]:
        """URNs of what starts its nodes, and of what the plan reserves for them."""
        held = (r for one in self.launches if one.how for r in node_properties.reservations(plan, one.how))
        return {one.resource.urn for one in self.launches} | {r.urn for r in held}


@once
def gpu_pools(plan: Plan) -> tuple[GpuPool, ...]:
    grouped: dict[str, list[Launch]] = {}
    for launch in launches(plan):
        if any(type_.gpu_count for type_ in launch.types):
            grouped.setdefault(launch.labels.get(POOL_LABEL) or launch.resource.name, []).append(launch)
    return tuple(GpuPool(name=name, launches=tuple(found)) for name, found in sorted(grouped.items()))


def quotas(plan: Plan, pool: GpuPool) -> dict[str, float]:
    """Team → GPUs of the pool that Kueue guarantees it. A ClusterQueue is of the team that its label names, else of the one of its
    name."""
    known = kueue.flavors(plan)
    owned: dict[str, float] = {}
    for _, body in of_kind(plan, "ClusterQueue"):
        labels = as_dict(get_path(body, "metadata", "labels"))
        team = next((str(labels[key]) for key in TEAM_LABELS if labels.get(key)), str(body["metadata"]["name"]))
        for flavor, quota in kueue.quotas(body.get("spec"), GPU):
            nodes = known[flavor].nodes(plan) if flavor in known else []
            gpus = float(exact(get_path(quota, "nominalQuota")) or 0)
            if gpus > 0 and _any_of(pool, nodes):
                owned[team] = owned.get(team, 0) + gpus
    return dict(sorted(owned.items()))


def workloads(plan: Plan, pool: GpuPool) -> Iterator[Pod]:
    """Pods that ask for GPUs and select the pool's nodes, and wait in no queue: what a queue admits counts as its quota."""
    for pod in pods(plan):
        selector = as_dict(pod.spec.get("nodeSelector"))
        if not pod.queue and gpus_of(pod) and selector and any(_selects(selector, one) for one in pool.launches):
            yield pod


def gpus_of(pod: Pod) -> float:
    """That one pod asks for: counted by the device plugin, or claimed."""
    return max(pod.asks.get(GPU, 0) + sum(pod.claimed.values()), 0)


def instance_tags(launch: Launch) -> dict[str, str]:
    """What a launch template or a node class tags its instances with; a node group's own tags do not reach them."""
    how = launch.how
    if how is None:
        return {}
    if how.inputs.get("spec") is not None:
        return _texts(get_path(how.inputs, "spec", "tags"))
    for specification in as_list(how.inputs.get("tagSpecifications")):
        if get_path(specification, "resourceType") == "instance":
            return _texts(get_path(specification, "tags"))
    return {}


def starter_tags(plan: Plan, resource: PlannedResource) -> dict[str, str] | None:
    """Tags of the instances that a resource starts; None where it starts none."""
    return next((instance_tags(one) for one in launches(plan) if one.resource.urn == resource.urn), None)


def _team(launch: Launch) -> str:
    inputs = launch.resource.inputs
    labels = as_dict(get_path(inputs, "metadata", "labels"))
    own = [inputs.get("tags"), inputs.get("tagsAll"), labels]
    named = (str(tags[key]) for tags in map(as_dict, own) for key in TEAM_LABELS if tags.get(key))
    return instance_tags(launch).get("team") or next(named, "")


def _texts(tags: object) -> dict[str, str]:
    return {key: str(value) for key, value in as_dict(tags).items()}


def _selects(selector: dict[str, object], launch: Launch) -> bool:
    return all(str(value) in launch.label_values.get(key, ()) for key, value in selector.items())


def _any_of(pool: GpuPool, nodes: list[Launch]) -> bool:
    return bool({one.resource.urn for one in nodes} & {one.resource.urn for one in pool.launches})


def _gpus(plan: Plan, launch: Launch) -> float:
    if launch.resource.type == NODE_POOL:
        return float(exact(node_properties.gpu_limit(launch.resource)) or 0)
    _, advertised = told(plan, launch).get(f"resources/{GPU}", (None, ""))
    each = float(exact(advertised) or 0) or max((type_.gpu_count for type_ in launch.types), default=0)
    return (launch.most or 0) * each
