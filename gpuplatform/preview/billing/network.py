"""Ways in and out: NAT gateways, public addresses, interface endpoints, load balancers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gpuplatform.preview.billing.charge import Entry, Pricer, Unpriced, steady
from gpuplatform.preview.billing.situation import Situation
from gpuplatform.preview.look import listing, mapping
from gpuplatform.preview.plan import PlannedResource


def nat_gateway(_: PlannedResource, situation: Situation) -> Iterator[Entry]:
    note = "data through NAT gateways is not counted, for no volume is stated: 0.045 $ a GB in us-east-1"
    yield steady(situation, "NAT gateway", "vpc", "nat-gateway", note=note)


def public_address(_: PlannedResource, situation: Situation) -> Iterator[Entry]:
    yield steady(situation, "public IPv4 address", "vpc", "public-ipv4")


def endpoint(resource: PlannedResource, situation: Situation) -> Iterator[Entry]:
    """An interface endpoint is paid for each zone; gateway endpoints are free."""
    kind = resource.inputs.get("vpcEndpointType", "Gateway")
    if kind == "Gateway":
        return
    if kind != "Interface":
        yield Unpriced(why=f"no price row for a VPC endpoint of type {kind}")
        return
    zones = len(listing(resource.inputs.get("subnetIds")))
    service = str(resource.inputs.get("serviceName", "")).rpartition(f"{situation.region}.")[2]
    yield steady(
        situation,
        f"interface endpoint of {service} in {zones} zones",
        "vpc",
        "interface-endpoint",
        zones,
        note="data through interface endpoints is not counted, for no volume is stated",
    )


def load_balancer(resource: PlannedResource, situation: Situation) -> Iterator[Entry]:
    kind = str(resource.inputs.get("loadBalancerType", "application"))
    yield _balancer(situation, kind)


def service(resource: PlannedResource, situation: Situation) -> Iterator[Entry]:
    """A Kubernetes Service of type LoadBalancer becomes a Network Load Balancer."""
    if mapping(resource.inputs.get("spec")).get("type") == "LoadBalancer":
        yield _balancer(situation, "network")


def ingress(_: PlannedResource, situation: Situation) -> Iterator[Entry]:
    """An Ingress becomes an Application Load Balancer."""
    yield _balancer(situation, "application")


def _balancer(situation: Situation, kind: str) -> Entry:
    if kind not in ("application", "network"):
        return Unpriced(why=f"no price row for a load balancer of type {kind}")
    note = "load balancer capacity units are not counted, for no traffic is stated"
    return steady(situation, f"{kind} load balancer", "elb", kind, note=note)


PRICERS: Mapping[str, Pricer] = {
    "aws:ec2/natGateway:NatGateway": nat_gateway,
    "aws:ec2/eip:Eip": public_address,
    "aws:ec2/vpcEndpoint:VpcEndpoint": endpoint,
    "aws:lb/loadBalancer:LoadBalancer": load_balancer,
    "kubernetes:core/v1:Service": service,
    "kubernetes:networking.k8s.io/v1:Ingress": ingress,
}
