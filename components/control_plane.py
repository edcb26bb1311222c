"""The EKS control plane: who reaches it, how its secrets are kept, what it logs.

What one gets wrong: without `public_access` the API server answers inside the VPC only, so `pulumi up` must run there too.
EKS makes the log group `/aws/eks/<name>/cluster` itself, without retention, before anything could declare it under the
generated name: its retention is set once, after the first deployment (`aws logs put-retention-policy`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks

from components.tags import CostTags

LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")


@dataclass(frozen=True, kw_only=True)
class ControlPlaneArgs:
    version: str
    """Kubernetes minor version."""
    service_cidr: IPv4Network
    public_access: Sequence[IPv4Network]
    """Ranges that reach the API server over the internet; none: only the VPC does."""
    log_types: Sequence[str]
    protect: bool
    """Refuse deletion, and encrypt Kubernetes secrets with a key of our own (1 $ a month); else AWS's key does."""
    tags: CostTags
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    """Private, in at least two zones."""

    def __post_init__(self) -> None:
        if len(self.subnet_ids) < 2:
            raise ValueError(f"subnet_ids: {len(self.subnet_ids)} given; EKS needs subnets in at least two zones")
        if unknown := sorted(set(self.log_types) - set(LOG_TYPES)):
            raise ValueError(
                f"log_types: {', '.join(unknown)} is no control-plane log; accepted: {', '.join(LOG_TYPES)}"
            )
        if any(cidr.prefixlen == 0 for cidr in self.public_access):
            raise ValueError("public_access: 0.0.0.0/0 opens the API server to everybody; name the ranges that need it")
        if not 12 <= self.service_cidr.prefixlen <= 24 or not self.service_cidr.is_private:
            raise ValueError(f"service_cidr: {self.service_cidr} is not a private range between /12 and /24")


class ControlPlane(pulumi.ComponentResource):
    name: pulumi.Output[str]
    """The cluster's generated name."""
    endpoint: pulumi.Output[str]
    """URL of the API server: born with this cluster, never another's."""
    security_group_id: pulumi.Output[str]
    """The group that EKS made; control plane and nodes reach each other through it."""
    kubeconfig: pulumi.Output[str]
    """JSON; calls `aws eks get-token`, holds no secret."""

    def __init__(self, name: str, args: ControlPlaneArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:ControlPlane", name, {}, opts)
        guarded = pulumi.ResourceOptions(parent=self, protect=args.protect)

        key = (
            aws.kms.Key(
                f"{name}-secrets",
                description="Kubernetes secrets",
                enable_key_rotation=True,
                tags=args.tags.aws(Name=f"{name}-secrets"),
                opts=guarded,
            )
            if args.protect
            else None
        )
        cluster = eks.Cluster(
            # Children become <name>-eksCluster and so on. No physical name: a fixed one forces deletion before
            # replacement, which the engine cannot get through (pulumi#14650).
            name,
            version=args.version,
            vpc_id=args.vpc_id,
            private_subnet_ids=list(args.subnet_ids),
            kubernetes_service_ip_address_range=str(args.service_cidr),
            endpoint_private_access=True,
            endpoint_public_access=bool(args.public_access),
            public_access_cidrs=[str(cidr) for cidr in args.public_access] or None,
            authentication_mode=eks.AuthenticationMode.API,
            encryption_config_key_arn=key.arn if key else None,
            enabled_cluster_log_types=list(args.log_types),
            deletion_protection=args.protect,
            # EXTENDED costs six times as much an hour once the version's standard support ends.
            upgrade_policy={"support_type": "STANDARD"},
            # Nodes, security groups and add-ons are resources of our own, visible before anything exists.
            skip_default_node_group=True,
            skip_default_security_groups=True,
            create_oidc_provider=False,
            bootstrap_self_managed_addons=False,
            use_default_vpc_cni=True,
            kube_proxy_addon_options={"enabled": False},
            coredns_addon_options={"enabled": False},
            tags=args.tags.aws(Name=name),
            opts=guarded,
        )

        self.name = cluster.eks_cluster.name
        self.endpoint = cluster.eks_cluster.endpoint
        self.security_group_id = cluster.cluster_security_group_id
        self.kubeconfig = cluster.kubeconfig_json
        self.register_outputs(
            {
                "name": self.name,
                "endpoint": self.endpoint,
                "security_group_id": self.security_group_id,
                "kubeconfig": self.kubeconfig,
            }
        )
