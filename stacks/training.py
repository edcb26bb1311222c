"""Training: who may use which GPUs, the teams' rights to data, and the jobs that the platform itself carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components import encryption_key
from components.iam import Statement
from components.lake_bucket import read_prefix, read_write_prefix
from components.pod_identity import PodIdentity, PodIdentityArgs
from gpuplatform.catalog import topology
from gpuplatform.pools.managed import ManagedPool
from k8s.gpu_nodes import KueuePool
from k8s.lustre_volume import LustreVolume, LustreVolumeArgs
from k8s.namespace import namespace, service_account
from k8s.queues import Queues, QueuesArgs, Team
from k8s.training_job import MOUNT, Checkpoints, Place, Shape, TrainingJob, TrainingJobArgs
from stacks.cluster import ClusterLayer
from stacks.data import DataLayer
from stacks.platform import PlatformLayer
from stacks.settings.context import Context
from stacks.settings.training import TrainingJobSettings, TrainingSettings

READ = ("raw", "curated", "features", "models")
"""Lake zones that every team's jobs read whole; `checkpoints` they read and write below their team's name."""


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
    home = namespace(
        settings.namespace,
        # Pods with EFA pin memory, which only the widest level allows. What goes beyond the baseline is warned of.
        enforce="privileged" if any(pool.uses_efa for pool in pools.values()) else "baseline",
        warn="baseline",
        labels=tags.labels(),
        opts=on_cluster,
    )
    queues = Queues(
        "queues",
        QueuesArgs(
            pools=list(known.values()),
            teams={name: Team(gpus=quota.gpus, borrow=quota.borrow) for name, quota in settings.teams.items()},
            tags=tags,
            namespace=home,
            namespace_name=settings.namespace,
            operator=platform.kueue,
        ),
        pulumi.ResourceOptions(providers=[cluster.provider]),
    )
    accounts = {team: _account(team, settings, context, cluster, data, home) for team in settings.teams}
    claim = _volume(context, cluster, data, home)
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
                checkpoints=_checkpoints(name, job, data, claim),
                metrics_port=job.metrics_port,
                queue=None if job.suspended else job.team,
                place=Place(
                    namespace=home.metadata.name,
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
    settings: TrainingSettings,
    context: Context,
    cluster: ClusterLayer,
    data: DataLayer,
    home: kubernetes.core.v1.Namespace,
) -> kubernetes.core.v1.ServiceAccount:
    tags = context.tags.of(component="training", team=team)
    identity = PodIdentity(
        f"training-{team}",
        PodIdentityArgs(
            namespace=settings.namespace,
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
    saved = read_write_prefix(data.buckets["checkpoints"].arn, f"{team}/")
    return [*read, *saved, *([encryption_key.encrypt(data.key_arn)] if data.key_arn is not None else [])]


def _volume(
    context: Context, cluster: ClusterLayer, data: DataLayer, home: kubernetes.core.v1.Namespace
) -> pulumi.Output[str] | None:
    files = data.file_system
    if files is None:
        return None
    return LustreVolume(
        "lustre",
        LustreVolumeArgs(
            storage_gib=files.storage_gib,
            zone=files.zone,
            tags=context.tags.of(component="training"),
            namespace=home.metadata.name,
            file_system_id=files.id,
            dns_name=files.dns_name,
            mount_name=files.mount_name,
        ),
        pulumi.ResourceOptions(providers=[cluster.provider]),
    ).claim_name


def _checkpoints(name: str, job: TrainingJobSettings, data: DataLayer, claim: pulumi.Output[str] | None) -> Checkpoints:
    """On the file system where there is one, else in the lake; either way below team and job."""
    if claim is not None:
        return Checkpoints(path=f"{MOUNT}/checkpoints/{job.team}/{name}", minutes=job.checkpoint_minutes, claim=claim)
    bucket = data.buckets["checkpoints"].name
    return Checkpoints(
        path=pulumi.Output.concat("s3://", bucket, f"/{job.team}/{name}/"), minutes=job.checkpoint_minutes
    )
