"""The network: VPC, subnets in every zone, ways in and out, and who may talk to whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.flow_logs import FlowLogs, FlowLogsArgs
from components.interface_endpoints import InterfaceEndpoints, InterfaceEndpointsArgs
from components.network import Network, NetworkArgs
from components.security_groups import SecurityGroups, SecurityGroupsArgs
from stacks.settings.context import Context
from stacks.settings.network import Nat, NetworkSettings


@dataclass(frozen=True, kw_only=True)
class NetworkLayer:
    """What the other layers stand on."""

    vpc_id: pulumi.Output[str]
    private_subnet_ids: Mapping[str, pulumi.Output[str]]
    """By zone ID."""
    zone_names: Mapping[str, pulumi.Output[str]]
    """By zone ID: what this account calls the zone."""
    node_security_group_id: pulumi.Output[str]
    efa_security_group_id: pulumi.Output[str]
    endpoint_security_group_id: pulumi.Output[str]


def build(settings: NetworkSettings, context: Context) -> NetworkLayer:
    tags = context.tags.of(component="network")
    network = Network(
        "network",
        NetworkArgs(
            cidr=settings.cidr,
            addresses=settings.plan(),
            nat_zones=_nat_zones(settings),
            discovery=context.discovery,
            account=context.account,
            tags=tags,
        ),
    )
    groups = SecurityGroups(
        "security", SecurityGroupsArgs(vpc_id=network.vpc_id, discovery=context.discovery, tags=tags)
    )
    FlowLogs(
        "flow-logs",
        FlowLogsArgs(vpc_id=network.vpc_id, retention_days=settings.flow_logs_days, account=context.account, tags=tags),
    )
    if settings.interface_endpoints:
        InterfaceEndpoints(
            "endpoints",
            InterfaceEndpointsArgs(
                services=settings.interface_endpoints,
                cidr=settings.cidr,
                account=context.account,
                tags=tags,
                vpc_id=network.vpc_id,
                subnet_ids=network.private_subnet_ids,
            ),
        )
    return NetworkLayer(
        vpc_id=network.vpc_id,
        private_subnet_ids=network.private_subnet_ids,
        zone_names=network.zone_names,
        node_security_group_id=groups.node_id,
        efa_security_group_id=groups.efa_id,
        endpoint_security_group_id=groups.endpoint_id,
    )


def _nat_zones(settings: NetworkSettings) -> Sequence[str]:
    """Where NAT gateways stand: nowhere, in the first zone, or in each."""
    return {Nat.NONE: (), Nat.SINGLE: settings.zones[:1], Nat.PER_ZONE: settings.zones}[settings.nat]
