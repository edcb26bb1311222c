"""PurchaseType GPU nodes are launched and bought, against their hardware: each fault is found, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from gpuplatform.catalog import instances
from gpuplatform.plan.model import UNKNOWN, Plan
from gpuplatform.preview.checks import interfaces as judged
from gpuplatform.preview.judgement.run import run_checks
from gpuplatform.sizing.efa import interfaces, launch_template_interfaces
from tests.preview.planted import Break, each, found_alone, setting, told
from tests.preview.sound import TAGS, a_plan, a_resource, with_field, with_input, without
from tests.preview.sound_gpus import FAR, GROUP, NEAR, sound_gpus

TEMPLATE = "h100-demand-template"
NODES = "h100-demand-nodes"
TARGET = "capacityReservationSpecification"
ANYWHERE = {"ipProtocol": "-1", "securityGroupId": "sg-efa", "cidrIpv4": "10.0.0.0/8", "tags": TAGS}


def _all(*breaks: Break) -> Break:
    def broken(plan: Plan) -> Plan:
        for one in breaks:
            plan = one(plan)
        return plan

    return broken


def _targeted(template: Plan, reservation: str = "cr-2") -> Plan:
    """The on-demand group, out of its placement group and into a reservation."""
    free = with_input(template, TEMPLATE, "placement", None)
    return with_input(free, TEMPLATE, TARGET, {"capacityReservationTarget": {"capacityReservationId": reservation}})


def _tagged(plan: Plan, count: int) -> Plan:
    """The autoscaler is told of so many EFA devices."""
    return with_input(plan, "h100-demand-efa", "tag|value", str(count))


def _of_type(name: str, **more: Any) -> Break:
    """The on-demand group's nodes are of another type, of which nothing else is asked."""

    def broken(plan: Plan) -> Plan:
        for tag in ("h100-demand-gpu", "h100-demand-efa", "h100-demand-hugepages-2Mi"):
            plan = without(plan, tag)
        plan = with_input(plan, NODES, "instanceTypes", [name])
        plan = with_input(plan, NODES, "labels", {"gpuplatform.io/pool": "other"})
        plan = without(plan, "h100-demand-pool")
        for key, value in more.items():
            plan = with_input(plan, TEMPLATE, key, value)
        return without(without(plan, "train"), "h100-demand")

    return broken


INTERFACES: list[tuple[str, str, Break]] = [
    (
        "efa-unsupported",
        "1 of its networkInterfaces are EFA, which g6.xlarge does not have",
        _all(
            setting("wide", "spec|template|spec|requirements|0|values", ["g6.xlarge"]),
            # A model of four GPUs would not fit it, nor 33 interfaces.
            setting("wide-model", "spec|template|spec|nodeSelector", {}),
            lambda p: with_input(
                p, "wide-class", "spec|networkInterfaces", [_card(0, 0, "interface"), _card(0, 1, "efa-only")]
            ),
        ),
    ),
    (
        "interface-without-card",
        "networkInterfaces[32]: card 32, but p5.48xlarge has 32, from 0; more interfaces than cards",
        setting(TEMPLATE, "networkInterfaces|32|networkCardIndex", 32),
    ),
    (
        "interface-without-card",
        "card 7 device 2, but of p5.48xlarge a card has 2 devices",
        setting(TEMPLATE, "networkInterfaces|8|deviceIndex", 2),
    ),
    (
        "interface-without-card",
        "2 of them are card 7 device 0; each place takes one",
        setting(TEMPLATE, "networkInterfaces|7|networkCardIndex", 7),
    ),
    (
        "interface-without-card",
        "wide-class: networkInterfaces[32]: card 40",
        setting("wide-class", "spec|networkInterfaces|32|networkCardIndex", 40),
    ),
    (
        "interface-kind",
        "none with addresses at card 0 device 0",
        _all(
            setting(TEMPLATE, "networkInterfaces|0|interfaceType", "efa-only"),
            setting(TEMPLATE, "networkInterfaces|1|interfaceType", "interface"),
        ),
    ),
    (
        "interface-kind",
        "33 are EFA, and p5.48xlarge takes 32",
        _all(setting(TEMPLATE, "networkInterfaces|0|interfaceType", "efa"), lambda p: _tagged(p, 33)),
    ),
    (
        "efa-idle",
        "31 of the 32 EFA devices of p5.48xlarge",
        setting("wide-class", "spec|networkInterfaces|32", None),
    ),
    ("efa-zones", "may stand in use1-az5, use1-az6", setting("wide", "spec|template|spec|requirements|1", None)),
    ("efa-security-group", "none of circle lets all traffic in from itself", lambda p: without(p, "circle-in")),
    ("efa-security-group", "out to itself", lambda p: with_field(p, "circle-out", inputs=ANYWHERE)),
]


