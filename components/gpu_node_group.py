"""One rung of a GPU pool: a managed node group of one instance type, bought in one way.

Created empty, so that a lack of capacity fails no deployment; Cluster Autoscaler grows it. A creation that failed all the
same is replaced at the next `up`: otherwise the engine sends an empty update and reports success over a group that is still
CREATE_FAILED.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pulumi
import pulumi_aws as aws

from components.tags import CostTags
from gpuplatform.catalog.instances import InstanceType
from gpuplatform.sizing import capacity, efa, user_data
from gpuplatform.sizing.capacity import Rung

POOL_LABEL = "gpuplatform.io/pool"
RUNG_LABEL = "gpuplatform.io/rung"
LONGEST_NAME = 63
"""Of a node group in EKS; Pulumi adds eight characters to ours."""
AUTOSCALER = "k8s.io/cluster-autoscaler/node-template"


class OperatingSystem(StrEnum):
    AL2023 = "al2023"
    BOTTLEROCKET = "bottlerocket"


AMI_TYPES = {
    (OperatingSystem.AL2023, "x86_64"): "AL2023_x86_64_NVIDIA",
    (OperatingSystem.AL2023, "arm64"): "AL2023_ARM_64_NVIDIA",
    (OperatingSystem.BOTTLEROCKET, "x86_64"): "BOTTLEROCKET_x86_64_NVIDIA",
    (OperatingSystem.BOTTLEROCKET, "arm64"): "BOTTLEROCKET_ARM_64_NVIDIA",
}


@dataclass(frozen=True, kw_only=True)
class Pool:
    """What every rung of a pool has in common."""

    name: str
    instance: InstanceType
    efa: bool
    zone: str | None
    """Zone ID; EFA and reservations need one, other pools may spread over all."""
    os: OperatingSystem = OperatingSystem.AL2023
    volume_gib: int = 200

    def __post_init__(self) -> None:
        gpu = self.instance.gpu
        if gpu is None or gpu.manufacturer.upper() != "NVIDIA":
            raise ValueError(f"instance: {self.instance.name} has no NVIDIA GPU, and the node images are NVIDIA's")
        if self.efa and not self.instance.efa:
            raise ValueError(f"efa: {self.instance.name} has no Elastic Fabric Adapter; leave it off")
        if self.efa and self.zone is None:
            raise ValueError(f"zone: missing; EFA traffic of {self.instance.name} stays in one zone, so name it")


@dataclass(frozen=True, kw_only=True)
class GpuNodeGroupArgs:
    pool: Pool
    rung: Rung
    index: int
    """Place of the rung in its pool, from 0."""
    tags: CostTags
    cluster_name: pulumi.Input[str]
    node_role_arn: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    """One, in the pool's zone, where it has one."""
    security_group_ids: Sequence[pulumi.Input[str]]
    """The cluster's own among them: EKS adds none where a template names any."""

    def __post_init__(self) -> None:
        instance, how = self.pool.instance, self.rung.how
        if capacity.usage_class(self.rung) not in instance.usage_classes:
            raise ValueError(
                f"rung: {instance.name} is not sold as {how}; EC2 sells it as {', '.join(sorted(instance.usage_classes))}"
            )
        if self.rung.reservation and self.pool.zone is None:
            raise ValueError(f"zone: missing; {self.rung.reservation} is capacity in one zone, so name it")
        if self.pool.zone is not None and len(self.subnet_ids) != 1:
            raise ValueError(
                f"subnet_ids: {len(self.subnet_ids)} given; pool {self.pool.name} is in {self.pool.zone} only"
            )
        if not self.subnet_ids:
            raise ValueError(f"subnet_ids: none given; pool {self.pool.name} needs at least one")

    @property
    def rung_label(self) -> str:
        return f"{self.rung.how}-{self.index}"


