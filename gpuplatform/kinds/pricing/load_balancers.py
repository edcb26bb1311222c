"""Load balancers: our own, and those that a cluster's Services and Ingresses become."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from gpuplatform.kinds.pricing.charge import Entry, Unpriced, addresses, shared, steady
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.kinds.tokens import (
    ALB_LOAD_BALANCER,
    APPLICATIONLOADBALANCING_LOAD_BALANCER,
    ELASTICLOADBALANCING_LOAD_BALANCER,
    ELASTICLOADBALANCINGV2_LOAD_BALANCER,
    ELB_LOAD_BALANCER,
    INGRESS,
    LOAD_BALANCER,
    RELEASE,
    SERVICE,
    SUBNET,
)
from gpuplatform.plan.model import PlannedResource
from gpuplatform.plan.values import as_dict, as_list, get_path

ELASTIC: Final = (
    LOAD_BALANCER,
    ALB_LOAD_BALANCER,
    ELASTICLOADBALANCINGV2_LOAD_BALANCER,
    APPLICATIONLOADBALANCING_LOAD_BALANCER,
)
CLASSIC: Final = (ELB_LOAD_BALANCER, ELASTICLOADBALANCING_LOAD_BALANCER)

CONTROLLER: Final = "aws-load-balancer-controller"
"""Chart that makes Services Network Load Balancers and Ingresses Application ones."""
TYPE: Final = "service.beta.kubernetes.io/aws-load-balancer-type"
SCHEME: Final = "service.beta.kubernetes.io/aws-load-balancer-scheme"
INTERNAL: Final = "service.beta.kubernetes.io/aws-load-balancer-internal"
ADDRESSES: Final = "service.beta.kubernetes.io/aws-load-balancer-eip-allocations"
INGRESS_SCHEME: Final = "alb.ingress.kubernetes.io/scheme"
GROUP: Final = "alb.ingress.kubernetes.io/group.name"
PUBLIC_SUBNET: Final = "kubernetes.io/role/elb"


def load_balancer(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    inputs = resource.inputs
    kind = str(inputs.get("loadBalancerType") or "application")
    if kind not in ("application", "network"):
        yield Unpriced(why=f"no price row for a load balancer of type {kind}")
        return
    yield from _balancer(context, kind)
    zones = len(as_list(inputs.get("subnets"))) or len(as_list(inputs.get("subnetMappings")))
    if not inputs.get("internal") and inputs.get("ipAddressType") != "dualstack-without-public-ipv4":
        # An Elastic IP that a Network Load Balancer is given is in the plan, and paid, by itself.
        own = sum(1 for m in as_list(inputs.get("subnetMappings")) if as_dict(m).get("allocationId"))
        yield from _facing_the_internet(context, zones - own if zones else _public_zones(context))


def classic(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    yield from _classic(context)
    if not resource.inputs.get("internal"):
        zones = len(as_list(resource.inputs.get("subnets"))) or len(as_list(resource.inputs.get("availabilityZones")))
        yield from _facing_the_internet(context, zones or _public_zones(context))


def service(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """A Service of type LoadBalancer: a Network Load Balancer where a controller or the Service says so, else a classic one."""
    spec, notes = as_dict(resource.inputs.get("spec")), _annotations(resource)
    if spec.get("type") != "LoadBalancer":
        return
    by_controller = _controlled(context) or str(notes.get(TYPE)) in ("external", "nlb-ip")
    by_controller = by_controller or str(spec.get("loadBalancerClass", "")).startswith("service.k8s.aws/")
    if by_controller:
        # The controller's are internal unless they say otherwise, those of Kubernetes itself the other way round.
        yield from _balancer(context, "network")
        public = notes.get(SCHEME) == "internet-facing"
    else:
        yield from _balancer(context, "network") if notes.get(TYPE) == "nlb" else _classic(context)
        public = str(notes.get(INTERNAL, "false")).lower() not in ("true", "0.0.0.0/0")
    if public:
        # Elastic IPs that it is given are in the plan, and paid, by themselves.
        own = [one for one in notes.get(ADDRESSES, "").split(",") if one.strip()]
        yield from _facing_the_internet(context, 0 if own else _public_zones(context))


def ingress(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    """An Application Load Balancer for each Ingress of class `alb`, or for each group of them."""
    group = _annotations(resource).get(GROUP)
    if _class(resource) != "alb" or (group and resource is not next(r for r in _grouped(context, group))):
        return
    yield from _balancer(context, "application")
    if any(_annotations(r).get(INGRESS_SCHEME) == "internet-facing" for r in _grouped(context, group) or [resource]):
        yield from _facing_the_internet(context, _public_zones(context))


def _balancer(context: PricingContext, kind: str) -> Iterator[Entry]:
    yield steady(context, f"{kind} load balancer", "elb", kind)
    what = f"capacity units of the {kind} load balancer"
    yield shared(context, what, "elb", f"{kind}-lcu", "balancer_gb", _balancers(context))


def _classic(context: PricingContext) -> Iterator[Entry]:
    yield steady(context, "classic load balancer", "elb", "classic")
    what = "data through the classic load balancer"
    yield shared(context, what, "elb", "classic-data", "balancer_gb", _balancers(context))


def _facing_the_internet(context: PricingContext, zones: int) -> Iterator[Entry]:
    """One public address a zone."""
    if zones > 0:
        yield addresses(context, zones)


def _balancers(context: PricingContext) -> int:
    """Among how many the traffic is shared."""
    return context.once("balancers", lambda: _counted(context))


def _counted(context: PricingContext) -> int:
    services = sum(get_path(s.inputs, "spec", "type") == "LoadBalancer" for s in context.plan.all(SERVICE))
    ingresses = {_annotations(i).get(GROUP) or i.urn for i in context.plan.all(INGRESS) if _class(i) == "alb"}
    return context.count(*ELASTIC, *CLASSIC) + services + len(ingresses)


def _public_zones(context: PricingContext) -> int:
    """Zones where a load balancer may face the internet: those of subnets tagged for it, else of subnets that give public addresses."""
    subnets = [as_dict(s.inputs) for s in context.plan.all(SUBNET)]
    tagged = [s for s in subnets if PUBLIC_SUBNET in as_dict(s.get("tags"))]
    public = tagged or [s for s in subnets if s.get("mapPublicIpOnLaunch")]
    return max(len({str(s.get("availabilityZoneId") or s.get("availabilityZone")) for s in public}), 1)


def _controlled(context: PricingContext) -> bool:
    releases = context.plan.all(RELEASE)
    return bool(context.once("controlled", lambda: any(CONTROLLER in str(r.inputs.get("chart", "")) for r in releases)))


def _grouped(context: PricingContext, group: str | None) -> list[PlannedResource]:
    return [r for r in context.plan.all(INGRESS) if group and _annotations(r).get(GROUP) == group]


def _class(resource: PlannedResource) -> str:
    stated = get_path(resource.inputs, "spec", "ingressClassName")
    return str(stated or _annotations(resource).get("kubernetes.io/ingress.class") or "alb")


def _annotations(resource: PlannedResource) -> Mapping[str, str]:
    """Kubernetes takes no other values than texts."""
    found = as_dict(get_path(resource.inputs, "metadata", "annotations"))
    return {key: value for key, value in found.items() if isinstance(value, str)}
