"""The hardware rows: integrity of the data, agreement with AWS's published figures, and what an unknown name says."""

import subprocess
import sys

import pytest

from gpuplatform.catalog import instances
from gpuplatform.catalog.instances import UnknownInstanceType, instance

EVERY_TYPE = instances.names()
GPU_TYPES = tuple(name for name in EVERY_TYPE if instance(name).gpu)

# name: GPUs, GPU, MiB each, vCPUs, GiB, cards, EFA, NVMe GB. AWS's accelerated-computing specifications.
PUBLISHED = {
    "p4d.24xlarge": (8, "A100", 40960, 96, 1152, 4, 4, 8000),
    "p4de.24xlarge": (8, "A100", 81920, 96, 1152, 4, 4, 8000),
    "p5.4xlarge": (1, "H100", 81920, 16, 256, 1, 1, 3800),
    "p5.48xlarge": (8, "H100", 81920, 192, 2048, 32, 32, 30400),
    "p5e.48xlarge": (8, "H200", 144384, 192, 2048, 32, 32, 30400),
    "p5en.48xlarge": (8, "H200", 144384, 192, 2048, 16, 16, 30400),
    "p6-b200.48xlarge": (8, "B200", 183359, 192, 2048, 8, 8, 30400),
    "p6-b300.48xlarge": (8, "B300", 275040, 192, 4096, 17, 16, 30400),
    "g5.12xlarge": (4, "A10G", 22888, 48, 192, 1, 1, 3800),
    "g6.xlarge": (1, "L4", 22888, 4, 16, 1, 0, 250),
    "g6e.48xlarge": (8, "L40S", 45776, 192, 1536, 4, 4, 7600),
    "g7.48xlarge": (8, "RTX PRO 4500", 32768, 192, 768, 2, 2, 7600),
    "g7e.48xlarge": (8, "RTX PRO Server 6000", 98304, 192, 2048, 4, 4, 15200),
}


@pytest.mark.parametrize(("name", "published"), PUBLISHED.items())
def test_rows_agree_with_published_figures(name: str, published: tuple[object, ...]) -> None:
    i = instance(name)
    assert i.gpu is not None
    seen = (
        i.gpu_count,
        i.gpu.name,
        i.gpu.memory_mib,
        i.vcpus,
        i.memory_mib // 1024,
        len(i.network_cards),
        i.efa_max,
        i.nvme_gb,
    )
    assert seen == published


# Gbps. AWS's accelerated-computing specifications.
@pytest.mark.parametrize(
    ("name", "gbps"),
    [
        ("p4d.24xlarge", 400),
        ("p5.4xlarge", 100),
        ("p5.48xlarge", 3200),
        ("p5en.48xlarge", 3200),
        ("p6-b200.48xlarge", 3200),
        ("p6-b300.48xlarge", 6400),
        ("g5.48xlarge", 100),
        ("g6e.48xlarge", 400),
        ("g7e.48xlarge", 1600),
        ("c7g.large", 12.5),
    ],
)
def test_network_is_that_of_the_whole_instance(name: str, gbps: float) -> None:
    assert instance(name).network_gbps == gbps


@pytest.mark.parametrize("family", ["p4d", "p4de", "p5", "p5e", "p5en", "p6-b200", "p6-b300", "g5", "g6", "gr6"])
def test_training_and_serving_families_are_there(family: str) -> None:
    assert any(instance(name).family == family for name in GPU_TYPES)


@pytest.mark.parametrize("family", ["g6e", "g6f", "gr6f", "g7", "g7e", "t4g", "m7g", "m7i", "m6i", "c7g"])
def test_further_families_are_there(family: str) -> None:
    assert any(instance(name).family == family for name in EVERY_TYPE)


def test_fractional_gpu_keeps_what_ec2_reports_and_counts_one_for_kubernetes() -> None:
    i = instance("g6f.large")
    assert i.gpu is not None
    assert (i.gpu.count, i.gpu.logical_count, i.gpu.fraction, i.gpu.memory_mib) == (0, 1, 0.125, 2861)
    assert i.gpu_count == 1


@pytest.mark.parametrize("name", EVERY_TYPE)
def test_every_row_is_whole(name: str) -> None:
    i = instance(name)
    assert [card.index for card in i.network_cards] == list(range(len(i.network_cards)))
    assert sum(card.max_interfaces for card in i.network_cards) == i.max_interfaces
    assert all("interface" in card.interface_types for card in i.network_cards)
    assert all(card.interface_types <= {"interface", "efa", "efa-only"} for card in i.network_cards)
    assert sum("efa-only" in card.interface_types for card in i.network_cards) == i.efa_max
    assert i.efa == (i.efa_max > 0)
    assert i.architecture in ("x86_64", "arm64")
    assert i.usage_classes <= {"on-demand", "spot", "capacity-block"}
    assert i.usage_classes >= {"on-demand"}
    assert i.placement_group_strategies <= {"cluster", "partition", "spread"}
    assert min(i.vcpus, i.memory_mib, i.ipv4_per_interface) > 0
    assert (i.nvme_gb > 0) == (i.nvme_disks > 0)


@pytest.mark.parametrize("name", GPU_TYPES)
def test_every_gpu_is_nvidia_and_its_numbers_agree(name: str) -> None:
    i = instance(name)
    assert i.gpu is not None
    assert i.gpu.manufacturer == "NVIDIA"
    assert i.gpu.memory_mib > 0
    assert 0 < i.gpu.fraction <= 1
    assert i.gpu.count == (i.gpu.logical_count if i.gpu.fraction == 1 else 0)


def test_only_p_types_can_be_bought_as_capacity_blocks() -> None:
    sold = {instance(name).family for name in EVERY_TYPE if "capacity-block" in instance(name).usage_classes}
    assert sold == {"p4d", "p4de", "p5", "p5e", "p5en", "p6-b200", "p6-b300"}


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("p5.48xlrge", "p5.48xlarge"),
        ("g6e.48", "g6e.48xlarge"),
        ("p5en", "p5en.48xlarge"),
        ("quantum", "known families"),
        ("", "known families"),
    ],
)
def test_unknown_type_names_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(UnknownInstanceType, match=hint) as caught:
        instance(name)
    assert repr(name) in str(caught.value)


def test_type_with_unknown_hardware_is_refused_with_the_reason() -> None:
    with pytest.raises(UnknownInstanceType, match="its hardware is unknown"):
        instance("p6e-gb200.36xlarge")
    assert not set(instances.UNKNOWN_HARDWARE) & set(EVERY_TYPE), "what is known must not be refused"


def test_catalogue_loads_no_cloud_library() -> None:
    code = (
        "import sys, gpuplatform.pools.purchase, gpuplatform.sizing.pods, gpuplatform.sizing.addresses\n"
        "from gpuplatform.catalog import instances, zones\n"
        "zones.offered(instances.names()[0], 'us-east-1')\n"
        "print([m for m in ('boto3', 'botocore', 'pulumi', 'pydantic', 'moto') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
