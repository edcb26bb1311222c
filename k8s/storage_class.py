"""Volumes of the cluster that no claim names a class for: encrypted gp3.

EKS marks no class as the default since Kubernetes 1.30. Tags are set by the driver, for all volumes alike.
"""

from __future__ import annotations

import pulumi
import pulumi_kubernetes as kubernetes

GP3 = "gp3"


def default_storage_class(opts: pulumi.ResourceOptions) -> kubernetes.storage.v1.StorageClass:
    return kubernetes.storage.v1.StorageClass(
        GP3,
        metadata={"name": GP3, "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
        provisioner="ebs.csi.aws.com",
        parameters={"type": "gp3", "encrypted": "true"},
        # Only when a pod claims it is it known in which zone the volume must be.
        volume_binding_mode="WaitForFirstConsumer",
        reclaim_policy="Delete",
        allow_volume_expansion=True,
        opts=opts,
    )
