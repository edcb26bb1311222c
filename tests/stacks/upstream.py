"""What training and serving stand on, of literals: the layers' values without the layers."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import cast

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.apiextensions import CustomResource

from components.iam import Account
from components.tags import CostTags
from stacks.cluster import ClusterLayer
from stacks.data import DataLayer
from stacks.network import NetworkLayer
from stacks.platform import PlatformLayer
from stacks.settings.context import Context

CONTEXT = Context(
    account=Account(id="111122223333", region="us-east-1"),
    tags=CostTags(
        team="ml-platform", project="gpuplatform", environment="test", component="platform", contact="ml@example.com"
    ),
    discovery="gpuplatform-test",
    protect=False,
)
KEY = "arn:aws:kms:us-east-1:111122223333:key/lake"
ZONES = ("raw", "curated", "features", "models", "checkpoints", "logs")


def network(zones: Sequence[str] = ("use1-az4", "use1-az6")) -> NetworkLayer:
    return NetworkLayer(
        vpc_id=pulumi.Output.from_input("vpc-1"),
        private_subnet_ids={z: pulumi.Output.from_input(f"subnet-{z}") for z in zones},
        zone_names={z: pulumi.Output.from_input(f"name-of-{z}") for z in zones},
        node_security_group_id=pulumi.Output.from_input("sg-nodes"),
        efa_security_group_id=pulumi.Output.from_input("sg-efa"),
        endpoint_security_group_id=pulumi.Output.from_input("sg-endpoints"),
    )


def data(*, key: bool = True, lustre: bool = False) -> DataLayer:
    buckets = {
        zone: SimpleNamespace(
            name=pulumi.Output.from_input(f"lake-{zone}"), arn=pulumi.Output.from_input(f"arn:aws:s3:::lake-{zone}")
        )
        for zone in ZONES
    }
    files = SimpleNamespace(
        id=pulumi.Output.from_input("fs-1"),
        dns_name=pulumi.Output.from_input("fs-1.fsx"),
        mount_name=pulumi.Output.from_input("abcd"),
        storage_gib=2400,
        zone="use1-az6",
    )
    return cast(
        DataLayer,
        SimpleNamespace(
            buckets=buckets,
            key_arn=pulumi.Output.from_input(KEY) if key else None,
            file_system=files if lustre else None,
            folders=("curated", "checkpoints") if lustre else (),
        ),
    )


def cluster() -> ClusterLayer:
    provider = kubernetes.Provider("cluster", kubeconfig="{}")
    after = _release("coredns", provider)
    return cast(ClusterLayer, SimpleNamespace(name=pulumi.Output.from_input("main"), provider=provider, after=after))


def platform(cluster: ClusterLayer, pools: tuple[str, ...] = ()) -> PlatformLayer:
    releases = {name: _release(name, cluster.provider) for name in ("kueue", "jobset", "keda", "monitoring_crds")}
    nodes = {
        pool: SimpleNamespace(
            node_pool=CustomResource(
                f"{pool}-pool",
                api_version="karpenter.sh/v1",
                kind="NodePool",
                opts=pulumi.ResourceOptions(provider=cluster.provider),
            )
        )
        for pool in pools
    }
    return cast(
        PlatformLayer,
        SimpleNamespace(**releases, serving_pools=nodes),
    )


def _release(name: str, provider: kubernetes.Provider) -> kubernetes.helm.v3.Release:
    return kubernetes.helm.v3.Release(name, chart=name, opts=pulumi.ResourceOptions(provider=provider))
