"""Settings of the Kubernetes control plane and the node groups that EKS manages."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator, model_validator

from components.gpu_node_group import LONGEST_NAME, group_name
from gpuplatform.catalog.charts import CLUSTER_AUTOSCALER_TAGS
from gpuplatform.pools.devices import Devices, needed_kubernetes
from gpuplatform.pools.managed import ManagedPool
from gpuplatform.pools.names import InstanceName
from gpuplatform.pools.upkeep import kubernetes
from stacks.settings.types import Arn, EncryptionKey, LogDays, Maximum, Name, Section


class SystemNodes(Section):
    """Nodes for the operators; everything else tolerates a taint to get away from them."""

    instance: InstanceName
    min: int = Field(ge=1)
    """Nodes while awake; asleep there are none."""
    max: Maximum = Field(ge=1)
    volume_gib: int = Field(default=30, ge=20)
    revision: int = Field(default=1, ge=1)
    """Raised, it moves the nodes to the newest launch template, one after the other."""


class ClusterSettings(Section):
    """EKS, who may use it, and its node groups."""

    version: Annotated[str, StringConstraints(pattern=r"^1\.\d\d$")]
    """Kubernetes minor version."""
    service_cidr: IPv4Network = IPv4Network("172.20.0.0/16")
    """Addresses of Kubernetes services; outside the VPC and its peers."""
    public_access: tuple[IPv4Network, ...] = ()
    """Ranges from which the API server is reached over the internet; without any, only from inside the VPC."""
    admins: dict[Name, Arn] = Field(default_factory=dict)
    """Who administers the cluster, besides whoever deploys it."""
    viewers: dict[Name, Arn] = Field(default_factory=dict)
    """Who may look at everything but secrets."""
    log_types: tuple[str, ...] = ("api", "audit", "authenticator")
    """Control-plane logs kept in CloudWatch."""
    log_days: LogDays = 90
    """How long they are kept: one of the periods that CloudWatch knows."""
    system: SystemNodes
    """Nodes that carry the operators."""
    pools: dict[Name, ManagedPool] = Field(default_factory=dict)
    """GPU node groups for training, by name."""
    volume_key: EncryptionKey = EncryptionKey.CUSTOMER
    """Of all nodes' volumes. `customer`: a KMS key of our own, 1 $ a month; `aws-managed`: the account's key for EBS, free."""
    protect: bool = True
    """Refuse to destroy the control plane and what holds data."""

    @field_validator("version")
    @classmethod
    def _known_version(cls, version: str) -> str:
        """The autoscaler simulates one minor version's scheduler: without its image there are no GPU nodes."""
        if version not in CLUSTER_AUTOSCALER_TAGS:
            raise ValueError(f"Kubernetes {version} is unknown here; accepted: {', '.join(CLUSTER_AUTOSCALER_TAGS)}")
        return version

    @model_validator(mode="after")
    def _images_are_not_newer(self) -> ClusterSettings:
        for name, pool in self.pools.items():
            of = kubernetes(pool.upkeep.release, pool.os)
            if of is not None and _minor(of) > _minor(self.version):
                raise ValueError(
                    f"pools.{name}.upkeep.release: {pool.upkeep.release} is for Kubernetes {of}, newer than the cluster's {self.version}"
                )
        return self

    @model_validator(mode="after")
    def _claims_are_served(self) -> ClusterSettings:
        for name, pool in self.pools.items():
            needed = needed_kubernetes(efa=pool.uses_efa)
            if pool.devices is Devices.DRA and _minor(self.version) < _minor(needed):
                raise ValueError(
                    f"pools.{name}.devices: dra{' with EFA' if pool.uses_efa else ''} needs Kubernetes {needed}, and the cluster "
                    f"has {self.version}"
                )
        return self

    @field_validator("pools")
    @classmethod
    def _names_fit_node_groups(cls, pools: dict[str, ManagedPool]) -> dict[str, ManagedPool]:
        for name, pool in pools.items():
            group = max((group_name(name, rung, index) for index, rung in enumerate(pool.buy)), key=len)
            if len(group) > LONGEST_NAME:
                raise ValueError(
                    f"{name}: too long by {len(group) - LONGEST_NAME} for its node group {group}; shorten it"
                )
        return pools


def _minor(version: str) -> int:
    return int(version.partition(".")[2])
