"""Settings of the Kubernetes control plane and the node groups that EKS manages."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator, model_validator

from components.gpu_node_group import LONGEST_NAME, group_name
from gpuplatform.catalog import gp3
from gpuplatform.catalog.charts import CLUSTER_AUTOSCALER_TAGS
from gpuplatform.catalog.instances import InstanceType, instance
from gpuplatform.pools import sharing as gpu_sharing
from gpuplatform.pools.devices import Devices, needed_kubernetes
from gpuplatform.pools.devices import check as check_devices
from gpuplatform.pools.expected import NOTHING, Expected
from gpuplatform.pools.health import Level
from gpuplatform.pools.managed import AUTOMATIC, OperatingSystem, Upkeep, check_warm
from gpuplatform.pools.purchase import RESERVED, Rung, check_consent, check_order, usage_class
from gpuplatform.pools.sharing import Sharing, advertised
from stacks.settings.types import Arn, EncryptionKey, InstanceName, Maximum, Name, Section, ZoneId


class SystemNodes(Section):
    """Nodes for the operators; everything else tolerates a taint to get away from them."""

    instance: InstanceName
    min: int = Field(ge=1)
    """Nodes while awake; asleep there are none."""
    max: Maximum = Field(ge=1)
    volume_gib: int = Field(default=30, ge=20)


class GpuPool(Section):
    """One GPU instance type, bought in one or more ways. One node group a rung."""

    instance: InstanceName
    zone: ZoneId | None = None
    """EFA and reservations need one named zone; a pool without them may spread over all."""
    buy: tuple[Rung, ...] = Field(min_length=1)
    """Ways of buying, first choice first."""
    efa: bool | None = None
    """Elastic Fabric Adapter; by default wherever the instance type has it on more than one network card."""
    os: OperatingSystem = OperatingSystem.AL2023
    volume_gib: int = Field(default=200, ge=100)
    """Root volume, gp3. Images and scratch live on the instance's NVMe where it has some."""
    volume_throughput: int = Field(default=gp3.INCLUDED_THROUGHPUT, ge=gp3.INCLUDED_THROUGHPUT, le=gp3.MOST_THROUGHPUT)
    """MiB/s of the root volume. More is worth its price where images are pulled to it: on instances without NVMe."""
    upkeep: Upkeep = AUTOMATIC
    """How nodes are updated and repaired; the image's release, where it is to be pinned."""
    warm_nodes: int = Field(default=0, ge=0)
    """Stopped instances kept ready for each rung bought on demand, started in the place of new ones."""
    sharing: Sharing | None = None
    """Several pods on a GPU. Quotas and jobs then count its parts, and a pod asks for one of them."""
    devices: Devices = Devices.PLUGIN
    """How pods get GPUs and EFA devices: counted by device plugins, or claimed from drivers (Dynamic Resource Allocation). Claims
    want a node of each way of buying kept running, `min`, and make no job's nodes start all or none."""
    health_check: Level | None = 2
    """Level of DCGM's diagnostic that a node passes before it takes work: 1 lasts seconds, 2 about two minutes; null for none. DCGM
    cannot test GPUs that `sharing.mig` cuts: there it is left out."""
    expected: Expected = NOTHING
    """What usually runs, for the bill."""

    @property
    def with_efa(self) -> bool:
        hardware = instance(self.instance)
        return self.efa if self.efa is not None else hardware.efa and len(hardware.network_cards) > 1

    @property
    def hardware(self) -> InstanceType:
        """The type with as many GPUs as its nodes advertise."""
        return advertised(instance(self.instance), self.sharing)

    @property
    def checked(self) -> Level | None:
        """The diagnostic that nodes of the pool can pass."""
        return None if self.sharing and self.sharing.mig else self.health_check

    @property
    def max_nodes(self) -> int:
        return sum(rung.max for rung in self.buy)

    @field_validator("buy")
    @classmethod
    def _each_way_once(cls, rungs: tuple[Rung, ...]) -> tuple[Rung, ...]:
        check_order(rungs)
        return rungs

    @field_validator("instance")
    @classmethod
    def _has_gpus(cls, name: str) -> str:
        if instance(name).gpu is None:
            raise ValueError(f"{name} has no GPU; nodes without one belong in `system`")
        return name

    @model_validator(mode="after")
    def _efa_names_its_zone(self) -> GpuPool:
        if self.efa and not instance(self.instance).efa:
            raise ValueError(
                f"efa: {self.instance} has no Elastic Fabric Adapter; leave `efa` out or choose a type that has one"
            )
        if self.zone is None and self.with_efa:
            raise ValueError(
                f"zone: {self.instance} uses EFA, whose traffic stays in one zone; name it, such as use1-az6"
            )
        if self.zone is None and any(rung.how in RESERVED for rung in self.buy):
            raise ValueError("zone: a reservation is for one zone; name it")
        for rung in self.buy:
            check_consent(self.instance, rung)
        self.upkeep.check(self.os)
        check_warm(self.warm_nodes, self.buy)
        gpu_sharing.check(instance(self.instance), self.sharing, efa=self.with_efa)
        check_devices(
            self.devices,
            self.buy,
            al2023=self.os is OperatingSystem.AL2023,
            shared=self.sharing is not None,
        )
        sold = instance(self.instance).usage_classes
        for rung in self.buy:
            if usage_class(rung) not in sold:
                raise ValueError(
                    f"buy: {self.instance} is not sold as {rung.how.value}; AWS sells it as {', '.join(sorted(sold))}"
                )
        if self.expected.running > self.max_nodes:
            raise ValueError(
                f"expected.running: {self.expected.running} is more than the {self.max_nodes} that `buy` allows"
            )
        return self


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
    system: SystemNodes
    """Nodes that carry the operators."""
    pools: dict[Name, GpuPool] = Field(default_factory=dict)
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
            of = pool.upkeep.kubernetes(pool.os)
            if of is not None and _minor(of) > _minor(self.version):
                raise ValueError(
                    f"pools.{name}.upkeep.release: {pool.upkeep.release} is for Kubernetes {of}, newer than the cluster's {self.version}"
                )
        return self

    @model_validator(mode="after")
    def _claims_are_served(self) -> ClusterSettings:
        for name, pool in self.pools.items():
            needed = needed_kubernetes(efa=pool.with_efa)
            if pool.devices is Devices.DRA and _minor(self.version) < _minor(needed):
                raise ValueError(
                    f"pools.{name}.devices: dra{' with EFA' if pool.with_efa else ''} needs Kubernetes {needed}, and the cluster "
                    f"has {self.version}"
                )
        return self

    @field_validator("pools")
    @classmethod
    def _names_fit_node_groups(cls, pools: dict[str, GpuPool]) -> dict[str, GpuPool]:
        for name, pool in pools.items():
            group = max((group_name(name, rung, index) for index, rung in enumerate(pool.buy)), key=len)
            if len(group) > LONGEST_NAME:
                raise ValueError(
                    f"{name}: too long by {len(group) - LONGEST_NAME} for its node group {group}; shorten it"
                )
        return pools


def _minor(version: str) -> int:
    return int(version.partition(".")[2])
