"""The FSx for Lustre file system on the cluster: a volume for everybody who writes its claim's name in a pod.

Static: the file system exists and outlives the cluster. A claim lives in one namespace and a volume serves one claim, so
each namespace that mounts the file system has a LustreVolume of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.tags import CostTags
from gpuplatform.catalog.nodes import ZONE_LABEL

DRIVER = "fsx.csi.aws.com"
CLAIM = "lustre"
"""Name of the claim in each namespace that has one."""
STORAGE = "1200Gi"
"""Of volume and claim, whatever the file system has: it only binds one to the other, while another value in a claim, which Kubernetes
cannot change, would end the jobs that use it (kubernetes.io, Persistent Volumes, "Expanding Persistent Volumes Claims")."""


@dataclass(frozen=True, kw_only=True)
class LustreVolumeArgs:
    zone: str
    """Zone ID of the file system: its pods run there."""
    tags: CostTags
    namespace: pulumi.Input[str]
    file_system_id: pulumi.Input[str]
    dns_name: pulumi.Input[str]
    mount_name: pulumi.Input[str]


class LustreVolume(pulumi.ComponentResource):
    claim_name: pulumi.Output[str]
    """What pods write under `persistentVolumeClaim`."""

    def __init__(self, name: str, args: LustreVolumeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:k8s:LustreVolume", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        labels = args.tags.labels()

        volume = kubernetes.core.v1.PersistentVolume(
            f"{name}-volume",
            metadata={"labels": labels},
            spec={
                "capacity": {"storage": STORAGE},
                "volume_mode": "Filesystem",
                "access_modes": ["ReadWriteMany"],
                # None, so that no provisioner ever makes a second file system for the claim.
                "storage_class_name": "",
                # Deleting a claim deletes no data.
                "persistent_volume_reclaim_policy": "Retain",
                # Locks that hold on all nodes, for the libraries that lock files.
                "mount_options": ["flock"],
                "csi": {
                    "driver": DRIVER,
                    "volume_handle": args.file_system_id,
                    "volume_attributes": {"dnsname": args.dns_name, "mountname": args.mount_name},
                },
                "node_affinity": {
                    "required": {
                        "node_selector_terms": [
                            {"match_expressions": [{"key": ZONE_LABEL, "operator": "In", "values": [args.zone]}]}
                        ]
                    }
                },
            },
            opts=child,
        )
        claim = kubernetes.core.v1.PersistentVolumeClaim(
            f"{name}-claim",
            # Named, since people write it in their jobs.
            metadata={"name": CLAIM, "namespace": args.namespace, "labels": labels},
            spec={
                "access_modes": ["ReadWriteMany"],
                "storage_class_name": "",
                "volume_name": volume.metadata.name,
                "resources": {"requests": {"storage": STORAGE}},
            },
            opts=child,
        )

        self.claim_name = claim.metadata.name
        self.register_outputs({"claim_name": self.claim_name})
