"""Classes of devices that pods claim (Dynamic Resource Allocation): which there are, and what one claim holds."""

from __future__ import annotations

from typing import Final

from gpuplatform.catalog import nodes

GPU: Final = "gpu.nvidia.com"
EFA: Final = "efa.networking.k8s.aws"

OF_RESOURCE: Final = {nodes.GPU: GPU, nodes.EFA: EFA}
"""Resource that a device plugin counts → class of the same devices."""

OF_CHART: Final = {"dra-driver-nvidia-gpu": (GPU, "mig.nvidia.com", "vfio.gpu.nvidia.com"), "aws-dranet": (EFA,)}
"""Chart → classes that it brings. Source: templates of dra-driver-nvidia-gpu 0.4.1 and aws-dranet 1.0.0, read 2026-11-22."""

MOST_OF_A_CLAIM: Final = 32
"""Devices that one claim is ever given: a claim for more is accepted and never served (k8s.io/api, resource/v1, AllocationResultsMaxSize,
at Kubernetes 1.36; kubernetes/kubernetes#131662)."""
