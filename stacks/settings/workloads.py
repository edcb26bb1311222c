"""Rules on what runs: names in one section that must exist in another, and sizes that must fit."""

from __future__ import annotations

from collections.abc import Iterator

from components.model_endpoint.variant import LONGEST_ENDPOINT_NAME
from gpuplatform.catalog.instances import instance
from gpuplatform.pools.devices import Devices
from stacks.settings.serving import EksModel, SageMakerModel
from stacks.settings.types import nearest
from stacks.settings.whole import Problem, Sections


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
        there = s.cluster.pools[pool].max_nodes * s.cluster.pools[pool].advertised.gpu_count
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
        gpus = pool.advertised.gpu_count
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


def claims_stand_alone(s: Sections) -> Iterator[Problem]:
    """Nodes that sleep are woken by the pods that need them, which no claim does; and where Kueue chooses nodes, it counts what they
    advertise, which is no device that is claimed (keps/2941-DRA, v0.19.2)."""
    for name, pool in s.cluster.pools.items() if s.cluster else ():
        if pool.devices is not Devices.DRA:
            continue
        where = f"cluster.pools.{name}.devices"
        if s.governance and s.governance.awake:
            yield (
                where,
                "dra, but governance.awake empties every group at night, and claims make no empty group grow; take plugin",
            )
        if s.training and s.training.topology_aware:
            yield (
                where,
                "dra, but training.topology_aware has Kueue choose nodes, which it cannot for claims; take plugin",
            )


def teams_are_known(s: Sections) -> Iterator[Problem]:
    """A team is known by its budget: who spends is told."""
    if not (s.owner and s.governance):
        return
    known = _known_teams(s)
    used = {f"training.teams.{t}": t for t in (s.training.teams if s.training else {})}
    used |= {f"serving.models.{n}.team": m.team for n, m in (s.serving.models if s.serving else {}).items()}
    used |= {f"cluster.pools.{n}.team": p.team for n, p in (s.cluster.pools if s.cluster else {}).items() if p.team}
    used |= {f"serving.pools.{n}.team": p.team for n, p in (s.serving.pools if s.serving else {}).items() if p.team}
    for where, team in used.items():
        if team not in known:
            yield where, f"{team} has no budget in governance.budgets.teams; {nearest(team, sorted(known))}"


def _known_teams(s: Sections) -> set[str]:
    return {*([s.owner.team] if s.owner else ()), *(s.governance.budgets.teams if s.governance else ())}


def dedicated_pools_are_of_one_team(s: Sections) -> Iterator[Problem]:
    """Who has a quota or a model on a pool would not pay for it where its nodes carry another team's tag."""
    owners = {name: pool.team for name, pool in (s.cluster.pools if s.cluster else {}).items() if pool.team}
    owners |= {name: pool.team for name, pool in (s.serving.pools if s.serving else {}).items() if pool.team}
    users = [
        (f"training.teams.{team}.gpus.{pool}", team, pool)
        for team, quota in (s.training.teams if s.training else {}).items()
        for pool, gpus in quota.gpus.items()
        if gpus
    ]
    users += [
        (f"serving.models.{name}.pool", model.team, model.pool)
        for name, model in (s.serving.models if s.serving else {}).items()
        if isinstance(model, EksModel)
    ]
    known = _known_teams(s)
    for where, team, pool in users:
        owner = owners.get(pool, team)
        if team != owner and {team, owner} <= known:
            yield (
                where,
                f"{team} uses pool {pool}, whose `team` is {owner} alone; leave `team` out of a pool that several share",
            )


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
