"""Whether capacity can be bought as it is written: what EC2 and EKS let be combined in one node group

Sources: EKS user guide, capacity-blocks-mng and launch-templates; EC2 user guide, placement groups and capacity-reservations-cpg;
all read 2026-11-22. Where a reservation shuts a placement group out: eksctl#7949, 11 of 16 reserved nodes were to be had.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from gpuplatform.kinds import ec2
from gpuplatform.kinds.cluster.node_launches import Launch, launches
from gpuplatform.kinds.cluster.node_properties import market, reservations, reserved
from gpuplatform.plan.model import SECRET, UNKNOWN, Json, Plan, PlannedResource
from gpuplatform.plan.values import as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

PLACEMENT_GROUP: Final = ec2.PLACEMENT_GROUP
_BLOCK: Final = "capacity-block"


def _managed(plan: Plan) -> Iterator[tuple[Launch, PlannedResource, Mapping[str, Json]]]:
    """Node groups with their launch template and its inputs."""
    for launch in launches(plan):
        if launch.managed and launch.how is not None:
            yield launch, launch.how, launch.how.inputs


def _placement(plan: Plan, template: PlannedResource) -> PlannedResource | None:
    """The placement group of a template; None where it names none that the plan makes."""
    name = get_path(template.inputs, "placement", "groupName")
    depends = template.property_dependencies.get("placement", ())
    groups = plan.all(PLACEMENT_GROUP)
    return next(
        (g for g in groups if g.urn in depends or (name and name in (g.outputs.get("id"), g.outputs.get("name")))), None
    )


@check(
    "placement-group-reserved",
    Severity.ERROR,
    "No placement group is asked of reserved capacity, which is placed already.",
)
def placement_group_reserved(plan: Plan) -> Iterator[Violation]:
    """Save where the reservation itself was made in that group."""
    for _, template, inputs in _managed(plan):
        block = market(inputs) == _BLOCK
        if not get_path(inputs, "placement", "groupName") or not (block or reserved(inputs)):
            continue
        group = _placement(plan, template)
        within = [r for r in reservations(plan, template) if group and r.refers("placementGroupArn", group, "arn")]
        if block or not within:
            what = "a capacity block" if block else "a reservation"
            yield Violation(
                f"{template.name}: placement.groupName beside {what}: only those of its instances that happen to stand in the group "
                "would be had; leave the placement out",
                template,
            )


@check(
    "placement-group-place", Severity.ERROR, "A cluster placement group is in one zone, of types that can stand in one."
)
def placement_group_place(plan: Plan) -> Iterator[Violation]:
    for launch, template, _ in _managed(plan):
        group = _placement(plan, template)
        if group is None or group.inputs.get("strategy") != "cluster":
            continue
        if len(launch.zones) > 1:
            yield Violation(
                f"{launch.resource.name}: {group.name} is in one zone, and its nodes may stand in {', '.join(sorted(launch.zones))}; "
                "give it one subnet",
                launch.resource,
            )
        for type_ in launch.types:
            if "cluster" not in type_.placement_group_strategies:
                yield Violation(
                    f"{template.name}: {type_.name} cannot stand in a cluster placement group; leave it out", template
                )


@check("launch-template-market", Severity.ERROR, "Node group and launch template agree on how capacity is bought.")
def launch_template_market(plan: Plan) -> Iterator[Violation]:
    """A capacity block is said in both; spot in the group alone."""
    for launch, template, inputs in _managed(plan):
        how, asked = str(launch.resource.inputs.get("capacityType") or "ON_DEMAND"), market(inputs)
        if how == "CAPACITY_BLOCK":
            missing = [
                what
                for what, there in (
                    ("instanceMarketOptions.marketType: capacity-block", asked == _BLOCK),
                    ("capacityReservationSpecification.capacityReservationTarget", bool(reserved(inputs))),
                    ("instanceType", bool(inputs.get("instanceType"))),
                )
                if not there
            ]
            if missing:
                yield Violation(
                    f"{template.name}: {launch.resource.name} buys a capacity block, for which EKS wants {' and '.join(missing)} in "
                    "the launch template",
                    template,
                )
        elif asked in ("spot", _BLOCK):
            yield Violation(
                f"{template.name}: instanceMarketOptions.marketType is {asked}, but {launch.resource.name} is {how}; EKS takes market "
                "options with CAPACITY_BLOCK alone",
                template,
            )


@check(
    "launch-template-of-eks",
    Severity.ERROR,
    "A managed node group's launch template says nothing that EKS says itself.",
)
def launch_template_of_eks(plan: Plan) -> Iterator[Violation]:
    for launch, template, inputs in _managed(plan):
        cards = as_list(inputs.get("networkInterfaces"))
        twice = inputs.get("instanceType") and launch.resource.inputs.get("instanceTypes")
        problems = {
            "instanceType: the node group names instanceTypes too; name the type in one of them": twice,
            "iamInstanceProfile: EKS makes one of the node group's role; leave it out": inputs.get(
                "iamInstanceProfile"
            ),
            "networkInterfaces: one names a subnet, which the node group does": any(
                get_path(c, "subnetId") for c in cards
            ),
        }
        for wrong, there in problems.items():
            if there:
                yield Violation(f"{template.name}: {wrong}", template)


@check(
    "reservation-mismatch",
    Severity.ERROR,
    "Nodes of a reservation are of its type, in its one zone, and no more than it has.",
)
def reservation_mismatch(plan: Plan) -> Iterator[Violation]:
    for launch, template, inputs in _managed(plan):
        if not reserved(inputs):
            continue
        if len(launch.zones) > 1:
            yield Violation(
                f"{launch.resource.name}: a reservation is in one zone, and its nodes may stand in {', '.join(sorted(launch.zones))}",
                launch.resource,
            )
        for reservation in reservations(plan, template):
            for wrong in _differing(launch, reservation):
                yield Violation(f"{launch.resource.name}: {reservation.name} {wrong}", launch.resource)


def _differing(launch: Launch, reservation: PlannedResource) -> Iterator[str]:
    has = reservation.inputs
    names = [type_.name for type_ in launch.types]
    if _known(has.get("instanceType")) and names and has["instanceType"] not in names:
        yield f"is of {has['instanceType']}, and its nodes are {', '.join(names)}"
    count = has.get("instanceCount")
    if isinstance(count, (int, float)) and (launch.most or 0) > count:
        yield f"has {count:g} instances, and it may grow to {launch.most}; a targeted group takes no others"
    zones = {str(s.outputs.get("availabilityZone") or s.inputs.get("availabilityZone")) for s in launch.subnets}
    if _known(has.get("availabilityZone")) and "None" not in zones and zones and has["availabilityZone"] not in zones:
        yield f"is in {has['availabilityZone']}, and its nodes stand in {', '.join(sorted(zones))}"


def _known(value: Json) -> bool:
    return isinstance(value, str) and value not in (SECRET, UNKNOWN)


@check(
    "ami-type",
    Severity.ERROR,
    "The image of every node group is for its processors and, where it has GPUs, brings their driver.",
)
def ami_type(plan: Plan) -> Iterator[Violation]:
    for launch in launches(plan):
        image = launch.resource.inputs.get("amiType")
        if not launch.managed or not _known(image) or str(image).startswith(("CUSTOM", "WINDOWS")):
            continue
        arm, driver = "ARM_64" in str(image), str(image).endswith(("_NVIDIA", "_NVIDIA_FIPS", "_GPU"))
        for type_ in launch.types:
            if arm != (type_.architecture == "arm64"):
                yield Violation(
                    f"{launch.resource.name}: {image} does not boot on {type_.name}, which is {type_.architecture}",
                    launch.resource,
                )
            elif driver != (type_.gpu is not None):
                wrong = "has no driver for the GPUs of" if type_.gpu else "is for GPUs, and there is none in"
                yield Violation(f"{launch.resource.name}: {image} {wrong} {type_.name}", launch.resource)
