"""Node labels that say where in AWS's network a node stands, widest first.

EKS puts them on nodes as they join: its cloud controller asks EC2's DescribeInstanceTopology, for which AmazonEKSClusterPolicy
has the right. On other types and in other regions nodes bear none of them.
Sources, read 2026-11-22: EKS user guide, ml-workload-topology; EC2 user guide, ec2-instance-topology-prerequisites (types, regions);
AWS managed policy reference, AmazonEKSClusterPolicy v8; kubernetes/cloud-provider-aws v1.35.2, pkg/providers/v1/topology.go.
"""

from __future__ import annotations

from typing import Final

LAYER: Final = "topology.k8s.aws/network-node-layer-"
NODE: Final = "kubernetes.io/hostname"
"""Every node has it."""

_FAMILIES: Final = {"g6e": 3, "g7e": 3, "p4d": 3, "p4de": 3, "p5e": 3, "p5en": 3, "p6-b200": 4, "p6-b300": 4}
_TYPES: Final = {"p5.48xlarge": 3}
"""Of the family p5, the largest alone."""

REGIONS: Final = frozenset(
    (
        *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "us-gov-west-1"),
        *(
            "ap-southeast-3",
            "ap-east-1",
            "ap-south-2",
            "ap-southeast-4",
            "ap-south-1",
            "ap-northeast-3",
            "ap-northeast-2",
        ),
        *(
            "ap-southeast-1",
            "ap-southeast-2",
            "ap-northeast-1",
            "af-south-1",
            "il-central-1",
            "me-south-1",
            "me-central-1",
        ),
        *(
            "eu-central-1",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "eu-south-2",
            "eu-north-1",
            "eu-central-2",
            "eusc-de-east-1",
        ),
    )
)


def network_layers(instance_type: str, region: str) -> tuple[str, ...]:
    """Labels of the layers that a node of the type bears in the region, widest first; none where AWS gives it none."""
    count = _TYPES.get(instance_type) or _FAMILIES.get(instance_type.partition(".")[0], 0)
    return tuple(f"{LAYER}{layer}" for layer in range(1, count + 1)) if region in REGIONS else ()
