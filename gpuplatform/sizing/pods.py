"""How many pods a node can run, how many addresses it takes, and what is left for pods after the kubelet's share.

Sources, all read 2026-11-22: amazon-eks-ami `nodeadm/internal/kubelet/config.go` and `eni_max_pods.go`; EKS user guide,
"Assign more IP addresses to Amazon EKS nodes with prefixes"; amazon-vpc-cni-k8s `docs/prefix-and-ip-target.md`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gpuplatform.catalog.instances import InstanceType
from gpuplatform.sizing.efa import Interface, has_primary

ADDRESSES_PER_PREFIX = 16
"""A /28, the size that EC2 assigns to an interface under prefix delegation."""

HOST_NETWORK_PODS = 2
"""Pods of every node that take no address of their own in the formula: the VPC CNI and kube-proxy."""

AWS_RESERVED_ADDRESSES = 5
"""Addresses of every subnet that AWS keeps: the first four and the last (VPC user guide, subnet sizing)."""

KARPENTER_HIDDEN_MEMORY = 0.075
"""The part of a type's nominal memory that Karpenter assumes kernel and firmware keep (`vmMemoryOverheadPercent`)."""

EFA_HUGEPAGES_MIB = 5128 * 2
"""What the EFA driver of EC2's images allocates at boot, in pages of 2 MiB (EKS user guide, node-efa)."""

# EKS user guide: "For instances with less than 30 vCPUs the maximum number is 110 and for all other instances the
# maximum number is 250. This maximum number is applied whether prefix delegation is enabled or not."
_CEILING, _LARGE_CEILING, _LARGE_VCPUS = 110, 250, 30


def max_pods(instance: InstanceType, interfaces: Sequence[Interface], prefix_delegation: bool) -> int:
    """Pods a node launched with `interfaces` can run, under the ceilings that managed node groups enforce.

    The VPC CNI uses the default card alone, and an efa-only interface there takes a slot but has no address: a p5 runs
    51 pods without prefixes. But a managed node group without a custom AMI
    takes EKS's own value, which knows the type and not the layout: without prefixes it promises a p5 pods that get no
    address. Give such nodes prefixes.
    """
    slots = _address_slots(instance, interfaces)
    prefixes = prefix_delegation and instance.hypervisor == "nitro"
    each = (instance.ipv4_per_interface - 1) * (ADDRESSES_PER_PREFIX if prefixes else 1)
    ceiling = _LARGE_CEILING if instance.vcpus >= _LARGE_VCPUS else _CEILING
    return min(slots * each + HOST_NETWORK_PODS, ceiling)


@dataclass(frozen=True, kw_only=True, slots=True)
class Addresses:
    """IPv4 addresses taken from a subnet."""

    single: int
    prefixes: int = 0
    """/28 blocks, each aligned in the subnet."""

    @property
    def total(self) -> int:
        return self.single + self.prefixes * ADDRESSES_PER_PREFIX


def addresses_per_node(
    instance: InstanceType, interfaces: Sequence[Interface], prefix_delegation: bool, pods: int | None = None
) -> Addresses:
    """Addresses a node takes when it runs `pods` pods (its maximum when not given), the VPC CNI's default warm pool
    included: one spare prefix, or without prefixes one spare interface with all its addresses.
    """
    if pods is None:
        pods = max_pods(instance, interfaces, prefix_delegation)
    slots = _address_slots(instance, interfaces)
    per_interface = instance.ipv4_per_interface - 1
    # Interfaces of other cards that are not efa-only hold one address each, which pods cannot use.
    others = sum(i.card != 0 and i.kind != "efa-only" for i in interfaces)
    addressed = max(pods - HOST_NETWORK_PODS, 0)
    if prefix_delegation and instance.hypervisor == "nitro":
        prefixes = min(-(-addressed // ADDRESSES_PER_PREFIX) + 1, slots * per_interface)
        return Addresses(single=-(-prefixes // per_interface) + others, prefixes=prefixes)
    attached = min(-(-addressed // per_interface) + 1, slots)
    return Addresses(single=attached * instance.ipv4_per_interface + others)


def nodes_in_subnet(prefix_length: int, per_node: Addresses) -> int:
    """How many such nodes a subnet of this prefix length can hold.

    An upper bound with prefixes: a prefix needs 16 free aligned addresses, and single addresses scattered by EC2 may
    break blocks up (EKS recommends a subnet CIDR reservation). The first and last block hold addresses AWS keeps.
    """
    if not 16 <= prefix_length <= 28:
        raise ValueError(f"subnet prefix length {prefix_length}: AWS accepts /16 to /28")
    size = 2 ** (32 - prefix_length)
    nodes = max(size - AWS_RESERVED_ADDRESSES, 0) // per_node.total
    if per_node.prefixes:
        whole_blocks = max(size // ADDRESSES_PER_PREFIX - 2, 0)
        nodes = min(nodes, whole_blocks // per_node.prefixes)
    return nodes


def addresses_short(prefix_length: int, taken: Sequence[Addresses]) -> int:
    """Addresses that a subnet of this prefix length lacks for all that is to stand in it together; 0 where it may hold them.

    As in `nodes_in_subnet`, what may still not fit is what EC2 scatters.
    """
    size = 2 ** (32 - prefix_length)
    prefixes = sum(one.prefixes for one in taken)
    blocks = max(size // ADDRESSES_PER_PREFIX - 2, 0) if prefixes else 0
    missing = sum(one.total for one in taken) - (size - AWS_RESERVED_ADDRESSES)
    return max(missing, (prefixes - blocks) * ADDRESSES_PER_PREFIX, 0)


def allocatable(instance: InstanceType, hidden_memory: float = 0.0, hugepages_mib: int = 0) -> tuple[int, int]:
    """Millicores and MiB left for pods (daemons included) on EKS's Amazon Linux 2023 after kube-reserved and eviction.

    kube-reserved: 255 MiB plus 11 MiB a pod, for the number of pods that the AMI computes from the type alone, whatever
    maxPods is set; 6 % of the first core, 1 % of the second, 0.5 % of the next two, 0.25 % of the rest. Eviction:
    100 MiB. `hidden_memory` is the part of the nominal memory that kernel and firmware keep, which EC2 does not report:
    with 0 the memory is an upper bound; Karpenter places pods with KARPENTER_HIDDEN_MEMORY. Huge pages allocated at
    boot (EFA_HUGEPAGES_MIB on nodes with EFA) are a resource of their own and no longer memory.
    """
    ami_pods = instance.network_cards[0].max_interfaces * (instance.ipv4_per_interface - 1) + HOST_NETWORK_PODS
    memory = int(instance.memory_mib * (1 - hidden_memory)) - (255 + 11 * ami_pods) - 100 - hugepages_mib
    return instance.vcpus * 1000 - _reserved_millicores(instance.vcpus * 1000), memory


def _reserved_millicores(total: int) -> int:
    bounds = (0, 1000, 2000, 4000, total)
    shares = (600, 100, 50, 25)  # of 10,000
    spans = zip(bounds, bounds[1:], shares, strict=False)
    return sum((min(total, end) - start) * share // 10_000 for start, end, share in spans if total > start)


def _address_slots(instance: InstanceType, interfaces: Sequence[Interface]) -> int:
    """Interfaces with addresses that the default card can have beside the efa-only ones it is launched with."""
    if not has_primary(interfaces):
        raise ValueError(f"{instance.name}: no primary interface with addresses at card 0, device 0")
    without_address = sum(i.card == 0 and i.kind == "efa-only" for i in interfaces)
    return instance.network_cards[0].max_interfaces - without_address
