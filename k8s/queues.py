"""Kueue's objects: who may use how much of which pool.

A flavour is a pool, with all ways in which it is bought: Kueue chooses among flavours by quota alone, so that one for each way of buying
would be asked for again and again while EC2 has none (kueue#2560). Which way is taken is the autoscaler's to decide, and where one fails
it takes the next (`gpuplatform/pools/shortage.py`). All flavours stand in one resource group of each team's ClusterQueue; a job that
selects its pool sees that pool's flavour alone. Every resource that a job may request must be covered, or it is never admitted. A way of
buying that waits for consent has no nodes: what teams own of it they get when it is bought.

Where pools have levels, Kueue chooses the nodes of a job's pods as well (docs/decisions/23). All flavours of a queue have a topology
then, or none has: a queue with both refuses jobs that do not say which they mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.apiextensions import CustomResource

from components.tags import CostTags
from gpuplatform.catalog.nodes import EFA, GPU, HUGEPAGES, POOL_LABEL
from gpuplatform.pools.teams import namespace_name
from gpuplatform.sizing.quotas import split
from gpuplatform.sizing.shares import node_share
from k8s.gpu_nodes import TAINT, KueuePool

API = "kueue.x-k8s.io/v1beta2"
COHORT = "training"
CHECK = "capacity"

WEEK_OF_REQUESTS = 7 * 24 * 2
"""One every half hour."""

PRIORITIES = {"low": 100, "normal": 1000, "high": 10000}
"""WorkloadPriorityClasses: within its own share, a team's higher priority preempts its lower."""


@dataclass(frozen=True, kw_only=True)
class Team:
    """What a team owns and may borrow."""

    gpus: Mapping[str, int]
    """Pool → GPUs guaranteed."""
    borrow: int = 0
    """GPUs of others' unused share that it may take of each pool: Kueue limits borrowing by flavour."""


@dataclass(frozen=True, kw_only=True)
class QueuesArgs:
    pools: Sequence[KueuePool]
    teams: Mapping[str, Team]
    tags: CostTags
    namespaces: Mapping[str, kubernetes.core.v1.Namespace]
    """Team → its namespace, where it has a LocalQueue of its name."""
    operator: pulumi.Resource
    """The release that brings Kueue's kinds."""

    def __post_init__(self) -> None:
        known = [pool.name for pool in self.pools]
        for team, owned in self.teams.items():
            if unknown := [pool for pool in owned.gpus if pool not in known]:
                raise ValueError(
                    f"teams.{team}: {', '.join(unknown)} is no pool; accepted: {', '.join(known) or 'none, for there is no pool'}"
                )
        if without := [
            pool.name for pool in self.pools if any(other.levels for other in self.pools) and not pool.levels
        ]:
            raise ValueError(
                f"pools: {', '.join(without)} without levels beside pools with them; Kueue would admit no job that asks for no topology"
            )


class Queues(pulumi.ComponentResource):
    local_queues: Mapping[str, pulumi.Resource]
    """Team → its LocalQueue, which bears the team's name: what a team's jobs wait for."""

    def __init__(self, name: str, args: QueuesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:k8s:Queues", name, {}, opts)
        labels = args.tags.labels()

        def kueue(role: str, kind: str, called: str, spec: Any, *after: pulumi.Resource, **metadata: Any):
            return CustomResource(
                f"{name}-{role}",
                api_version=API,
                kind=kind,
                metadata={"name": called, "labels": labels} | metadata,
                spec=spec,
                opts=pulumi.ResourceOptions(parent=self, depends_on=after or [args.operator]),
            )

        kueue("capacity-config", "ProvisioningRequestConfig", CHECK, provisioning_request())
        check = kueue("capacity-check", "AdmissionCheck", CHECK, admission_check(CHECK))
        topologies = {
            levels: kueue(f"topology-{topology_name(levels)}", "Topology", topology_name(levels), topology(levels))
            for levels in dict.fromkeys(pool.levels for pool in args.pools if pool.levels)
        }
        flavors = [
            kueue(
                f"flavor-{flavor_name(pool)}",
                "ResourceFlavor",
                flavor_name(pool),
                flavor(pool),
                *([topologies[pool.levels]] if pool.levels else []),
            )
            for pool in args.pools
            if pool.gpus
        ]
        quotas = {pool.name: split(_guaranteed(args.teams, pool), pool.gpus, pool.waiting_gpus) for pool in args.pools}
        unowned = {pool.name: quotas[pool.name].unowned for pool in args.pools}
        cohort = kueue(
            "cohort", "Cohort", COHORT, {"resourceGroups": _groups(args.pools, unowned, borrow=None)}, *flavors
        )

        self.local_queues = {}
        for team, owned in args.teams.items():
            shares = {pool.name: quotas[pool.name].teams.get(team, 0) for pool in args.pools}
            spec = cluster_queue(_groups(args.pools, shares, borrow=owned.borrow), namespace_name(team))
            # Kueue keeps flavours and checks from being deleted while a queue uses them: the queue goes first.
            # By this label the bill knows whose quota it is.
            owner = args.tags.of(team=team).labels()
            queue = kueue(f"cluster-queue-{team}", "ClusterQueue", team, spec, cohort, check, labels=owner)
            self.local_queues[team] = kueue(
                f"local-queue-{team}",
                "LocalQueue",
                team,
                {"clusterQueue": team},
                queue,
                namespace=args.namespaces[team].metadata["name"],
                labels=owner,
            )
        for priority, value in PRIORITIES.items():
            WorkloadPriorityClass(
                f"{name}-priority-{priority}",
                priority,
                value,
                labels,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[args.operator]),
            )
        self.register_outputs({"queues": list(self.local_queues)})