def _card(card: int, device: int, kind: str) -> dict[str, Any]:
    return {"networkCardIndex": card, "deviceIndex": device, "interfaceType": kind}


BUYING: list[tuple[str, str, Break]] = [
    (
        "placement-group-reserved",
        "beside a capacity block",
        setting("h100-block-template", "placement", {"groupName": "together-1"}),
    ),
    (
        "placement-group-reserved",
        "beside a reservation",
        setting(TEMPLATE, TARGET, {"capacityReservationTarget": {"capacityReservationId": "cr-2"}}),
    ),
    (
        "launch-template-market",
        "EKS wants instanceMarketOptions.marketType: capacity-block",
        setting("h100-block-template", "instanceMarketOptions", None),
    ),
    (
        "launch-template-market",
        "EKS wants capacityReservationSpecification",
        setting("h100-block-template", TARGET, None),
    ),
    (
        "launch-template-market",
        "marketType is spot, but",
        setting(TEMPLATE, "instanceMarketOptions", {"marketType": "spot"}),
    ),
    ("launch-template-of-eks", "names instanceTypes too", setting(TEMPLATE, "instanceType", "p5.48xlarge")),
    ("launch-template-of-eks", "EKS makes one", setting(TEMPLATE, "iamInstanceProfile", {"name": "x"})),
    ("launch-template-of-eks", "one names a subnet", setting(TEMPLATE, "networkInterfaces|0|subnetId", NEAR)),
    (
        "combination",
        "beside networkInterfaces they go on each interface",
        setting(TEMPLATE, "vpcSecurityGroupIds", ["sg-efa"]),
    ),
    (
        "reservation-mismatch",
        "reserved is of p5en.48xlarge, and its nodes are p5.48xlarge",
        _all(_targeted, setting("reserved", "instanceType", "p5en.48xlarge")),
    ),
    (
        "reservation-mismatch",
        "reserved has 3 instances, and it may grow to 4",
        _all(_targeted, setting("reserved", "instanceCount", 3)),
    ),
    (
        "reservation-mismatch",
        "reserved is in us-east-1e, and its nodes stand in us-east-1f",
        _all(_targeted, setting("reserved", "availabilityZone", "us-east-1e")),
    ),
    (
        "ami-type",
        "AL2023_ARM_64_NVIDIA does not boot on p5.48xlarge",
        setting(NODES, "amiType", "AL2023_ARM_64_NVIDIA"),
    ),
    ("ami-type", "has no driver for the GPUs of p5.48xlarge", setting(NODES, "amiType", "AL2023_x86_64_STANDARD")),
]


@each(INTERFACES + BUYING)
def test_a_planted_fault_is_found_and_nothing_else(rule: str, words: str, broken: Break) -> None:
    found = found_alone(broken(sound_gpus()), rule, words)

    assert all(f.file and f.line for f in found)


def test_nothing_is_wrong_with_the_sound_pools() -> None:
    assert told(run_checks(sound_gpus())) == []


def test_a_placement_group_needs_one_zone_and_a_type_that_can_stand_in_one() -> None:
    wide = with_input(sound_gpus(), NODES, "subnetIds", [NEAR, FAR])
    two = with_input(wide, TEMPLATE, "networkInterfaces", None)
    burstable = _of_type("t4g.medium", networkInterfaces=None)(sound_gpus())

    assert "is in one zone" in _said(two, "placement-group-place")
    assert "t4g.medium cannot stand in a cluster placement group" in _said(burstable, "placement-group-place")


