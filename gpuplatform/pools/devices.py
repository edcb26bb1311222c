"""How the pods of a pool get its GPUs and EFA devices: counted by device plugins, or claimed from drivers (Dynamic Resource Allocation).

A claim names a class of devices and how many. It is made from a template for each pod, and devices are known once the driver of a
running node has published them. So nothing can tell what an empty group would have: Cluster Autoscaler grows it only from a node that
runs, and not for a ProvisioningRequest at all, whose pods never get claims.

Sources, read 2026-11-22: EKS user guide, device-management, device-management-nvidia-dra-device-plugin and device-management-efa;
kubernetes/autoscaler 1.35.2, cloudprovider/aws, TemplateNodeInfo, and mixed_nodeinfos_processor.go; kubernetes/autoscaler#10065;
aws/eks-charts, aws-dranet 1.0.0, README; bottlerocket-core-kit, pull requests 914 and 1035.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from gpuplatform.catalog.device_classes import OF_RESOURCE
from gpuplatform.pools.purchase import PurchaseOption, PurchaseType
from gpuplatform.sizing.shares import Share

LABEL: Final = "gpuplatform.io/devices"
"""Of nodes whose devices are claimed."""

KUBERNETES: Final = "1.34"
"""The first minor version where claims are stable."""
KUBERNETES_EFA: Final = "1.35"
"""The first that the chart of the EFA driver is for. EKS's user guide says 1.34."""


class Devices(StrEnum):
    PLUGIN = "plugin"
    DRA = "dra"


def resources(share: Share, devices: Devices) -> dict[str, Any]:
    """A container's `resources`."""
    if devices is Devices.PLUGIN:
        return {"requests": share.quantities(), "limits": share.quantities()}
    rest = {name: amount for name, amount in share.quantities().items() if name not in OF_RESOURCE}
    return {"requests": rest, "limits": dict(rest), "claims": [{"name": claim} for claim in claims(share)]}


def pod_claims(job: str, share: Share, devices: Devices) -> dict[str, Any]:
    """What the pod's spec says besides, with a ResourceClaimTemplate `<job>-<claim>` for each of `claims`."""
    if devices is Devices.PLUGIN:
        return {}
    named = [{"name": claim, "resourceClaimTemplateName": f"{job}-{claim}"} for claim in claims(share)]
    return {"resourceClaims": named}


def claims(share: Share) -> dict[str, dict[str, Any]]:
    """Name of a pod's claim → the `spec` of its ResourceClaimTemplate. One for each class: all devices of a p5.48xlarge are more than
    a claim is given. Kueue takes no other mode than the exact count."""

    def spec(claim: str, resource: str, amount: str) -> dict[str, Any]:
        exactly = {"deviceClassName": OF_RESOURCE[resource], "allocationMode": "ExactCount", "count": int(amount)}
        return {"spec": {"devices": {"requests": [{"name": claim, "exactly": exactly}]}}}

    wanted = {
        name.rpartition("/")[2]: (name, amount) for name, amount in share.quantities().items() if name in OF_RESOURCE
    }
    return {claim: spec(claim, *of) for claim, of in wanted.items()}


def mappings() -> list[dict[str, Any]]:
    """Kueue's `deviceClassMappings`: a class is charged to the quota of the resource."""
    return [{"name": resource, "deviceClassNames": [name]} for resource, name in OF_RESOURCE.items()]


def needed_kubernetes(*, efa: bool) -> str:
    return KUBERNETES_EFA if efa else KUBERNETES


def check(devices: Devices, rungs: Sequence[PurchaseOption], *, al2023: bool, shared: bool) -> None:
    """The laws of a pool, but for the cluster's version. Raises ValueError."""
    if devices is Devices.PLUGIN:
        if kept := [rung for rung in rungs if rung.min]:
            raise ValueError(
                f"buy: min {kept[0].min} of {kept[0].how}, but groups whose devices are counted grow from none; leave min out"
            )
        return
    if shared:
        raise ValueError("devices: dra hands out whole GPUs; leave sharing out, or take devices: plugin")
    if not al2023:
        raise ValueError(
            "devices: on bottlerocket GPUs are handed out by the image's own plugin, and images before 2026-09 have no setting "
            "against it; set os: al2023, or take devices: plugin"
        )
    for rung in rungs:
        if rung.how is PurchaseType.CAPACITY_BLOCK and rung.starts is None:
            raise ValueError(
                f"buy: capacity-block {rung.reservation or rung.offering} has no starts, so nothing starts its first node, and for "
                "claims the autoscaler does not; name the start that lies ahead, or take devices: plugin"
            )
        if rung.how is not PurchaseType.CAPACITY_BLOCK and not rung.min:
            raise ValueError(
                f"buy: min is missing from {rung.how}; claims make no empty group grow, so keep at least 1 node of each way of "
                "buying, or take devices: plugin"
            )


def of_labels(labels: Mapping[str, Any]) -> Devices:
    """As a node group says it."""
    return Devices.DRA if labels.get(LABEL) == Devices.DRA else Devices.PLUGIN
