"""Type tokens of what several readers of a plan look for."""

from typing import Final

RELEASE: Final = "kubernetes:helm.sh/v3:Release"
NODE_GROUP: Final = "aws:eks/nodeGroup:NodeGroup"
LAUNCH_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
NODE_POOL: Final = "kubernetes:karpenter.sh/v1:NodePool"
NODE_CLASS: Final = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
SUBNET: Final = "aws:ec2/subnet:Subnet"
SECURITY_GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
RESERVATION: Final = "aws:ec2/capacityReservation:CapacityReservation"
BLOCK: Final = "aws:ec2/capacityBlockReservation:CapacityBlockReservation"
CLUSTER_COMPONENT: Final = "eks:index:Cluster"
CONTROL_PLANE: Final = "aws:eks/cluster:Cluster"
CLUSTERS: Final = (CLUSTER_COMPONENT, CONTROL_PLANE)
"""A cluster by Pulumi's component for it, and by the resource alone."""
