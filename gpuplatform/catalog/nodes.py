"""What nodes are called and have: the keys on which node groups, pods, queues and checks agree."""

from typing import Final

POOL_LABEL: Final = "gpuplatform.io/pool"
"""Of every node: the pool that it is of."""
RUNG_LABEL: Final = "gpuplatform.io/rung"
"""Of nodes for training: the way in which they were bought, such as `spot-1`."""
ZONE_LABEL: Final = "topology.k8s.aws/zone-id"
"""AWS's, with the ID of the node's zone (EKS user guide, node labels)."""

GPU: Final = "nvidia.com/gpu"
"""What NVIDIA's device plugin counts; the key of the taint on GPU nodes as well."""
EFA: Final = "vpc.amazonaws.com/efa"
"""What AWS's device plugin counts."""
HUGEPAGES: Final = "hugepages-2Mi"
