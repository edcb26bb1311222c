"""Training: who may use which GPUs, the teams' rights to data, and the jobs that the platform itself carries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components import encryption_key
from components.iam import Statement
from components.lake_bucket import read_prefix, read_write_prefix
from components.pod_identity import PodIdentity, PodIdentityArgs
from components.team_access import TeamAccess, TeamAccessArgs
from gpuplatform.catalog import topology
from gpuplatform.pools.managed import ManagedPool
from gpuplatform.pools.teams import namespace_name
from k8s.gpu_nodes import KueuePool
from k8s.job_files import MOUNT, Files
from k8s.lustre_volume import LustreVolume, LustreVolumeArgs
from k8s.namespace import service_account
from k8s.queues import Queues, QueuesArgs, Team
from k8s.team_namespace import TeamNamespace, TeamNamespaceArgs
from k8s.team_policies import TeamPolicies
from k8s.training_job import Checkpoints, Place, Shape, TrainingJob, TrainingJobArgs
from stacks.cluster import ClusterLayer
from stacks.data import DataLayer
from stacks.platform import PlatformLayer
from stacks.settings.context import Context
from stacks.settings.training import TeamSettings, TrainingJobSettings, TrainingSettings

READ = ("raw", "curated", "features", "models")
"""Lake zones that every team's jobs read whole."""
SAVED = "checkpoints"
"""The zone that they read and write below their team's name."""


@dataclass(frozen=True, kw_only=True)
class TrainingLayer:
    queues: Queues
    jobs: Mapping[str, pulumi.Output[str]]
    """Job of the settings → its JobSet."""


def build(
    settings: TrainingSettings,
    context: Context,
    cluster: ClusterLayer,
    platform: PlatformLayer,
    data: DataLayer,
    pools: Mapping[str, ManagedPool],
) -> TrainingLayer:
    tags = context.tags.of(component="training")
    on_cluster = pulumi.ResourceOptions(provider=cluster.provider, depends_on=[cluster.after])
    known = {
        name: KueuePool(name=name, pool=pool, levels=_levels(pool, settings, context.account.region))
        for name, pool in pools.items()
    }
    policies = TeamPolicies("teams", tags, on_cluster)
    homes = {
        team: TeamNamespace(
            f"team-{team}",
            TeamNamespaceArgs(
                team=team,
                # Pods with EFA pin memory, which only the widest level allows; the policies take the rest away again.
                enforce="privileged" if any(pools[name].uses_efa for name in _pools(owned, pools)) else "baseline",
                folder=_folder(team, data),
                readable=_readable(data),
                policies=policies.names,
                tags=tags.of(team=team),
            ),
            on_cluster,
        )
        for team, owned in settings.teams.items()
    }
    for team, owned in settings.teams.items():
        if owned.members:
            args = TeamAccessArgs(
                group=namespace_name(team),
                members=owned.members,
                tags=tags.of(team=team),
                cluster_name=cluster.name,
            )
            TeamAccess(f"people-{team}", args)
    queues = Queues(
        "queues",
        QueuesArgs(
            pools=list(known.values()),
            teams={name: Team(gpus=quota.gpus, borrow=quota.borrow) for name, quota in settings.teams.items()},
            tags=tags,
            namespaces={team: home.namespace for team, home in homes.items()},
            operator=platform.kueue,
        ),
        pulumi.ResourceOptions(providers=[cluster.provider]),
    )
    accounts = {team: _account(team, context, cluster, data, homes[team].namespace) for team in settings.teams}
    files = {team: _files(team, context, cluster, data, home.namespace) for team, home in homes.items()}
    jobs = {
        name: TrainingJob(
            name,
            TrainingJobArgs(
                shape=Shape(
                    pool=known[job.pool],
                    nodes=job.nodes,
                    gpus_per_node=job.gpus_per_node,
                ),
                image=job.image,
                command=job.command,
                checkpoints=_checkpoints(name, job, data, files[job.team]),
                metrics_port=job.metrics_port,
                queue=None if job.suspended else job.team,
                place=Place(
                    namespace=homes[job.team].name,
                    service_account=accounts[job.team].metadata.name,
                    after=[platform.jobset, queues.local_queues[job.team]],
                ),
                tags=tags.of(team=job.team),
            ),
            pulumi.ResourceOptions(providers=[cluster.provider]),
        )
        for name, job in settings.jobs.items()
    }
    return TrainingLayer(queues=queues, jobs={name: job.name for name, job in jobs.items()})


