"""The cluster's alerts, with what the nodes of this environment cost; its boards; and who may ask the GPUs."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pulumi

from gpuplatform.catalog import prices
from k8s import dcgm_engine
from k8s.alert_rules import AlertRules, AlertRulesArgs
from k8s.boards import Boards, BoardsArgs
from stacks.platform.installer import Platform, Release
from stacks.platform.operators import MONITOR_KINDS


def build(platform: Platform, releases: Mapping[str, Release]) -> None:
    tags = platform.context.tags.of(component="platform")
    on_cluster = pulumi.ResourceOptions(providers=[platform.cluster.provider])
    AlertRules(
        "alert-rules",
        AlertRulesArgs(
            prices=hourly_prices(platform),
            monthly_budget=platform.alerts.monthly_budget,
            tags=tags,
            kinds=releases[MONITOR_KINDS],
        ),
        on_cluster,
    )
    dcgm_engine.policy(
        "dcgm-engine",
        tags,
        pulumi.ResourceOptions(provider=platform.cluster.provider, depends_on=[platform.cluster.after]),
    )
    if platform.settings.monitoring.dashboards:
        Boards("boards", BoardsArgs(tags=tags, after=releases["monitoring"]), on_cluster)


def hourly_prices(platform: Platform) -> Mapping[str, Decimal]:
    """List price of an hour of each type that a node may be of; a type without one counts for nothing."""
    types = {
        platform.cluster.system.instance.name,
        *(group.args.pool.instance for groups in platform.cluster.pools.values() for group in groups),
        *(name for pool in platform.serving_pools.values() for name in pool.instances),
    }
    region = platform.context.account.region
    found = {name: prices.price("ec2", name, region) for name in types}
    return {name: price.value for name, price in found.items() if price}
