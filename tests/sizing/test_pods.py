"""Pods, addresses and what the kubelet leaves, against AWS's published tables."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpuplatform.catalog.instances import NetworkCard, instance
from gpuplatform.sizing.efa import PRIMARY, Interface, interfaces
from gpuplatform.sizing.pods import (
    EFA_HUGEPAGES_MIB,
    KARPENTER_HIDDEN_MEMORY,
    Addresses,
    addresses_per_node,
    addresses_short,
    allocatable,
    max_pods,
    nodes_in_subnet,
)

# t3.small is not in the catalogue; t4g.small with four addresses an interface is its like: 3 interfaces of 4 addresses.
T3_SMALL = instance("t4g.small")


# Without EFA: amazon-eks-ami eni-max-pods.txt, under the managed node groups' ceilings.
@pytest.mark.parametrize(
    ("name", "prefixes", "pods"),
    [
        ("t4g.small", False, 11),
        ("t4g.medium", False, 17),
        ("t4g.large", False, 35),
        ("m7g.large", False, 29),
        ("m7i.xlarge", False, 58),
        ("m7i.2xlarge", False, 58),
        ("g5.xlarge", False, 58),
        ("g6.4xlarge", False, 110),
        ("g5.48xlarge", False, 250),
        ("p4d.24xlarge", False, 250),
        ("p5.48xlarge", False, 100),
        ("t4g.medium", True, 110),
        ("g6.xlarge", True, 110),
        ("p5.48xlarge", True, 250),
    ],
)
def test_max_pods_without_efa(name: str, prefixes: bool, pods: int) -> None:
    assert max_pods(instance(name), (PRIMARY,), prefixes) == pods


@pytest.mark.parametrize(
    ("name", "pods", "without_efa"),
    [
        ("p5.48xlarge", 51, 100),
        ("p5e.48xlarge", 51, 100),
        ("p5en.48xlarge", 149, 198),
        ("p6-b200.48xlarge", 149, 198),
        # Card 0 has no EFA, so it costs no slot.
        ("p6-b300.48xlarge", 198, 198),
        ("p5.4xlarge", 89, 110),
        ("g5.48xlarge", 250, 250),
    ],
)
def test_efa_only_on_card_0_costs_pods_without_prefixes(name: str, pods: int, without_efa: int) -> None:
    i = instance(name)
    assert max_pods(i, interfaces(i), prefix_delegation=False) == pods
    assert max_pods(i, (PRIMARY,), prefix_delegation=False) == without_efa


def test_prefixes_need_the_nitro_hypervisor() -> None:
    xen = replace(T3_SMALL, hypervisor="xen")
    assert max_pods(xen, (PRIMARY,), prefix_delegation=True) == 11
    assert addresses_per_node(xen, (PRIMARY,), prefix_delegation=True).prefixes == 0


def test_node_without_an_addressed_primary_is_refused() -> None:
    with pytest.raises(ValueError, match="no primary interface"):
        max_pods(T3_SMALL, (Interface(card=0, device=1, kind="efa-only"),), prefix_delegation=False)


# amazon-vpc-cni-k8s, docs/prefix-and-ip-target.md, the rows of t3.small with WARM_PREFIX_TARGET=1. Its pods are those
# with an address; ours count the two of the host network. The last row is all nine prefixes that its interfaces hold.
@pytest.mark.parametrize(
    ("pods", "enis", "prefixes"), [(0, 1, 1), (5, 1, 2), (16, 1, 2), (17, 1, 3), (58, 2, 5), (144, 3, 9)]
)
def test_warm_prefixes_as_the_cni_documents_them(pods: int, enis: int, prefixes: int) -> None:
    assert addresses_per_node(T3_SMALL, (PRIMARY,), prefix_delegation=True, pods=pods + 2) == Addresses(
        single=enis, prefixes=prefixes
    )


@pytest.mark.parametrize(
    ("addressed", "interfaces_attached"),
    [(0, 1), (1, 2), (3, 2), (4, 3), (9, 3)],
)
def test_one_warm_interface_without_prefixes(addressed: int, interfaces_attached: int) -> None:
    taken = addresses_per_node(T3_SMALL, (PRIMARY,), prefix_delegation=False, pods=addressed + 2)
    assert taken == Addresses(single=4 * interfaces_attached)


@pytest.mark.parametrize(
    ("name", "prefixes", "total"),
    [
        # 250 pods: 16 prefixes and a warm one, on one interface.
        ("p5.48xlarge", True, 1 + 17 * 16),
        # One addressed interface is all it can have, so no warm one.
        ("p5.48xlarge", False, 50),
        ("g6.xlarge", True, 1 + 8 * 16),
        ("g6.xlarge", False, 60),
    ],
)
def test_addresses_of_a_full_node(name: str, prefixes: bool, total: int) -> None:
    i = instance(name)
    assert addresses_per_node(i, interfaces(i, efa=i.efa), prefixes).total == total


def test_efa_only_interfaces_take_no_address_and_others_take_one() -> None:
    i = instance("p5.48xlarge")
    extra = (*interfaces(i), Interface(card=1, device=1, kind="interface"))
    plain = addresses_per_node(i, interfaces(i), prefix_delegation=True)
    assert addresses_per_node(i, extra, prefix_delegation=True).single == plain.single + 1


@pytest.mark.parametrize(
    ("prefix_length", "per_node", "nodes"),
    [
        (24, Addresses(single=60), 4),  # 251 addresses
        (28, Addresses(single=11), 1),
        (28, Addresses(single=12), 0),
        (28, Addresses(single=1, prefixes=1), 0),  # its one block holds the addresses AWS keeps
        (24, Addresses(single=1, prefixes=1), 14),  # 16 blocks, the first and last broken
        (24, Addresses(single=1, prefixes=5), 2),  # 251 addresses are enough for 3, 14 whole blocks are not
        (24, Addresses(single=16, prefixes=1), 7),  # singles eat blocks too
        (18, Addresses(single=1, prefixes=17), 59),  # 60 would leave 59 single addresses
    ],
)
def test_nodes_in_a_subnet(prefix_length: int, per_node: Addresses, nodes: int) -> None:
    assert nodes_in_subnet(prefix_length, per_node) == nodes


@pytest.mark.parametrize("prefix_length", [15, 29])
def test_subnet_size_that_aws_refuses(prefix_length: int) -> None:
    with pytest.raises(ValueError, match=f"prefix length {prefix_length}: AWS accepts /16 to /28"):
        nodes_in_subnet(prefix_length, Addresses(single=1))


@settings(deadline=None)  # a busy machine is no fault of the arithmetic
@given(st.integers(21, 28), st.integers(1, 60), st.integers(0, 20))
def test_subnet_budget_is_the_most_that_can_be_laid_out(length: int, single: int, prefixes: int) -> None:
    """Against laying it out, address by address."""
    size = 2 ** (32 - length)
    usable = set(range(4, size - 1))
    blocks = [set(range(start, start + 16)) for start in range(0, size, 16)]
    whole = [block for block in blocks if block <= usable]

    def fits(nodes: int) -> bool:
        if nodes * prefixes > len(whole):
            return False
        left = usable.difference(*whole[: nodes * prefixes])
        return nodes * single <= len(left)

    nodes = nodes_in_subnet(length, Addresses(single=single, prefixes=prefixes))
    assert nodes == 0 or fits(nodes)
    assert not fits(nodes + 1)


# CPU and memory that nodeadm reserves, by its formulae: 255 + 11 MiB a pod, plus 100 MiB of eviction.
@pytest.mark.parametrize(
    ("name", "millicores", "memory_mib"),
    [
        ("m7g.medium", 940, 4096 - 255 - 11 * 8 - 100),
        ("t4g.medium", 1930, 4096 - 255 - 11 * 17 - 100),
        ("g6.xlarge", 3920, 16384 - 255 - 11 * 58 - 100),
        ("m7i.2xlarge", 7910, 32768 - 255 - 11 * 58 - 100),
        ("p5.48xlarge", 191450, 2097152 - 255 - 11 * 100 - 100),
        ("p4d.24xlarge", 95690, 1179648 - 255 - 11 * 737 - 100),
    ],
)
def test_allocatable_on_amazon_linux_2023(name: str, millicores: int, memory_mib: int) -> None:
    assert allocatable(instance(name)) == (millicores, memory_mib)


def test_karpenter_hides_memory() -> None:
    assert KARPENTER_HIDDEN_MEMORY == 0.075
    _, all_of_it = allocatable(instance("g6.xlarge"))
    _, left = allocatable(instance("g6.xlarge"), KARPENTER_HIDDEN_MEMORY)
    assert all_of_it - left == pytest.approx(16384 * 0.075, abs=1)


def test_huge_pages_are_no_memory() -> None:
    assert EFA_HUGEPAGES_MIB == 10256
    _, without = allocatable(instance("p5.48xlarge"))
    _, with_pages = allocatable(instance("p5.48xlarge"), hugepages_mib=EFA_HUGEPAGES_MIB)
    assert without - with_pages == 10256


def test_only_the_default_card_serves_pods() -> None:
    more_cards = replace(
        T3_SMALL,
        network_cards=(
            *T3_SMALL.network_cards,
            NetworkCard(index=1, max_interfaces=9, interface_types=frozenset({"interface"})),
        ),
    )
    assert max_pods(more_cards, (PRIMARY,), prefix_delegation=False) == 11


@settings(deadline=None)
@given(st.integers(21, 28), st.integers(1, 60), st.integers(0, 20), st.integers(1, 40))
def test_a_subnet_lacks_addresses_for_exactly_the_nodes_that_it_does_not_hold(
    length: int, single: int, prefixes: int, nodes: int
) -> None:
    each = Addresses(single=single, prefixes=prefixes)

    assert (addresses_short(length, [each] * nodes) == 0) is (nodes <= nodes_in_subnet(length, each))


def test_what_a_subnet_lacks_is_counted_over_all_that_stands_in_it() -> None:
    """A /24 has 251 addresses, and 14 whole blocks between the ones that AWS keeps."""
    assert addresses_short(24, [Addresses(single=200), Addresses(single=51)]) == 0
    assert addresses_short(24, [Addresses(single=200), Addresses(single=60)]) == 9
    assert addresses_short(24, [Addresses(single=0, prefixes=10), Addresses(single=0, prefixes=5)]) == 16
