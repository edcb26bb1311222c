"""The platform layer: what every workload on the cluster relies on."""

from stacks.platform.layer import PlatformLayer, build

__all__ = ["PlatformLayer", "build"]
