"""Whether what is used is known: its hardware, its price, and that the region has it."""

from __future__ import annotations

from collections.abc import Iterator

from gpuplatform.catalog import instances, zones
from gpuplatform.catalog.prices import price
from gpuplatform.kinds import sagemaker
from gpuplatform.kinds.cluster.node_launches import launches
from gpuplatform.kinds.cluster.node_properties import TYPE_LABEL, requirements
from gpuplatform.kinds.tokens import LAUNCH_TEMPLATE, NODE_GROUP, NODE_POOL
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.plan.values import as_list, leaves
from gpuplatform.preview.checking.check import Severity, Violation, check


def used(plan: Plan) -> Iterator[tuple[PlannedResource, str]]:
    """EC2 instance types that a resource may start."""
    for template in plan.all(LAUNCH_TEMPLATE):
        if isinstance(template.inputs.get("instanceType"), str):
            yield template, str(template.inputs["instanceType"])
    for group in plan.all(NODE_GROUP):
        for name in as_list(group.inputs.get("instanceTypes")):
            yield group, str(name)
    for pool in plan.all(NODE_POOL):
        for name in requirements(pool).get(TYPE_LABEL, []):
            yield pool, name


@check("known-hardware", Severity.WARNING, "The hardware of every instance type is in the catalogue.")
def known_hardware(plan: Plan) -> Iterator[Violation]:
    for resource, name in used(plan):
        if name not in instances.names():
            yield Violation(f"{resource.name}: the hardware of {name} is not in the catalogue", resource)


@check("known-price", Severity.WARNING, "The price of every instance type is in the catalogue.")
def known_price(plan: Plan) -> Iterator[Violation]:
    for resource, name in used(plan):
        # Karpenter buys no capacity block.
        bought = ("on-demand",) if resource.type == NODE_POOL else ("on-demand", "capacity-block")
        if name in instances.names() and not any(price("ec2", name, plan.region, how) for how in bought):
            yield Violation(f"{resource.name}: the catalogue has no price of {name} in {plan.region}", resource)
    for configuration in plan.all(sagemaker.ENDPOINT_CONFIGURATION):
        for path, name in leaves(configuration.inputs):
            if path.endswith("instanceType") and not price("sagemaker", str(name), plan.region):
                yield Violation(
                    f"{configuration.name}: the catalogue has no price of {name} in {plan.region}", configuration
                )


@check("offered-in-zone", Severity.ERROR, "A zone of every node group offers its instance type.")
def offered_in_zone(plan: Plan) -> Iterator[Violation]:
    if plan.region not in zones.regions():
        return
    for launch in launches(plan):
        own = launch.zones if launch.managed else frozenset[str]()
        for type_ in launch.types:
            offering = zones.offered(type_.name, plan.region)
            if own and not own.intersection(offering):
                yield Violation(
                    f"{launch.resource.name}: {type_.name} is not offered in {', '.join(sorted(own))}; "
                    f"it is in {', '.join(offering) or f'no zone of {plan.region}'}",
                    launch.resource,
                )
