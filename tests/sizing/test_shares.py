from __future__ import annotations

import pytest

from gpuplatform.catalog.instances import InstanceType, instance
from gpuplatform.pools.sharing import Sharing, advertised
from gpuplatform.sizing.pods import EFA_HUGEPAGES_MIB, KARPENTER_HIDDEN_MEMORY, allocatable
from gpuplatform.sizing.shares import node_share, pod_share

P5, P4, G6, G6E = (instance(n) for n in ("p5.48xlarge", "p4d.24xlarge", "g6.xlarge", "g6e.12xlarge"))


@pytest.mark.parametrize("hardware", [P5, P4, G6, G6E])
def test_pods_that_fill_the_gpus_leave_room_for_daemons(hardware: InstanceType) -> None:
    cores, memory = allocatable(hardware, KARPENTER_HIDDEN_MEMORY)
    for gpus in (n for n in (1, 2, 4, 8) if hardware.gpu_count % n == 0):
        pods, share = hardware.gpu_count // gpus, pod_share(hardware, gpus)
        assert cores - pods * share.millicores >= 500
        assert memory - pods * share.memory_mib >= 1024


def test_a_whole_node_has_all_network_devices_and_the_pages_of_one_pod() -> None:
    share = pod_share(P5, 8, efa=True)

    assert (share.efa, share.hugepages_mib) == (32, 5120)
    assert share.quantities()["vpc.amazonaws.com/efa"] == "32"


def test_half_a_node_has_half_of_them_in_whole_pages() -> None:
    share = pod_share(P5, 4, efa=True)

    assert (share.efa, share.hugepages_mib) == (16, 2560)
    assert share.hugepages_mib % 2 == 0


def test_without_efa_there_are_no_network_resources() -> None:
    assert set(pod_share(G6, 1).quantities()) == {"cpu", "memory", "nvidia.com/gpu"}


def test_huge_pages_are_no_memory() -> None:
    assert node_share(P5, 8).memory_mib - node_share(P5, 8, efa=True).memory_mib == EFA_HUGEPAGES_MIB


def test_a_quota_of_two_nodes_is_twice_a_node() -> None:
    one, two = node_share(P5, 8, efa=True), node_share(P5, 16, efa=True)

    assert (two.gpus, two.millicores, two.efa) == (16, 2 * one.millicores, 64)


def test_a_job_that_fills_its_quota_is_within_it() -> None:
    quota, pod = node_share(P5, 16, efa=True), pod_share(P5, 8, efa=True)

    assert 2 * pod.millicores <= quota.millicores
    assert 2 * pod.memory_mib <= quota.memory_mib
    assert 2 * pod.efa <= quota.efa
    assert 2 * pod.hugepages_mib <= quota.hugepages_mib


def test_more_gpus_than_a_node_has_are_refused() -> None:
    with pytest.raises(ValueError, match=r"p4d\.24xlarge has 8 GPUs; a pod asking for 9 cannot run on it"):
        pod_share(P4, 9, efa=True)
    with pytest.raises(ValueError, match=r"g6\.xlarge has 1 GPUs; a pod asking for 2 cannot run on it"):
        pod_share(G6, 2)


def test_what_daemons_need_is_rounded_up_for_each_pod() -> None:
    """Twelve slices of a GPU: a twelfth of 1,024 MiB is 85⅓, and of 500 millicores 41⅔."""
    sliced = advertised(G6, Sharing(time_slices=12))
    whole, pod = node_share(sliced, 1), pod_share(sliced, 1)

    assert whole.memory_mib - pod.memory_mib == 86
    assert whole.millicores - pod.millicores == 42
