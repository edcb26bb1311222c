from __future__ import annotations

import pytest

from gpuplatform.catalog.instances import instance
from gpuplatform.pools.autoscaler import PREFIX, SCALE_DOWN_UNCLAIMED, node_template, scratch_gib
from gpuplatform.pools.devices import Devices
from gpuplatform.sizing.efa import interfaces


def told(name: str, efa: bool, zone: str | None = None) -> dict[str, str]:
    hardware = instance(name)
    tags = node_template(hardware, interfaces(hardware, efa=efa), volume_gib=200, zone=zone)
    return {key.removeprefix(f"{PREFIX}/"): value for key, value in tags.items()}


@pytest.mark.parametrize(
    ("name", "gpus", "devices"),
    [
        ("p5.48xlarge", "8", "32"),
        ("p4d.24xlarge", "8", "4"),
        ("p6-b300.48xlarge", "8", "16"),
        ("g6e.48xlarge", "8", "4"),
    ],
)
def test_an_empty_efa_group_promises_devices_and_huge_pages(name: str, gpus: str, devices: str) -> None:
    tags = told(name, efa=True)
    assert tags["resources/nvidia.com/gpu"] == gpus
    assert tags["resources/vpc.amazonaws.com/efa"] == devices
    assert tags["resources/hugepages-2Mi"] == "10256Mi"


def test_a_group_without_efa_promises_none() -> None:
    assert set(told("g6.xlarge", efa=False)) == {"resources/nvidia.com/gpu", "resources/ephemeral-storage"}


def test_devices_that_are_claimed_are_no_resources_of_an_empty_group() -> None:
    hardware = instance("p5.48xlarge")
    tags = node_template(hardware, interfaces(hardware), volume_gib=200, zone=None, devices=Devices.DRA)
    resources = {key.rpartition("/resources/")[2] for key in tags if "/resources/" in key}
    assert resources == {"ephemeral-storage", "hugepages-2Mi"}
    assert SCALE_DOWN_UNCLAIMED.items() <= tags.items()
    assert not [key for key in told("p5.48xlarge", efa=True) if "autoscaling-options" in key]


def test_a_fractional_gpu_counts_as_one() -> None:
    # EC2 reports 0 whole GPUs for it, which is what the autoscaler would believe.
    assert told("g6f.large", efa=False)["resources/nvidia.com/gpu"] == "1"


def test_zone_id_is_told_where_there_is_one() -> None:
    assert told("g6.xlarge", efa=False, zone="use1-az6")["label/topology.k8s.aws/zone-id"] == "use1-az6"


def test_scratch_is_on_the_local_disks_or_else_on_the_root_volume() -> None:
    # 30,400 GB of local disks are 28,312 GiB; 85 % of them, less 1.
    assert scratch_gib(instance("p5.48xlarge"), volume_gib=200) == 24064
    assert scratch_gib(instance("t4g.medium"), volume_gib=100) == 84