def test_a_reservation_is_in_one_zone() -> None:
    wide = with_input(_targeted(sound_gpus(), "cr-9"), NODES, "subnetIds", [NEAR, FAR])

    assert "a reservation is in one zone" in _said(wide, "reservation-mismatch")


def _said(plan: Plan, rule: str) -> str:
    return "; ".join(f.message for f in run_checks(plan) if f.rule == rule)


ACCEPTED: list[tuple[str, Break]] = [
    (
        "a reservation made in the placement group",
        _all(
            setting("reserved", "placementGroupArn", "arn:aws:ec2:us-east-1:111122223333:placement-group/together-1"),
            setting(TEMPLATE, TARGET, {"capacityReservationTarget": {"capacityReservationId": "cr-2"}}),
        ),
    ),
    ("a reservation that stands", lambda p: _targeted(p, "cr-9")),
    ("a reservation that is made", _targeted),
    ("a security group of somebody else's", setting(TEMPLATE, "networkInterfaces|0|securityGroups", ["sg-9"])),
    ("an image of one's own", lambda p: setting(NODES, "amiType", "CUSTOM")(setting(TEMPLATE, "imageId", "ami-1")(p))),
    ("an image that is not known yet", setting(NODES, "amiType", UNKNOWN)),
]


@pytest.mark.parametrize(("what", "changed"), ACCEPTED, ids=[what for what, _ in ACCEPTED])
def test_what_may_be_right_is_not_judged(what: str, changed: Break) -> None:
    assert [f.message for f in run_checks(changed(sound_gpus()))] == [], what


def test_what_belongs_together_is_known_by_dependencies_where_ids_are_unknown() -> None:
    """As `pulumi preview --json` has it before anything exists."""
    template = a_resource("aws:ec2/launchTemplate:LaunchTemplate", TEMPLATE)
    hidden = with_input(sound_gpus(), NODES, "launchTemplate|id", UNKNOWN)
    linked = with_field(hidden, NODES, property_dependencies={"launchTemplate": (template.urn,)})
    broken = with_input(linked, TEMPLATE, "networkInterfaces|32|networkCardIndex", 32)

    assert {
        f.rule for f in run_checks(with_input(hidden, TEMPLATE, "networkInterfaces|32|networkCardIndex", 32))
    } == set()
    assert {f.rule for f in run_checks(broken)} == {"interface-without-card"}


def test_a_card_takes_some_kinds_of_interfaces_only() -> None:
    """Of a p6-b300, card 0 has no EFA."""
    cards = [_card(0, 0, "interface"), _card(0, 1, "efa-only")]

    assert [f.message for f in run_checks(_launched("p6-b300.48xlarge", cards), (judged.interface_kind,))] == [
        "t: networkInterfaces[1]: efa-only, but card 0 of p6-b300.48xlarge takes interface"
    ]


def _launched(type_: str, cards: list[dict[str, Any]]) -> Plan:
    return a_plan(
        a_resource("aws:ec2/launchTemplate:LaunchTemplate", "t", {"networkInterfaces": cards}, outputs={"id": "lt-1"}),
        a_resource(GROUP, "g", {"instanceTypes": [type_], "launchTemplate": {"id": "lt-1"}}),
    )


JUDGES = (judged.efa_unsupported, judged.interface_without_card, judged.interface_kind, judged.efa_idle)


def test_every_layout_that_is_computed_is_one_that_the_hardware_has() -> None:
    """Every type of the catalogue, with EFA where it has it."""
    for name in instances.names():
        hardware = instances.instance(name)
        cards = launch_template_interfaces(interfaces(hardware, efa=hardware.efa))
        written = [_card(c["network_card_index"], c["device_index"], c["interface_type"]) for c in cards]

        assert [f.message for f in run_checks(_launched(name, written), JUDGES)] == [], name
