"""The interface lists, against AWS's documented layout."""

from dataclasses import replace

import pytest

from gpuplatform.catalog import instances
from gpuplatform.catalog.instances import instance
from gpuplatform.sizing.efa import (
    PRIMARY,
    Interface,
    efa_count,
    efa_per_gpu_share,
    interfaces,
    karpenter_interfaces,
    launch_template_interfaces,
)

EFA_TYPES = tuple(name for name in instances.names() if instance(name).efa)

# EC2 user guide, efa-acc-inst-types: the sample of a P5 has 32 EFA devices and one ENA device; the others by its rules.
LAYOUTS = {
    "p4d.24xlarge": (5, 4),
    "p4de.24xlarge": (5, 4),
    "p5.4xlarge": (2, 1),
    "p5.48xlarge": (33, 32),
    "p5e.48xlarge": (33, 32),
    "p5en.48xlarge": (17, 16),
    "p6-b200.48xlarge": (9, 8),
    "p6-b300.48xlarge": (17, 16),
    "g5.8xlarge": (2, 1),
    "g6.12xlarge": (2, 1),
    "g6e.24xlarge": (3, 2),
    "g6e.48xlarge": (5, 4),
    "g7.48xlarge": (3, 2),
    "g7e.48xlarge": (5, 4),
}


@pytest.mark.parametrize(("name", "counts"), LAYOUTS.items())
def test_counts_of_interfaces_and_efa_devices(name: str, counts: tuple[int, int]) -> None:
    wanted = interfaces(instance(name))
    assert (len(wanted), efa_count(wanted)) == counts


@pytest.mark.parametrize("name", EFA_TYPES)
def test_every_layout_is_one_that_ec2_accepts(name: str) -> None:
    i = instance(name)
    wanted = interfaces(i)
    places = [(w.card, w.device) for w in wanted]
    assert places[0] == (0, 0)
    assert wanted[0].kind != "efa-only", "the primary needs an address"
    assert len(set(places)) == len(places)
    assert efa_count(wanted) == i.efa_max, "a device less is bandwidth thrown away, one more is refused"
    for w in wanted:
        card = i.network_cards[w.card]
        assert w.kind in card.interface_types
        assert w.device < card.max_interfaces
    for card in i.network_cards:
        on_card = [w for w in wanted if w.card == card.index]
        assert len(on_card) <= card.max_interfaces
        assert efa_count(tuple(on_card)) <= 1


def test_p5_in_full() -> None:
    assert interfaces(instance("p5.48xlarge")) == (
        Interface(card=0, device=0, kind="interface"),
        Interface(card=0, device=1, kind="efa-only"),
        *(Interface(card=card, device=0, kind="efa-only") for card in range(1, 32)),
    )


def test_p6_b300_has_no_efa_on_card_0() -> None:
    assert interfaces(instance("p6-b300.48xlarge")) == (
        PRIMARY,
        *(Interface(card=card, device=0, kind="efa-only") for card in range(1, 17)),
    )


def test_never_more_efa_than_the_instance_may_have() -> None:
    """As i7ie.48xlarge, which has two cards that can do EFA and may have one EFA interface."""
    two_cards_one_efa = replace(instance("g6e.24xlarge"), efa_max=1)
    assert efa_count(interfaces(two_cards_one_efa)) == 1


def test_card_0_with_one_slot_gives_it_to_the_primary() -> None:
    i = instance("g6e.24xlarge")
    first, second = i.network_cards
    narrow = replace(i, network_cards=(replace(first, max_interfaces=1), second))
    assert interfaces(narrow) == (PRIMARY, Interface(card=1, device=0, kind="efa-only"))


@pytest.mark.parametrize("name", ["p5.48xlarge", "g6.xlarge", "t4g.medium"])
def test_without_efa_there_is_the_primary_alone(name: str) -> None:
    assert interfaces(instance(name), efa=False) == (PRIMARY,)


def test_efa_asked_of_a_type_without_it_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"g6\.xlarge has no EFA"):
        interfaces(instance("g6.xlarge"))


@pytest.mark.parametrize(
    ("name", "gpus", "devices"),
    [
        ("p5.48xlarge", 8, 32),
        ("p5.48xlarge", 1, 4),
        ("p4d.24xlarge", 8, 4),
        ("p4d.24xlarge", 2, 1),
        ("p4d.24xlarge", 1, 0),
        ("p6-b300.48xlarge", 4, 8),
        ("p5.4xlarge", 1, 1),
        ("g6.12xlarge", 4, 1),
        ("g6.12xlarge", 2, 0),
        ("g6.xlarge", 1, 0),
    ],
)
def test_devices_of_a_pod_that_takes_a_share_of_the_gpus(name: str, gpus: int, devices: int) -> None:
    assert efa_per_gpu_share(instance(name), gpus) == devices


@pytest.mark.parametrize("gpus", [0, 9, -1])
def test_share_beyond_the_node_is_an_error(gpus: int) -> None:
    with pytest.raises(ValueError, match=rf"p5\.48xlarge has 8 GPUs; a pod asking for {gpus}"):
        efa_per_gpu_share(instance("p5.48xlarge"), gpus)


def test_launch_template_speaks_pulumi() -> None:
    first, second = launch_template_interfaces(interfaces(instance("g6.12xlarge")))
    assert first == {
        "network_card_index": 0,
        "device_index": 0,
        "interface_type": "interface",
        "delete_on_termination": "true",
    }
    assert second == {**first, "device_index": 1, "interface_type": "efa-only"}


def test_karpenter_speaks_its_node_class() -> None:
    assert karpenter_interfaces(interfaces(instance("g6.12xlarge"))) == [
        {"networkCardIndex": 0, "deviceIndex": 0, "interfaceType": "interface"},
        {"networkCardIndex": 0, "deviceIndex": 1, "interfaceType": "efa-only"},
    ]