class WorkloadPriorityClass(pulumi.CustomResource):
    """Kueue's priorities have no `spec`, which is all that the SDK's CustomResource can carry."""

    def __init__(
        self, name: str, called: str, value: int, labels: Mapping[str, str], opts: pulumi.ResourceOptions
    ) -> None:
        super().__init__(
            f"kubernetes:{API}:WorkloadPriorityClass",
            name,
            {
                "apiVersion": API,
                "kind": "WorkloadPriorityClass",
                "metadata": {"name": called, "labels": dict(labels)},
                "value": value,
                "description": f"Jobs of {called} priority.",
            },
            opts,
        )


def flavor_name(pool: KueuePool) -> str:
    """With a topology nothing of a flavour can be changed: one with another topology has another name."""
    return f"{pool.name}{f'-by-{topology_name(pool.levels)}' if pool.levels else ''}"


def flavor(pool: KueuePool) -> dict[str, Any]:
    """Nodes of a pool; the toleration is added to the pods that are admitted to it."""
    return {
        "nodeLabels": {POOL_LABEL: pool.name},
        "tolerations": [TAINT],
        **({"topologyName": topology_name(pool.levels)} if pool.levels else {}),
    }


def topology_name(levels: Sequence[str]) -> str:
    """`node`, or `network-3` for three layers above it."""
    return f"network-{len(levels) - 1}" if len(levels) > 1 else "node"


def topology(levels: Sequence[str]) -> dict[str, Any]:
    """A node that lacks one of the labels does not exist for Kueue."""
    return {"levels": [{"nodeLabel": label} for label in levels]}


def provisioning_request() -> dict[str, Any]:
    """All nodes of a job, or none: Cluster Autoscaler asks for them only where the whole job would fit.

    Only for pods that request what is managed: those that claim their GPUs are admitted by quota alone, for the autoscaler cannot make the
    claims of a request's pods (kubernetes/autoscaler#10065).
    On AWS "best effort" means that EC2 may still deliver a part of them; the job then waits, and is requeued when it never gets ready.
    """
    return {
        "provisioningClassName": "best-effort-atomic-scale-up.autoscaling.x-k8s.io",
        "managedResources": [GPU],
        # Capacity that is not there now may be there in minutes, or on Monday. The quota is given back between two requests; after the last
        # one Kueue deactivates the job, and somebody is told (`JobGivenUp`).
        "retryStrategy": {"backoffBaseSeconds": 60, "backoffMaxSeconds": 1800, "backoffLimitCount": WEEK_OF_REQUESTS},
    }


def admission_check(config: str) -> dict[str, Any]:
    return {
        "controllerName": "kueue.x-k8s.io/provisioning-request",
        "parameters": {"apiGroup": "kueue.x-k8s.io", "kind": "ProvisioningRequestConfig", "name": config},
    }


def cluster_queue(groups: Sequence[Mapping[str, Any]], namespace: str) -> dict[str, Any]:
    return {
        "cohortName": COHORT,
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        "queueingStrategy": "BestEffortFIFO",
        # What is idle is borrowed before anybody is preempted.
        "flavorFungibility": {"whenCanBorrow": "MayStopSearch", "whenCanPreempt": "TryNextFlavor"},
        # What a team lent it gets back, whatever runs there; within its share, its own priorities decide.
        "preemption": {"reclaimWithinCohort": "Any", "withinClusterQueue": "LowerPriority"},
        "resourceGroups": list(groups),
        "admissionChecksStrategy": {"admissionChecks": [{"name": CHECK}]},
    }


def _groups(pools: Sequence[KueuePool], gpus: Mapping[str, int], borrow: int | None) -> list[dict[str, Any]]:
    """One resource group over the pools where something is owned or may be borrowed; none where there is no such pool."""
    covered = ["cpu", "memory", GPU]
    if any(pool.pool.uses_efa for pool in pools):
        covered += [EFA, HUGEPAGES]
    flavors: list[dict[str, Any]] = []
    for pool in pools:
        if not pool.gpus or not (gpus[pool.name] or borrow):
            continue
        nominal, limit = (
            None if share is None else node_share(pool.pool.advertised, share, efa=pool.pool.uses_efa).quantities()
            for share in (gpus[pool.name], borrow)
        )
        resources = [_quota(resource, nominal or {}, limit) for resource in covered]
        flavors.append({"name": flavor_name(pool), "resources": resources})
    return [{"coveredResources": covered, "flavors": flavors}] if flavors else []


def _quota(resource: str, nominal: Mapping[str, str], limit: Mapping[str, str] | None) -> dict[str, str]:
    quota = {"name": resource, "nominalQuota": nominal.get(resource, "0")}
    return quota if limit is None else {**quota, "borrowingLimit": limit.get(resource, "0")}


def _guaranteed(teams: Mapping[str, Team], pool: KueuePool) -> dict[str, int]:
    return {team: owned.gpus[pool.name] for team, owned in teams.items() if pool.name in owned.gpus}
