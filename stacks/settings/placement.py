"""Rules on where things stand: zones, addresses, and hardware that must be offered where it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from gpuplatform.catalog import zones
from gpuplatform.catalog.instances import instance
from gpuplatform.sizing import efa, pods
from stacks.settings.whole import Problem, Sections


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
            hardware, efa.interfaces(hardware, efa=pool.uses_efa), prefix_delegation=True
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


def lustre_in_network(s: Sections) -> Iterator[Problem]:
    if s.network and s.data and s.data.lustre and s.data.lustre.zone not in s.network.zones:
        yield (
            "data.lustre.zone",
            f"{s.data.lustre.zone} is no zone of the network; accepted: {', '.join(s.network.zones)}",
        )
