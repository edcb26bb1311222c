"""Whether what a VPC reads of S3 goes through its NAT gateways, where every byte is paid."""

from __future__ import annotations

from gpuplatform.kinds.cluster.node_launches import launches
from gpuplatform.kinds.cluster.ways_out import Way, gateway_tables, service_of, way_out
from gpuplatform.kinds.tokens import (
    BUCKET,
    SUBNET,
    VPC,
    VPC_ENDPOINT,
)
from gpuplatform.plan.model import Plan, PlannedResource, once
from gpuplatform.plan.references import linked


@once
def paid_ways(plan: Plan) -> dict[str, tuple[PlannedResource, ...]]:
    """URN of a NAT gateway → subnets whose traffic to S3 passes through it, for want of an endpoint in their route table."""
    found: dict[str, tuple[PlannedResource, ...]] = {}
    # Where neither nodes pull images, whose layers are in S3, nor a bucket is made, nobody reads much.
    nodes = {s.urn for launch in launches(plan) for s in launch.subnets}
    for subnet in (s for s in plan.all(SUBNET) if s.urn in nodes or plan.all(BUCKET)):
        out = way_out(plan, subnet)
        if out.way is Way.NAT and out.nat is not None and not _by_endpoint(plan, subnet, out.table):
            found[out.nat.urn] = (*found.get(out.nat.urn, ()), subnet)
    return found


def _by_endpoint(plan: Plan, subnet: PlannedResource, table: PlannedResource | None) -> bool:
    network = linked(plan, subnet, "vpcId", VPC)
    for one in plan.all(VPC_ENDPOINT):
        if service_of(one) not in ("s3", "") or (network and not one.refers("vpcId", network[0])):
            continue
        if str(one.inputs.get("vpcEndpointType") or "Gateway") != "Gateway":
            return True
        tables = gateway_tables(plan, one)
        # Tables that the plan cannot name may be among them.
        if table is None or not tables or table in tables:
            return True
    return False
