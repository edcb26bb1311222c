"""Caches, streams and tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from gpuplatform.kinds import dynamodb, elasticache, kinesis
from gpuplatform.kinds.pricing.charge import Entry, Pricer, Unpriced, missing, shared, steady
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.pricing.numbers import decimal
from gpuplatform.plan.model import PlannedResource
from gpuplatform.plan.values import at, listing, mapping

CACHE: Final = elasticache.CLUSTER
CACHES: Final = elasticache.REPLICATION_GROUP
STREAM: Final = kinesis.STREAM
TABLE: Final = dynamodb.TABLE

PUT_UNITS_A_GB: Final = 40_000
"""Put payload units of 25 KB in a GB of 10⁹ bytes: as many as there can be no fewer of (aws.amazon.com/kinesis/data-streams/pricing)."""
FREE_RETENTION: Final = 24
"""Hours that a stream keeps its records at no extra price."""


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
        kept = (c for kind in (CACHE, CACHES) for c in context.plan.all(kind))
        among = sum(1 for c in kept if c.inputs.get("snapshotRetentionLimit"))
        yield shared(context, "backups of the cache", "elasticache", "backup", "cache_backup_gb", among)


def stream(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """By the shard, or on demand by the hour and the GB; every GB is read once."""
    inputs = resource.inputs
    among = context.count(STREAM)
    if at(inputs, "streamModeDetails", "streamMode") == "ON_DEMAND":
        yield steady(context, "stream, on demand", "kinesis", "on-demand")
        yield shared(context, "data into the stream", "kinesis", "on-demand-in", "stream_gb", among)
        yield shared(context, "data out of the stream", "kinesis", "on-demand-out", "stream_gb", among)
    else:
        shards = decimal(inputs.get("shardCount") or 1)
        yield steady(context, f"stream of {shards:f} shards", "kinesis", "shard", shards)
        what = "put payload units of 25 KB"
        yield shared(context, what, "kinesis", "put-units", "stream_gb", among, times=PUT_UNITS_A_GB)
    if decimal(inputs.get("retentionPeriod")) > FREE_RETENTION:
        yield missing(context, "kinesis", "retention beyond 24 hours")


def fan_out(_: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """A consumer with its own throughput, paid for each shard of its stream; the stream is not always in the plan."""
    shards = sum((decimal(s.inputs.get("shardCount")) for s in context.plan.all(STREAM)), Decimal(0))
    if context.count(STREAM) != 1 or not shards:
        yield Unpriced(why="a consumer is paid for each shard of its stream, and the plan does not say which that is")
        return
    yield steady(context, f"consumer of {shards:f} shards", "kinesis", "fan-out", shards)


def table(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """Capacity units by the hour or requests by the million, and what is stored. Indexes have capacity of their own."""
    inputs = resource.inputs
    among = context.count(TABLE)
    infrequent = "-infrequent" if inputs.get("tableClass") == "STANDARD_INFREQUENT_ACCESS" else ""
    if inputs.get("billingMode") == "PAY_PER_REQUEST":
        asked = sum(1 for t in context.plan.all(TABLE) if t.inputs.get("billingMode") == "PAY_PER_REQUEST")
        for what, usage in (("write", "table_writes"), ("read", "table_reads")):
            yield shared(context, f"{what} request units", "dynamodb", f"{what}-requests{infrequent}", usage, asked)
    elif infrequent:
        yield missing(context, "dynamodb", "capacity of a table of infrequent access")
    else:
        indexes = [mapping(i) for i in listing(inputs.get("globalSecondaryIndexes"))]
        for what in ("write", "read"):
            units = sum((decimal(part.get(f"{what}Capacity")) for part in (inputs, *indexes)), Decimal(0))
            yield steady(context, f"{units:f} {what} capacity units", "dynamodb", f"{what}-capacity", units)
    yield shared(context, "stored in the table", "dynamodb", f"storage{infrequent}", "table_gb", among)
    if at(inputs, "pointInTimeRecovery", "enabled"):
        what = "continuous backup of the table"
        yield shared(context, what, "dynamodb", "continuous-backup", "table_gb", among)
    if inputs.get("replicas"):
        yield Unpriced(why="replicas in other regions are paid there, and are not priced here")


PRICERS: Mapping[str, Pricer] = {
    CACHE: cache,
    CACHES: caches,
    STREAM: stream,
    kinesis.STREAM_CONSUMER: fan_out,
    TABLE: table,
}
