"""How what stands in a subnet reaches the world outside its VPC: by its route table's default route, or by endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from gpuplatform.kinds.tokens import (
    DEFAULT_ROUTE_TABLE,
    MAIN_ROUTE_TABLE_ASSOCIATION,
    NAT_GATEWAY,
    ROUTE,
    ROUTE_TABLE,
    ROUTE_TABLE_ASSOCIATION,
    SUBNET,
    VPC,
    VPC_ENDPOINT,
    VPC_ENDPOINT_ROUTE_TABLE_ASSOCIATION,
)
from gpuplatform.plan.model import UNKNOWN, Json, Plan, PlannedResource, once
from gpuplatform.plan.references import linked
from gpuplatform.plan.values import as_list, get_path, strings

EVERYWHERE: Final = "0.0.0.0/0"
_INTERNET: Final = ("gatewayId",)
_OTHERS: Final = (
    *("transitGatewayId", "networkInterfaceId", "vpcPeeringConnectionId", "egressOnlyGatewayId", "instanceId"),
    *("vpcEndpointId", "carrierGatewayId", "localGatewayId", "coreNetworkArn"),
)


class Way(Enum):
    """Where a subnet's default route leads."""

    NOWHERE = "nowhere"
    NAT = "a NAT gateway"
    LOST = "a NAT gateway that has no way out itself"
    INTERNET = "an internet gateway"
    ELSEWHERE = "something that the plan does not follow"
    UNKNOWN = "a route table that the plan does not show"


@dataclass(frozen=True, kw_only=True)
class WayOut:
    """Of one subnet."""

    way: Way
    table: PlannedResource | None
    nat: PlannedResource | None = None


def way_out(plan: Plan, subnet: PlannedResource) -> WayOut:
    return _all(plan)[subnet.urn]


@once
def _all(plan: Plan) -> dict[str, WayOut]:
    routes = _routes(plan)
    tables = {s.urn: _table(plan, s) for s in plan.all(SUBNET)}
    found = {urn: _read(plan, known, table, routes) for urn, (known, table) in tables.items()}
    return {urn: _checked(plan, one, found) for urn, one in found.items()}


def _table(plan: Plan, subnet: PlannedResource) -> tuple[bool, PlannedResource | None]:
    """Whether the plan shows the route table of a subnet, and the table; None is the VPC's own, which leads nowhere."""
    for one in plan.all(ROUTE_TABLE_ASSOCIATION):
        if one.refers("subnetId", subnet):
            table = next(iter(_tables(plan, one, "routeTableId")), None)
            return table is not None, table
    own = linked(plan, subnet, "vpcId", VPC)
    if not own:
        return False, None
    for one in (*plan.all(MAIN_ROUTE_TABLE_ASSOCIATION), *plan.all(DEFAULT_ROUTE_TABLE)):
        urns = {urn for urns in one.property_dependencies.values() for urn in urns}
        if own[0].urn in urns or own[0].outputs.get("id") in [*strings(one.inputs)]:
            table = one if one.type == DEFAULT_ROUTE_TABLE else next(iter(_tables(plan, one, "routeTableId")), None)
            return table is not None, table
    # Routes may be put into the VPC's own table by its ID; associations of subnets in a loop may not say whose they are.
    mains = {*strings([own[0].outputs.get(key) for key in ("mainRouteTableId", "defaultRouteTableId")])}
    own_routes = [r for r in plan.all(ROUTE) if r.inputs.get("routeTableId") in mains or _by_vpc(r, own[0])]
    vague = any(
        a.inputs.get("subnetId") == UNKNOWN and not a.property_dependencies.get("subnetId")
        for a in plan.all(ROUTE_TABLE_ASSOCIATION)
    )
    return not own_routes and not vague, None


def _by_vpc(route: PlannedResource, network: PlannedResource) -> bool:
    return network.urn in route.property_dependencies.get("routeTableId", ())


