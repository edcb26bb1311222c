"""Amazon ElastiCache."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from gpuplatform.kinds.kind import Api, Free, Kind
from gpuplatform.kinds.labels import (
    Label,
    Place,
    fixed,
)
from gpuplatform.kinds.pricing.charge import Entry, Unpriced, shared, steady
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.pricing.numbers import decimal
from gpuplatform.plan.model import PlannedResource

CLUSTER: Final = "aws:elasticache/cluster:Cluster"
REPLICATION_GROUP: Final = "aws:elasticache/replicationGroup:ReplicationGroup"

_FREE: Final = Free("part of the cache, which is priced by its nodes (aws.amazon.com/elasticache/pricing)")


def cache(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """Nodes of one cluster; one that joins a replication group is paid with it."""
    inputs = resource.inputs
    if not inputs.get("replicationGroupId"):
        nodes = decimal(inputs.get("numCacheNodes") or 1)
        yield from _cache_nodes(context, resource, str(inputs.get("engine") or "redis"), nodes)


def caches(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """Every shard's primary and replicas."""
    inputs = resource.inputs
    if inputs.get("globalReplicationGroupId") and not inputs.get("nodeType"):
        yield Unpriced(why="the global replication group decides its nodes, and is not read here")
        return
    shards = decimal(inputs.get("numNodeGroups"))
    nodes = shards * (1 + decimal(inputs.get("replicasPerNodeGroup"))) or decimal(inputs.get("numCacheClusters") or 1)
    yield from _cache_nodes(context, resource, str(inputs.get("engine") or "redis"), nodes)


def _cache_nodes(context: PricingContext, resource: PlannedResource, engine: str, nodes: Decimal) -> Iterator[Entry]:
    kind = str(resource.inputs.get("nodeType") or "")
    if not kind:
        yield Unpriced(why="it names no node type")
        return
    yield steady(context, f"{nodes:f} {engine} nodes {kind}", "elasticache", f"{engine}/{kind}", nodes)
    if decimal(resource.inputs.get("snapshotRetentionLimit")):
        kept = (c for kind in (CLUSTER, REPLICATION_GROUP) for c in context.plan.all(kind))
        among = sum(1 for c in kept if c.inputs.get("snapshotRetentionLimit"))
        yield shared(context, "backups of the cache", "elasticache", "backup", "cache_backup_gb", among)


KINDS: Final = (
    Kind(
        CLUSTER,
        price=cache,
    ),
    Kind(
        REPLICATION_GROUP,
        label=Label(icon="disk", words=fixed("cache"), rank=28, place=Place.SUBNETS),
        price=caches,
        encrypted_by="atRestEncryptionEnabled",
        api=Api(shapes=("elasticache.CreateReplicationGroupMessage",)),
    ),
    Kind("aws:elasticache/parameterGroup:ParameterGroup", price=_FREE),
    Kind("aws:elasticache/subnetGroup:SubnetGroup", price=_FREE),
    Kind("aws:elasticache/user:User", price=_FREE),
    Kind("aws:elasticache/userGroup:UserGroup", price=_FREE),
    Kind("aws:elasticache/userGroupAssociation:UserGroupAssociation", price=_FREE),
)
