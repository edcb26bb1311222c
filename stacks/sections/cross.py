"""What no section can know alone: names in one that must exist in another, hardware that must be offered where it is asked for.

Each rule looks at the sections that parsed and yields problems; a section that did not parse is None and its rules wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network

from components.model_endpoint.variant import LONGEST_ENDPOINT_NAME
from gpuplatform.catalog import zones
from gpuplatform.catalog.instances import instance
from gpuplatform.sizing import efa, pods
from stacks.sections.cluster import ClusterSettings
from stacks.sections.data import DataSettings
from stacks.sections.governance import GovernanceSettings
from stacks.sections.network import NetworkSettings
from stacks.sections.owner import OwnerSettings
from stacks.sections.platform import PlatformSettings
from stacks.sections.serving import EksModel, SageMakerModel, ServingSettings
from stacks.sections.training import TrainingSettings
from stacks.sections.types import nearest


@dataclass(frozen=True, kw_only=True)
class Sections:
    """The sections as far as they parsed."""

    environment: str
    region: str | None = None
    owner: OwnerSettings | None = None
    network: NetworkSettings | None = None
    data: DataSettings | None = None
    cluster: ClusterSettings | None = None
    platform: PlatformSettings | None = None
    training: TrainingSettings | None = None
    serving: ServingSettings | None = None
    governance: GovernanceSettings | None = None


Problem = tuple[str, str]
"""A key path below `gpuplatform:` and a sentence."""


def zones_in_region(s: Sections) -> Iterator[Problem]:
    if s.network and s.region:
        for index, zone in enumerate(s.network.zones):
            if zones.region_of(zone) != s.region:
                yield f"network.zones[{index}]", f"{zone} lies in {zones.region_of(zone)}, but aws:region is {s.region}"
            elif zone in zones.eks_control_plane_excluded():
                yield (
                    f"network.zones[{index}]",
                    f"EKS places no control plane interfaces in {zone}; choose another of {', '.join(_usable(s.region))}",
                )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "no zone"


def _usable(region: str) -> list[str]:
    return [z for z in zones.zone_ids(region) if z not in zones.eks_control_plane_excluded()]


def address_plan(s: Sections) -> Iterator[Problem]:
    if not s.network:
        return
    try:
        s.network.plan()
    except ValueError as error:
        yield "network.cidr", str(error)
    for index, peer in enumerate(s.network.peers):
        if peer.overlaps(s.network.cidr):
            yield (
                f"network.peers[{index}]",
                f"{peer} overlaps the VPC's {s.network.cidr}; choose ranges that share no address",
            )


def service_range(s: Sections) -> Iterator[Problem]:
    if s.network and s.cluster:
        taken: tuple[IPv4Network, ...] = (s.network.cidr, *s.network.peers)
        for other in taken:
            if s.cluster.service_cidr.overlaps(other):
                yield (
                    "cluster.service_cidr",
                    f"{s.cluster.service_cidr} overlaps {other}; Kubernetes services need addresses of their own",
                )


def system_nodes_offered(s: Sections) -> Iterator[Problem]:
    if s.network and s.cluster and s.region:
        offered = zones.offered(s.cluster.system.instance, s.region)
        missing = [z for z in s.network.zones if z not in offered]
        if missing:
            yield (
                "cluster.system.instance",
                f"{s.cluster.system.instance} is not offered in {', '.join(missing)}; offered in {_listed(offered)}",
            )


def pools_offered(s: Sections) -> Iterator[Problem]:
    if not (s.network and s.cluster and s.region):
        return
    for name, pool in s.cluster.pools.items():
        offered = zones.offered(pool.instance, s.region)
        where = f"cluster.pools.{name}.zone"
        if pool.zone is None:
            if not set(offered) & set(s.network.zones):
                yield (
                    f"cluster.pools.{name}.instance",
                    f"{pool.instance} is offered in none of the network's zones; in {s.region}: {_listed(offered)}",
                )
        elif pool.zone not in s.network.zones:
            yield where, f"{pool.zone} is no zone of the network; accepted: {', '.join(s.network.zones)}"
        elif pool.zone not in offered:
            yield (
                where,
                f"{pool.instance} is not offered in {pool.zone}; in {s.region}: {_listed(offered)}",
            )


def pools_fit_their_subnet(s: Sections) -> Iterator[Problem]:
    if not (s.network and s.cluster):
        return
    try:
        plan = s.network.plan()
    except ValueError:
        return
    for name, pool in s.cluster.pools.items():
        if pool.zone is None or pool.zone not in plan.private:
            continue
        hardware = instance(pool.instance)
        subnet = plan.private[pool.zone]
        per_node = pods.addresses_per_node(
            hardware, efa.interfaces(hardware, efa=pool.with_efa), prefix_delegation=True
        )
        holds = pods.nodes_in_subnet(subnet.prefixlen, per_node)
        if pool.max_nodes > holds:
            yield (
                f"cluster.pools.{name}.buy",
                f"{pool.max_nodes} nodes of {pool.instance} do not fit {subnet}, which holds {holds}; fewer nodes or a larger network.cidr",
            )


def serving_pools_offered(s: Sections) -> Iterator[Problem]:
    if not (s.network and s.serving and s.region):
        return
    for name, pool in s.serving.pools.items():
        if pool.zone is not None and pool.zone not in s.network.zones:
            yield (
                f"serving.pools.{name}.zone",
                f"{pool.zone} is no zone of the network; accepted: {', '.join(s.network.zones)}",
            )
            continue
        for index, type_ in enumerate(pool.instances):
            offered = zones.offered(type_, s.region)
            if pool.zone is not None and pool.zone not in offered:
                yield (
                    f"serving.pools.{name}.instances[{index}]",
                    f"{type_} is not offered in {pool.zone}; in {s.region}: {_listed(offered)}",
                )
            elif not set(offered) & set(s.network.zones):
                yield (
                    f"serving.pools.{name}.instances[{index}]",
                    f"{type_} is offered in none of the network's zones; in {s.region}: {_listed(offered)}",
                )


def models_fit_their_pool(s: Sections) -> Iterator[Problem]:
    if not s.serving:
        return
    for name, model in s.serving.models.items():
        if not isinstance(model, EksModel):
            continue
        where = f"serving.models.{name}"
        pool = s.serving.pools.get(model.pool)
        if pool is None:
            yield f"{where}.pool", f"{model.pool} is no serving pool; {nearest(model.pool, s.serving.pools)}"
            continue
        for type_ in pool.instances:
            gpus = instance(type_).gpu_count
            if gpus % model.tensor_parallel:
                yield (
                    f"{where}.tensor_parallel",
                    f"{model.tensor_parallel} does not divide the {gpus} GPUs of {type_} in pool {model.pool}",
                )
        if model.replicas.max * model.tensor_parallel > pool.max_gpus:
            yield (
                f"{where}.replicas.max",
                f"{model.replicas.max} replicas of {model.tensor_parallel} GPUs exceed the {pool.max_gpus} of pool {model.pool}",
            )


def quotas_name_pools(s: Sections) -> Iterator[Problem]:
    if not (s.cluster and s.training):
        return
    owned: dict[str, int] = {}
    for team, quota in s.training.teams.items():
        for pool, gpus in quota.gpus.items():
            if pool not in s.cluster.pools:
                yield (
                    f"training.teams.{team}.gpus.{pool}",
                    f"{pool} is no pool of the cluster; {nearest(pool, s.cluster.pools)}",
                )
            else:
                owned[pool] = owned.get(pool, 0) + gpus
    for pool, gpus in owned.items():
        there = s.cluster.pools[pool].max_nodes * s.cluster.pools[pool].hardware.gpu_count
        if gpus > there:
            yield (
                "training.teams",
                f"the teams' quotas of pool {pool} sum to {gpus} GPUs, but at its maximum it has {there}",
            )


def jobs_fit_their_pool(s: Sections) -> Iterator[Problem]:
    if not (s.cluster and s.training):
        return
    for name, job in s.training.jobs.items():
        where = f"training.jobs.{name}"
        if job.team not in s.training.teams:
            yield f"{where}.team", f"{job.team} has no quota in training.teams; {nearest(job.team, s.training.teams)}"
        pool = s.cluster.pools.get(job.pool)
        if pool is None:
            yield f"{where}.pool", f"{job.pool} is no pool of the cluster; {nearest(job.pool, s.cluster.pools)}"
            continue
        gpus = pool.hardware.gpu_count
        if job.gpus_per_node > gpus:
            yield f"{where}.gpus_per_node", f"{job.gpus_per_node} is more than the {gpus} GPUs of {pool.instance}"
        elif pool.sharing and job.gpus_per_node > 1:
            yield f"{where}.gpus_per_node", f"{job.gpus_per_node}, but {job.pool} shares its GPUs; a pod gets 1 part"
        largest = max(rung.max for rung in pool.buy)
        if job.nodes > largest:
            yield (
                f"{where}.nodes",
                f"{job.nodes} nodes are more than any one way of buying {job.pool} gives ({largest})",
            )
        if job.nodes > 1 and pool.zone is None:
            yield (
                f"{where}.pool",
                f"{job.pool} spreads over zones and a job of {job.nodes} nodes must not; give the pool a zone",
            )


def lustre_in_network(s: Sections) -> Iterator[Problem]:
    if s.network and s.data and s.data.lustre and s.data.lustre.zone not in s.network.zones:
        yield (
            "data.lustre.zone",
            f"{s.data.lustre.zone} is no zone of the network; accepted: {', '.join(s.network.zones)}",
        )


def teams_are_known(s: Sections) -> Iterator[Problem]:
    """A team is known by its budget: who spends is told."""
    if not (s.owner and s.governance):
        return
    known = {s.owner.team, *s.governance.budgets.teams}
    used = {f"training.teams.{t}": t for t in (s.training.teams if s.training else {})}
    used |= {f"serving.models.{n}.team": m.team for n, m in (s.serving.models if s.serving else {}).items()}
    for where, team in used.items():
        if team not in known:
            yield where, f"{team} has no budget in governance.budgets.teams; {nearest(team, sorted(known))}"


def endpoints_have_names(s: Sections) -> Iterator[Problem]:
    if not (s.owner and s.serving):
        return
    for name, model in s.serving.models.items():
        if isinstance(model, SageMakerModel):
            physical = f"{s.owner.project}-{s.environment}-{name}"
            if len(physical) > LONGEST_ENDPOINT_NAME:
                too_long = len(physical) - LONGEST_ENDPOINT_NAME
                yield (
                    f"serving.models.{name}",
                    f"endpoint name {physical} is too long by {too_long}; shorten the model's name",
                )


RULES: tuple[Callable[[Sections], Iterator[Problem]], ...] = (
    zones_in_region,
    address_plan,
    service_range,
    system_nodes_offered,
    pools_offered,
    pools_fit_their_subnet,
    serving_pools_offered,
    models_fit_their_pool,
    quotas_name_pools,
    jobs_fit_their_pool,
    lustre_in_network,
    teams_are_known,
    endpoints_have_names,
)