def _tables(plan: Plan, resource: PlannedResource, path: str) -> list[PlannedResource]:
    return [t for type_ in (ROUTE_TABLE, DEFAULT_ROUTE_TABLE) for t in linked(plan, resource, path, type_)]


def _routes(plan: Plan) -> dict[str, list[tuple[PlannedResource, str, Json]]]:
    """URN of a route table → its default routes: the resource, the path of the property that may hold the target, the route."""
    found: dict[str, list[tuple[PlannedResource, str, Json]]] = {}
    for route in plan.all(ROUTE):
        if _everywhere(route.inputs):
            for table in _tables(plan, route, "routeTableId"):
                found.setdefault(table.urn, []).append((route, "", route.inputs))
    for type_ in (ROUTE_TABLE, DEFAULT_ROUTE_TABLE):
        for table in plan.all(type_):
            written = table.inputs.get("routes")
            for route in as_list(written):
                if _everywhere(route):
                    found.setdefault(table.urn, []).append((table, "routes", route))
            if written == UNKNOWN:
                found.setdefault(table.urn, []).append((table, "routes", {_OTHERS[0]: UNKNOWN}))
    return found


def _everywhere(route: Json) -> bool:
    keys = ("cidrBlock", "destinationCidrBlock")
    return any(get_path(route, key) == EVERYWHERE for key in keys) or bool(get_path(route, "destinationPrefixListId"))


def _read(
    plan: Plan,
    known: bool,
    table: PlannedResource | None,
    routes: dict[str, list[tuple[PlannedResource, str, Json]]],
) -> WayOut:
    if not known:
        return WayOut(way=Way.UNKNOWN, table=table)
    for holder, path, route in routes.get(table.urn, ()) if table else ():
        if get_path(route, "natGatewayId"):
            gateways = linked(plan, holder, path or "natGatewayId", NAT_GATEWAY)
            return WayOut(
                way=Way.NAT if gateways else Way.ELSEWHERE, table=table, nat=gateways[0] if gateways else None
            )
        if any(get_path(route, key) for key in _INTERNET):
            return WayOut(way=Way.INTERNET, table=table)
        return WayOut(way=Way.ELSEWHERE, table=table)
    return WayOut(way=Way.NOWHERE, table=table)


def _checked(plan: Plan, one: WayOut, found: dict[str, WayOut]) -> WayOut:
    """A NAT gateway is a way out only if its own subnet leads to the internet."""
    if one.nat is None:
        return one
    private = one.nat.inputs.get("connectivityType") == "private"
    stands = [found[s.urn].way for s in linked(plan, one.nat, "subnetId", SUBNET)]
    lost = private or any(way in (Way.NOWHERE, Way.NAT) for way in stands)
    return WayOut(way=Way.LOST if lost else one.way, table=one.table, nat=one.nat)


def endpoints(plan: Plan, subnet: PlannedResource) -> Iterator[str]:
    """Services that are reached from a subnet by endpoints of its VPC, as `ecr.api`; a gateway endpoint must be in its route table."""
    network = linked(plan, subnet, "vpcId", VPC)
    table = way_out(plan, subnet).table
    for one in plan.all(VPC_ENDPOINT):
        if network and not one.refers("vpcId", network[0]):
            continue
        service = service_of(one)
        if (
            str(one.inputs.get("vpcEndpointType") or "Gateway") != "Gateway"
            or table is None
            or table in gateway_tables(plan, one)
        ):
            yield service


def service_of(endpoint: PlannedResource) -> str:
    """`com.amazonaws.us-east-1.ecr.api` is `ecr.api`."""
    return str(endpoint.inputs.get("serviceName") or "").partition("com.amazonaws.")[2].partition(".")[2]


def gateway_tables(plan: Plan, endpoint: PlannedResource) -> list[PlannedResource]:
    joined = [a for a in plan.all(VPC_ENDPOINT_ROUTE_TABLE_ASSOCIATION) if a.refers("vpcEndpointId", endpoint)]
    return [
        *_tables(plan, endpoint, "routeTableIds"),
        *(table for one in joined for table in _tables(plan, one, "routeTableId")),
    ]
