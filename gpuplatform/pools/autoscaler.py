"""What Cluster Autoscaler must be told of a node group that is empty, as tags of its Auto Scaling group.

Labels and taints it asks of EKS, processors and memory of EC2. It knows neither disk nor huge pages nor EFA, counts no GPU on
fractional types, and its picture of a node has no zone ID, without which pods that select one never make the group grow.
Source: kubernetes/autoscaler, cloudprovider/aws/aws_manager.go, `buildNodeFromTemplate`, August 2026.
"""

from collections.abc import Sequence

from gpuplatform.catalog.device_classes import OF_RESOURCE
from gpuplatform.catalog.instances import InstanceType
from gpuplatform.catalog.nodes import EFA, GPU, HUGEPAGES, ZONE_LABEL
from gpuplatform.pools.devices import Devices
from gpuplatform.sizing.efa import Interface, efa_count
from gpuplatform.sizing.pods import EFA_HUGEPAGES_MIB

PREFIX = "k8s.io/cluster-autoscaler/node-template"

OF_TEMPLATE = frozenset(f"{PREFIX}/resources/{name}" for name in ("ephemeral-storage", EFA, HUGEPAGES))
"""Tags whose values follow from the launch template: its volume, its interfaces and its user data."""

SCALE_DOWN_DELAYED = {f"{PREFIX}/autoscaling-options/scaledownunneededtime": "4368h"}
"""For nodes that are paid used or not: the autoscaler leaves them as long as the longest capacity block lasts, 182 days
(cloudprovider/aws/README.md, "Auto-discovery setup"; EC2 user guide, capacity-blocks-purchase; read 2026-11-22)."""


SCALE_DOWN_UNCLAIMED = {f"{PREFIX}/autoscaling-options/scaledownutilizationthreshold": "0.01"}
"""For nodes whose devices are claimed: one goes when no device of it is. The threshold for GPUs is for nodes that count them, and the
other's default, half used, would evict small jobs from large nodes (the same README; simulator/utilization/info.go, 1.35.2)."""


def node_template(
    instance: InstanceType,
    interfaces: Sequence[Interface],
    volume_gib: int,
    zone: str | None,
    devices: Devices = Devices.PLUGIN,
) -> dict[str, str]:
    """Tags by key: the node's extended resources and, where the group stands in one zone, its ID. Devices that are claimed are
    no resources: a pod that requests them is to start no node."""
    resources = {
        GPU: str(instance.gpu_count),
        "ephemeral-storage": f"{scratch_gib(instance, volume_gib)}Gi",
    }
    if cards := efa_count(tuple(interfaces)):
        resources |= {EFA: str(cards), HUGEPAGES: f"{EFA_HUGEPAGES_MIB}Mi"}
    claimed = devices is Devices.DRA
    tags = {
        f"{PREFIX}/resources/{name}": amount
        for name, amount in resources.items()
        if not (claimed and name in OF_RESOURCE)
    }
    tags |= SCALE_DOWN_UNCLAIMED if claimed else {}
    return tags | ({f"{PREFIX}/label/{ZONE_LABEL}": zone} if zone else {})


def scratch_gib(instance: InstanceType, volume_gib: int) -> int:
    """GiB that pods may ask for as ephemeral storage: of the local disks joined, or of the root volume, less 10 % at which
    the kubelet evicts, 5 % for the file system, and 1 GiB that nodeadm reserves."""
    disk: float = instance.nvme_gb * 1e9 / 2**30 if instance.nvme_disks else volume_gib
    return int(disk * 0.85) - 1