class GpuNodeGroup(pulumi.ComponentResource):
    name: pulumi.Output[str]
    """Of the node group, as EKS knows it."""
    asg_name: pulumi.Output[str]
    """Of its Auto Scaling group, as Cluster Autoscaler knows it."""
    args: GpuNodeGroupArgs
    """Pool, rung and label, for whoever orders or matches groups."""

    def __init__(self, name: str, args: GpuNodeGroupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:GpuNodeGroup", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        if len(f"{name}-nodes") > LONGEST_NAME - 8:
            raise ValueError(
                f"{name}: too long for a node group by {len(f'{name}-nodes') - LONGEST_NAME + 8}; shorten the pool's name"
            )
        pool, rung = args.pool, args.rung
        interfaces = efa.interfaces(pool.instance, efa=pool.efa)
        tags = args.tags.aws(Name=name)

        group = (
            aws.ec2.PlacementGroup(f"{name}-placement", strategy="cluster", tags=tags, opts=child)
            if capacity.placement_group(pool.instance, rung, pool.efa, rung.max)
            else None
        )
        template = aws.ec2.LaunchTemplate(
            f"{name}-template",
            instance_type=pool.instance.name if capacity.instance_type_in_template(rung) else None,
            # Security groups stand on the interfaces, and a managed group's template names no subnet.
            network_interfaces=[
                aws.ec2.LaunchTemplateNetworkInterfaceArgs(**interface, security_groups=list(args.security_group_ids))
                for interface in efa.launch_template_interfaces(interfaces)
            ],
            block_device_mappings=volumes(pool),
            # Hop limit 1: pods have Pod Identity and no business with the node's role. Tags stay out of the metadata:
            # EKS puts tags with slashes on instances, and EC2 refuses to start those where metadata shows tags.
            metadata_options={"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1},
            placement={"group_name": group.name} if group else None,
            instance_market_options=market(rung),
            capacity_reservation_specification=target(rung),
            user_data=base64.b64encode(boot_text(pool, interfaces).encode()).decode(),
            # Tags stop at the template otherwise: AWS starts these three for us.
            tag_specifications=[
                {"resource_type": kind, "tags": tags} for kind in ("instance", "volume", "network-interface")
            ],
            tags=tags,
            opts=child,
        )
        nodes = aws.eks.NodeGroup(
            f"{name}-nodes",
            cluster_name=args.cluster_name,
            node_role_arn=args.node_role_arn,
            subnet_ids=list(args.subnet_ids),
            ami_type=AMI_TYPES[pool.os, pool.instance.architecture],
            capacity_type=capacity.capacity_type(rung),
            instance_types=None if capacity.instance_type_in_template(rung) else [pool.instance.name],
            scaling_config={"min_size": 0, "desired_size": 0, "max_size": rung.max},
            launch_template={"id": template.id, "version": template.latest_version.apply(str)},
            # Neither version nor release_version: EKS takes the cluster's at creation and keeps it, so that an upgrade of
            # the control plane drains no training node. Moving a pool is a step of its own (`aws eks update-nodegroup-version`).
            # MINIMAL ends an old node before it starts a new one: spare GPUs for the other way round seldom exist.
            update_config={"max_unavailable": 1, "update_strategy": "MINIMAL"},
            node_repair_config={"enabled": True, "max_parallel_nodes_repaired_count": 1},
            labels={POOL_LABEL: pool.name, RUNG_LABEL: args.rung_label},
            taints=[{"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}],
            tags=tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                ignore_changes=["scalingConfig.desiredSize"],
                replace_on_changes=["#initerror"],
                delete_before_replace=True,
            ),
        )
        asg_name = nodes.resources[0].autoscaling_groups[0].name
        for key, value in unseen(pool, interfaces).items():
            aws.autoscaling.Tag(
                f"{name}-{key.rsplit('/', 1)[-1].lower()}",
                autoscaling_group_name=asg_name,
                tag={"key": f"{AUTOSCALER}/{key}", "value": value, "propagate_at_launch": False},
                opts=child,
            )

        self.name = nodes.node_group_name
        self.asg_name = asg_name
        self.args = args
        self.register_outputs({"name": self.name, "asg_name": self.asg_name})


def volumes(pool: Pool) -> list[aws.ec2.LaunchTemplateBlockDeviceMappingArgsDict]:
    """Encrypted gp3. Bottlerocket keeps its system on a first volume and images on the second."""
    ebs: aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgsDict = {
        "volume_type": "gp3",
        "encrypted": "true",
        "delete_on_termination": "true",
    }
    data: aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgsDict = {**ebs, "volume_size": pool.volume_gib}
    if not pool.instance.nvme_disks:
        # Images land here: what parallel pulls want at least, within the type's own EBS bandwidth (Mbit/s to MiB/s).
        data["throughput"] = max(125, min(600, pool.instance.ebs_baseline_mbps // 8))
    if pool.os is OperatingSystem.BOTTLEROCKET:
        return [{"device_name": "/dev/xvda", "ebs": ebs}, {"device_name": "/dev/xvdb", "ebs": data}]
    return [{"device_name": "/dev/xvda", "ebs": data}]


def market(rung: Rung) -> aws.ec2.LaunchTemplateInstanceMarketOptionsArgsDict | None:
    kind = capacity.market_type(rung)
    return {"market_type": kind} if kind else None


def target(rung: Rung) -> aws.ec2.LaunchTemplateCapacityReservationSpecificationArgsDict | None:
    reservation = capacity.reservation_target(rung)
    return {"capacity_reservation_target": {"capacity_reservation_id": reservation}} if reservation else None


def boot_text(pool: Pool, interfaces: tuple[efa.Interface, ...]) -> str:
    boot = user_data.boot(pool.instance, interfaces)
    return user_data.bottlerocket(boot) if pool.os is OperatingSystem.BOTTLEROCKET else user_data.al2023(boot)


def unseen(pool: Pool, interfaces: tuple[efa.Interface, ...]) -> dict[str, str]:
    """What Cluster Autoscaler cannot know of an empty group, as keys and values of its node-template tags.

    Labels and taints it asks of EKS, CPU and memory of EC2 (cluster-autoscaler, cloudprovider/aws/aws_manager.go,
    `buildNodeFromTemplate`, August 2026). It knows neither disk nor pages nor EFA, counts no GPU on fractional types, and
    its template carries no zone ID, without which a pod that selects one never makes the group grow.
    """
    resources = {"nvidia.com/gpu": str(pool.instance.gpu_count), "ephemeral-storage": f"{scratch_gib(pool)}Gi"}
    if devices := efa.efa_count(interfaces):
        resources |= {"vpc.amazonaws.com/efa": str(devices), "hugepages-2Mi": f"{user_data.EFA_HUGEPAGES * 2}Mi"}
    known = {f"resources/{name}": amount for name, amount in resources.items()}
    return known | ({"label/topology.k8s.aws/zone-id": pool.zone} if pool.zone else {})


def scratch_gib(pool: Pool) -> int:
    """GiB that pods may ask for as ephemeral storage: the kubelet's disk less its eviction threshold of 10 % and 5 % for the
    file system, and the 1 GiB that nodeadm reserves."""
    disk: float = pool.instance.nvme_gb * 1e9 / 2**30 if pool.instance.nvme_disks else pool.volume_gib
    return int(disk * 0.85) - 1
