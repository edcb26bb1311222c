"""What an environment will ask of an account at its maximum, read from its plan. Nothing here asks AWS anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from gpuplatform.catalog.nodes import GPU, ZONE_LABEL
from gpuplatform.kinds import appautoscaling, sagemaker
from gpuplatform.kinds.tokens import CLUSTER_COMPONENT, LAUNCH_TEMPLATE, NODE_CLASS, NODE_GROUP, NODE_POOL, SUBNET
from gpuplatform.plan.model import Json, Plan, PlannedResource
from gpuplatform.pools.purchase import Moment, PurchaseOption, PurchaseType

_HOW = {"CAPACITY_BLOCK": PurchaseType.CAPACITY_BLOCK, "SPOT": PurchaseType.SPOT, "ON_DEMAND": PurchaseType.ON_DEMAND}
_KARPENTER_HOW = {"spot": PurchaseType.SPOT, "on-demand": PurchaseType.ON_DEMAND}

_RUNG = TypeAdapter(PurchaseOption)
"""A rung as the settings read it."""


class UnreadablePlan(ValueError):  # noqa: N818 - says what is wrong, as KeyError does
    """The plan is without what a command needs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reservation:
    """A capacity block or on-demand reservation that the settings name and a node group targets."""

    id: str
    starts: Moment | None
    until: Moment | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Purchase:
    """A capacity block that is bought, or would be with consent."""

    pool: str
    instance_type: str
    rung: PurchaseOption


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeGroupDemand:
    """A node group that EKS manages, at its largest."""

    name: str
    instance_types: tuple[str, ...]
    how: PurchaseType
    max: int
    zone_ids: tuple[str, ...]
    reservation: Reservation | None
    """None too where the plan itself creates the reservation."""
    ami_type: str
    release: str | None
    """Pinned release of the AMI, such as 1.35.2-20260714; None takes what AWS recommends."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ElasticPoolDemand:
    """Nodes that Karpenter launches."""

    name: str
    instance_types: tuple[str, ...]
    hows: tuple[PurchaseType, ...]
    max_gpus: int
    zone_ids: tuple[str, ...]
    ami_aliases: tuple[str, ...]
    """Such as al2023@v20260714."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EndpointDemand:
    """A variant of a SageMaker endpoint that runs on instances."""

    name: str
    instance_type: str
    max: int
    twice_while_updated: bool
    """A blue/green update runs the new fleet beside the old one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountDemand:
    environment: str
    region: str
    accounts: tuple[str, ...]
    """The only accounts the provider accepts; empty where the settings name none."""
    kubernetes: str
    """Minor version, such as 1.35."""
    node_groups: tuple[NodeGroupDemand, ...]
    pools: tuple[ElasticPoolDemand, ...]
    endpoints: tuple[EndpointDemand, ...]
    purchases: tuple[Purchase, ...]
    created: Mapping[str, str]
    """Type of every resource that Pulumi creates in AWS → the name one of them will carry, or begin with."""


def demand(plan: Plan) -> AccountDemand:
    """Raises UnreadablePlan."""
    return AccountDemand(
        environment=plan.environment,
        region=plan.region,
        accounts=tuple(str(account) for account in plan.settings.get("aws:allowedAccountIds") or ()),
        kubernetes=next((str(c.inputs.get("version", "")) for c in plan.all(CLUSTER_COMPONENT)), ""),
        node_groups=tuple(_node_group(plan, group) for group in plan.all(NODE_GROUP)),
        pools=tuple(_pool(plan, pool) for pool in plan.all(NODE_POOL)),
        endpoints=tuple(_endpoints(plan)),
        purchases=tuple(
            Purchase(pool=pool, instance_type=instance_type, rung=rung)
            for pool, instance_type, rung in _rungs(plan)
            if rung.offering
        ),
        created={
            r.type: str(r.inputs.get("name") or f"{r.name}-0000000")
            for r in plan.resources
            if r.type.startswith(("aws:", "eks:"))
        },
    )


def _rungs(plan: Plan) -> Iterator[tuple[str, str, PurchaseOption]]:
    """Every way of buying nodes for training, with its pool and instance type, from the settings."""
    pools: Mapping[str, Json] = plan.setting("cluster").get("pools") or {}
    for name, pool in pools.items():
        for rung in pool["buy"]:
            yield name, pool["instance"], _RUNG.validate_python(rung)


def _behind(plan: Plan, resource: PlannedResource, key: str, type_: str) -> list[PlannedResource]:
    """The resources of a type from whose outputs an input of `resource` comes."""
    urns = resource.property_dependencies.get(key, ())
    return [r for r in (plan.by_urn[urn] for urn in urns) if r.type == type_]


def _node_group(plan: Plan, group: PlannedResource) -> NodeGroupDemand:
    inputs = group.inputs
    name = str(group.name).removesuffix("-nodes")
    templates = _behind(plan, group, "launchTemplate", LAUNCH_TEMPLATE)
    template: Mapping[str, Json] = templates[0].inputs if templates else {}
    types = inputs.get("instanceTypes") or [template["instanceType"]]
    how = _HOW[inputs.get("capacityType", "ON_DEMAND")]
    target = template.get("capacityReservationSpecification", {}).get("capacityReservationTarget", {})
    reservation = target.get("capacityReservationId")
    if reservation and how is PurchaseType.ON_DEMAND:
        how = PurchaseType.RESERVATION
    made_here = bool(templates) and bool(templates[0].property_dependencies.get("capacityReservationSpecification"))
    return NodeGroupDemand(
        name=name,
        instance_types=tuple(types),
        how=how,
        max=int(inputs["scalingConfig"]["maxSize"]),
        zone_ids=_zones(_behind(plan, group, "subnetIds", SUBNET)),
        reservation=_reservation(reservation, plan) if reservation and not made_here else None,
        ami_type=str(inputs.get("amiType", "")),
        release=inputs.get("releaseVersion"),
    )


def _zones(subnets: Sequence[PlannedResource]) -> tuple[str, ...]:
    return tuple(sorted({str(s.inputs["availabilityZoneId"]) for s in subnets}))


def _reservation(identifier: str, plan: Plan) -> Reservation:
    """With the dates that stand beside its id in the settings."""
    rung = next((rung for _, _, rung in _rungs(plan) if rung.reservation == identifier), None)
    return Reservation(id=identifier, starts=rung.starts if rung else None, until=rung.until if rung else None)


def _pool(plan: Plan, pool: PlannedResource) -> ElasticPoolDemand:
    spec = pool.inputs["spec"]
    template = spec["template"]["spec"]
    accepts = {r["key"]: r["values"] for r in template["requirements"] if r["operator"] == "In"}
    name = str(pool.inputs["metadata"]["name"])
    if "node.kubernetes.io/instance-type" not in accepts:
        raise UnreadablePlan(f"Karpenter pool {name} names no instance types, so what it may launch is unknown")
    classes = [c for c in plan.all(NODE_CLASS) if c.inputs["metadata"]["name"] == template["nodeClassRef"]["name"]]
    zones = {zone for c in classes for zone in _zones(_subnets_of_class(plan, c))}
    return ElasticPoolDemand(
        name=name,
        instance_types=tuple(accepts["node.kubernetes.io/instance-type"]),
        hows=tuple(_KARPENTER_HOW[how] for how in accepts.get("karpenter.sh/capacity-type", ["on-demand"])),
        max_gpus=int(spec["limits"][GPU]),
        zone_ids=tuple(sorted(zones & set(accepts.get(ZONE_LABEL, zones)))),
        ami_aliases=tuple(
            str(term["alias"]) for c in classes for term in c.inputs["spec"]["amiSelectorTerms"] if "alias" in term
        ),
    )


def _subnets_of_class(plan: Plan, node_class: PlannedResource) -> list[PlannedResource]:
    """The subnets that carry all tags of one of the class's terms, or whose ids it names."""
    named = _behind(plan, node_class, "spec", SUBNET)
    terms = [term["tags"].items() for term in node_class.inputs["spec"]["subnetSelectorTerms"] if "tags" in term]
    tagged = [
        subnet
        for subnet in plan.all(SUBNET)
        if any(tags <= (subnet.inputs.get("tags") or {}).items() for tags in terms)
    ]
    return [*named, *tagged]


def _endpoints(plan: Plan) -> Iterator[EndpointDemand]:
    for endpoint in plan.all(sagemaker.ENDPOINT):
        name = str(endpoint.inputs.get("name") or endpoint.name)
        limits = {
            target.inputs["resourceId"].rpartition("/")[2]: int(target.inputs["maxCapacity"])
            for target in plan.all(appautoscaling.SCALABLE_TARGET)
            if endpoint in _behind(plan, target, "resourceId", sagemaker.ENDPOINT)
        }
        blue_green = "rollingUpdatePolicy" not in endpoint.inputs.get("deploymentConfig", {})
        for config in _behind(plan, endpoint, "endpointConfigName", sagemaker.ENDPOINT_CONFIGURATION):
            for variant in config.inputs["productionVariants"]:
                if instance_type := variant.get("instanceType"):
                    managed = variant.get("managedInstanceScaling", {}).get("maxInstanceCount")
                    fixed = managed or variant.get("initialInstanceCount", 1)
                    yield EndpointDemand(
                        name=name,
                        instance_type=instance_type,
                        max=limits.get(variant.get("variantName"), int(fixed)),
                        twice_while_updated=blue_green,
                    )
