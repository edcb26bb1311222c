"""The cluster: control plane, add-ons, who may use it, system nodes, and GPU pools that wait empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.access import Access, AccessArgs
from components.addons import Addon, Addons, AddonsArgs, Identity
from components.bought_capacity import BoughtCapacity, BoughtCapacityArgs
from components.capacity_block_starts import BlockStart, CapacityBlockStarts, CapacityBlockStartsArgs
from components.control_plane import ControlPlane, ControlPlaneArgs
from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.gpu_node_group import GpuNodeGroup, GpuNodeGroupArgs, group_name
from components.log_retention import LogRetention, LogRetentionArgs
from components.node_role import NodeRole, NodeRoleArgs
from components.nodes import JoinedCluster, NodeNetwork
from components.system_node_group import SystemNodeGroup, SystemNodeGroupArgs
from components.tags import CostTags
from gpuplatform.catalog import zones
from gpuplatform.catalog.instances import instance
from gpuplatform.pools import purchase
from gpuplatform.pools.managed import ManagedPool
from gpuplatform.pools.purchase import PurchaseOption, PurchaseType
from k8s.gpu_nodes import DAEMON_TOLERATIONS
from stacks.network import NetworkLayer
from stacks.settings.cluster import ClusterSettings
from stacks.settings.context import Context
from stacks.settings.types import EncryptionKey as KeyChoice

NODE_STARTERS = (
    "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
    "spot.amazonaws.com/AWSServiceRoleForEC2Spot",
)
"""Who makes nodes' volumes in its own name: Auto Scaling, and EC2 for spot (EC2 user guide, "Service-linked role for Spot
Instance requests"). Karpenter's fleets are of type instant, which need no role of their own, and use Karpenter's rights."""