def _levels(pool: ManagedPool, settings: TrainingSettings, region: str) -> tuple[str, ...]:
    if not settings.topology_aware:
        return ()
    several = pool.uses_efa and any(option.max > 1 for option in pool.buy)
    layers = topology.network_layers(pool.instance, region) if several else ()
    return (*layers, topology.NODE)


def _account(
    team: str,
    context: Context,
    cluster: ClusterLayer,
    data: DataLayer,
    home: kubernetes.core.v1.Namespace,
) -> kubernetes.core.v1.ServiceAccount:
    tags = context.tags.of(component="training", team=team)
    identity = PodIdentity(
        f"training-{team}",
        PodIdentityArgs(
            namespace=namespace_name(team),
            service_account=team,
            tags=tags.aws(Name=f"training-{team}"),
            cluster_name=cluster.name,
            statements=_rights(team, data),
        ),
    )
    return service_account(
        f"training-{team}",
        namespace=home.metadata.name,
        account=team,
        labels=tags.labels(),
        opts=pulumi.ResourceOptions(provider=cluster.provider, depends_on=[identity]),
    )


def _rights(team: str, data: DataLayer) -> list[Statement]:
    read = [statement for zone in READ for statement in read_prefix(data.buckets[zone].arn)]
    saved = read_write_prefix(data.buckets[SAVED].arn, f"{team}/")
    return [*read, *saved, *([encryption_key.encrypt(data.key_arn)] if data.key_arn is not None else [])]


def _pools(owned: TeamSettings, pools: Mapping[str, ManagedPool]) -> Iterable[str]:
    """Those that a team's jobs may run on: what it owns, and where it may borrow, all."""
    return pools if owned.borrow else [name for name, gpus in owned.gpus.items() if gpus and name in pools]


def _folder(team: str, data: DataLayer) -> str | None:
    return f"{SAVED}/{team}" if SAVED in data.folders else None


def _readable(data: DataLayer) -> list[str]:
    """What is read-only in the lake is so on the file system."""
    return [folder for folder in data.folders if folder in READ]


def _files(
    team: str, context: Context, cluster: ClusterLayer, data: DataLayer, home: kubernetes.core.v1.Namespace
) -> Files | None:
    system = data.file_system
    if system is None:
        return None
    volume = LustreVolume(
        f"lustre-{team}",
        LustreVolumeArgs(
            zone=system.zone,
            tags=context.tags.of(component="training", team=team),
            namespace=home.metadata.name,
            file_system_id=system.id,
            dns_name=system.dns_name,
            mount_name=system.mount_name,
        ),
        pulumi.ResourceOptions(providers=[cluster.provider]),
    )
    return Files(claim=volume.claim_name, folder=_folder(team, data), readable=_readable(data))


def _checkpoints(name: str, job: TrainingJobSettings, data: DataLayer, files: Files | None) -> Checkpoints:
    """On the file system where it has a folder for them, else in the lake; either way below team and job."""
    if files is not None and files.folder is not None:
        return Checkpoints(path=f"{MOUNT}/{files.folder}/{name}", minutes=job.checkpoint_minutes, files=files)
    path = pulumi.Output.concat("s3://", data.buckets[SAVED].name, f"/{job.team}/{name}/")
    return Checkpoints(path=path, minutes=job.checkpoint_minutes, files=files)
