"""Which network interfaces an instance is launched with: computed from its cards, never from a count.

Source: EC2 user guide, "Maximize network bandwidth on Amazon EC2 instances with multiple network cards"
(efa-acc-inst-types), read 2026-11-22: the primary interface is a plain one (ENA) at card 0 device 0; card 0 gets an
`efa-only` at device 1 where it supports EFA; every further card an `efa-only` at device 0. EFA-only interfaces take no
IP address.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from gpuplatform.catalog.instances import InstanceType


@dataclass(frozen=True, kw_only=True, slots=True)
class Interface:
    card: int
    device: int
    kind: str
    """"interface" (ENA, has addresses), "efa" (ENA and EFA on one), or "efa-only" (no address)."""


PRIMARY = Interface(card=0, device=0, kind="interface")
EFA_KINDS = frozenset({"efa", "efa-only"})


def interfaces(instance: InstanceType, *, efa: bool = True) -> tuple[Interface, ...]:
    """The interfaces to launch with, the primary first. Raises ValueError when EFA is asked of a type without it."""
    if not efa:
        return (PRIMARY,)
    if not instance.efa:
        raise ValueError(f"{instance.name} has no EFA; ask for none, or choose a type that has it")
    return (PRIMARY, *islice(_efa_only(instance), instance.efa_max))


def has_primary(wanted: Iterable[Interface]) -> bool:
    """Whether one of them has addresses at card 0, device 0; no instance starts without."""
    return any((i.card, i.device) == (PRIMARY.card, PRIMARY.device) and i.kind != "efa-only" for i in wanted)


def efa_count(wanted: Iterable[Interface]) -> int:
    """How many of the interfaces are EFA devices, as the EFA device plugin will advertise them."""
    return sum(i.kind in EFA_KINDS for i in wanted)


def efa_per_gpu_share(instance: InstanceType, gpus: int) -> int:
    """EFA devices a pod that takes `gpus` of the node's GPUs should request; 0 without EFA.

    Its proportional share, rounded down, so that pods which fill the GPUs never ask for more devices than there are.
    """
    if not 1 <= gpus <= instance.gpu_count:
        raise ValueError(f"{instance.name} has {instance.gpu_count} GPUs; a pod asking for {gpus} cannot run on it")
    return instance.efa_max * gpus // instance.gpu_count


def launch_template_interfaces(wanted: tuple[Interface, ...]) -> list[dict[str, Any]]:
    """For `aws.ec2.LaunchTemplate(network_interfaces=…)`. The caller adds security groups and, in a managed node group,
    never a subnet."""
    return [
        {
            "network_card_index": i.card,
            "device_index": i.device,
            "interface_type": i.kind,
            "delete_on_termination": "true",
        }
        for i in wanted
    ]


def karpenter_interfaces(wanted: tuple[Interface, ...]) -> list[dict[str, Any]]:
    """For `spec.networkInterfaces` of an EC2NodeClass."""
    return [{"networkCardIndex": i.card, "deviceIndex": i.device, "interfaceType": i.kind} for i in wanted]


def _efa_only(instance: InstanceType) -> Iterator[Interface]:
    for card in instance.network_cards:
        # Device 0 of card 0 is the primary's.
        device = 1 if card.index == 0 else 0
        if "efa-only" in card.interface_types and device < card.max_interfaces:
            yield Interface(card=card.index, device=device, kind="efa-only")