# Each node runs these, so they exist before the first one does.
ON_EVERY_NODE = (
    # Prefixes of 16 addresses: a small node runs 110 pods, not 17.
    Addon(
        name="vpc-cni",
        configuration={
            "env": {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"},
            # Without it, network policies are accepted and do nothing.
            "enableNetworkPolicy": "true",
        },
    ),
    Addon(name="kube-proxy"),
    Addon(name="eks-pod-identity-agent"),
    # Without it, node repair sees a node that is gone but not a GPU that fell off the bus.
    Addon(
        name="eks-node-monitoring-agent",
        # Its DCGM engine asks the GPUs, for repair and for our exporter alike; by default it bears no taint.
        configuration={"dcgmAgent": {"tolerations": DAEMON_TOLERATIONS}},
    ),
)


@dataclass(frozen=True, kw_only=True)
class ClusterLayer:
    name: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    provider: kubernetes.Provider
    security_group_id: pulumi.Output[str]
    karpenter_node_role_arn: pulumi.Output[str]
    karpenter_node_role_name: pulumi.Output[str]
    volume_key_arn: pulumi.Output[str] | None
    """Of all nodes' volumes; None with the account's key, which needs no right of its own."""
    system: SystemNodeGroup
    pools: Mapping[str, tuple[GpuNodeGroup, ...]]
    """One group a rung, first choice first; none for capacity that waits for consent."""
    after: pulumi.Resource
    """What runs on the cluster waits for this: nodes are up and names resolve; on the way down it goes before them."""


def build(settings: ClusterSettings, context: Context, network: NetworkLayer) -> ClusterLayer:
    tags = context.tags.of(component="cluster")
    account = context.account
    private = list(network.private_subnet_ids.values())

    plane = ControlPlane(
        "cluster",
        ControlPlaneArgs(
            version=settings.version,
            service_cidr=settings.service_cidr,
            public_access=settings.public_access,
            log_types=settings.log_types,
            protect=context.protect,
            tags=tags,
            vpc_id=network.vpc_id,
            subnet_ids=private,
        ),
    )
    if settings.log_types:
        LogRetention(
            "cluster-logs",
            LogRetentionArgs(account=account, tags=tags, cluster_name=plane.name, days=settings.log_days),
        )
    Access(
        "access",
        AccessArgs(
            admins=settings.admins, viewers=settings.viewers, account=account, tags=tags, cluster_name=plane.name
        ),
    )
    role = NodeRole("nodes", NodeRoleArgs(account=account, tags=tags))
    karpenter_role = NodeRole("karpenter-nodes", NodeRoleArgs(account=account, tags=tags, admitted_to=plane.name))
    agents = Addons(
        "node-addons", AddonsArgs(addons=ON_EVERY_NODE, account=account, tags=tags, cluster_name=plane.name)
    )

    # Nodes come after what they need to join, and go before it.
    joining = pulumi.ResourceOptions(depends_on=[role, agents])
    volume_key_arn = _volume_key(context) if settings.volume_key is KeyChoice.CUSTOMER else None
    joined = JoinedCluster(name=plane.name, node_role_arn=role.arn, volume_key_arn=volume_key_arn)
    node_groups = [plane.security_group_id, network.node_security_group_id]
    system = SystemNodeGroup(
        "system",
        SystemNodeGroupArgs(
            instance=instance(settings.system.instance),
            nodes=(settings.system.min, settings.system.max),
            volume_gib=settings.system.volume_gib,
            revision=settings.system.revision,
            tags=tags,
            cluster=joined,
            network=NodeNetwork(subnet_ids=private, security_group_ids=node_groups),
        ),
        opts=joining,
    )

    training = context.tags.of(component="training")
    pools = {
        name: _node_groups(name, pool, training, joined, network, node_groups, joining)
        for name, pool in settings.pools.items()
    }
    if blocks := _blocks_ahead(pools):
        CapacityBlockStarts(
            "capacity-blocks",
            CapacityBlockStartsArgs(account=account, tags=training, cluster_name=plane.name, blocks=blocks),
        )
    services = Addons(
        "cluster-addons",
        AddonsArgs(
            addons=(
                Addon(name="coredns"),
                Addon(name="metrics-server"),
                Addon(
                    name="aws-ebs-csi-driver",
                    # Volumes that pods claim are born in EC2, where only these tags reach them.
                    configuration={"controller": {"extraVolumeTags": tags.aws()}},
                    # V2 lets the driver touch only volumes that carry its own tag.
                    identity=Identity(service_account="ebs-csi-controller-sa", policy="AmazonEBSCSIDriverPolicyV2"),
                ),
            ),
            account=account,
            tags=tags,
            cluster_name=plane.name,
        ),
        # Deployments: EKS calls them failed while no node can run them.
        opts=pulumi.ResourceOptions(depends_on=[system.group]),
    )

    return ClusterLayer(
        name=plane.name,
        endpoint=plane.endpoint,
        provider=kubernetes.Provider(
            "cluster",
            kubeconfig=plane.kubeconfig,
            # Born with the cluster. With a name or an ARN, a cluster reborn under it would be reported updated with no
            # object on it.
            cluster_identifier=plane.endpoint,
            enable_server_side_apply=True,
        ),
        security_group_id=plane.security_group_id,
        karpenter_node_role_arn=karpenter_role.arn,
        karpenter_node_role_name=karpenter_role.name,
        volume_key_arn=volume_key_arn,
        system=system,
        pools=pools,
        after=services.installed["coredns"],
    )


def _node_groups(
    name: str,
    pool: ManagedPool,
    tags: CostTags,
    joined: JoinedCluster,
    network: NetworkLayer,
    security_group_ids: Sequence[pulumi.Input[str]],
    opts: pulumi.ResourceOptions,
) -> tuple[GpuNodeGroup, ...]:
    """A group for each way of buying the pool, but for capacity that waits for consent."""
    # EKS refuses a group with a subnet where the type is not offered.
    offered = [z for z in network.private_subnet_ids if z in zones.offered(pool.instance, zones.region_of(z))]
    subnets = NodeNetwork(
        subnet_ids=[network.private_subnet_ids[zone] for zone in ([pool.zone] if pool.zone else offered)],
        security_group_ids=[*security_group_ids, *([network.efa_security_group_id] if pool.uses_efa else [])],
    )
    return tuple(
        GpuNodeGroup(
            group_name(name, option, index),
            GpuNodeGroupArgs(
                pool_name=name,
                pool=pool,
                rung=option,
                index=index,
                tags=tags.of(team=pool.team),
                cluster=joined,
                network=subnets,
                bought_id=_bought(group_name(name, option, index), pool, option, tags.of(team=pool.team), network),
            ),
            opts=opts,
        )
        for index, option in enumerate(pool.buy)
        if option.available
    )


def _bought(
    name: str, pool: ManagedPool, option: PurchaseOption, tags: CostTags, network: NetworkLayer
) -> pulumi.Output[str] | None:
    """The reservation that the program itself buys; None where one stands or none is needed."""
    if purchase.to_buy(pool.instance, option) is None or pool.zone is None:
        return None
    args = BoughtCapacityArgs(instance=pool.type, rung=option, tags=tags, zone_name=network.zone_names[pool.zone])
    return BoughtCapacity(f"{name}-capacity", args).reservation_id


def _blocks_ahead(pools: Mapping[str, tuple[GpuNodeGroup, ...]]) -> dict[str, BlockStart]:
    """Capacity blocks whose nodes a schedule starts."""
    return {
        # Pool and place of the rung, not its whole label: a schedule's name has 64 characters at most.
        f"{name}-{group.args.index}": BlockStart(rung=group.args.rung, group_name=group.name)
        for name, groups in pools.items()
        for group in groups
        if group.args.rung.how is PurchaseType.CAPACITY_BLOCK and group.args.rung.starts
    }


def _volume_key(context: Context) -> pulumi.Output[str]:
    key = EncryptionKey(
        "volume-key",
        EncryptionKeyArgs(
            description="Volumes of nodes",
            account=context.account,
            tags=context.tags.of(component="cluster"),
            service_linked={"ec2": NODE_STARTERS},
            # It outlives no data: a volume goes with its node.
            protect=False,
        ),
    )
    return key.arn
