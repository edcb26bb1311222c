"""What an all-reduce must reach: the bound by hand, published records below it, and the peers' gates that nobody can pass."""

from __future__ import annotations

import pytest

from gpuplatform.catalog import instances
from gpuplatform.catalog.instances import instance
from gpuplatform.sizing.bandwidth import LEAST_SHARE, PCIE_GBYTES, RECORDS, Record, all_reduce, records

NVLINK = {"A100", "H100", "H200", "B200", "B300"}


@pytest.mark.parametrize(
    ("name", "nodes", "line", "bound", "least"),
    [
        # 4 × 100 Gbps = 50 GB/s; × 2/1 × 15/16
        ("p4d.24xlarge", 2, 50, 93.75, 51.5625),
        # 32 × 100 Gbps = 400 GB/s; × 2/1 × 15/16
        ("p5.48xlarge", 2, 400, 750, 412.5),
        ("p5en.48xlarge", 2, 400, 750, 412.5),
        # × 4/3 × 31/32
        ("p5.48xlarge", 4, 400, 516.6667, 284.1667),
        # × 16/15 × 127/128
        ("p5en.48xlarge", 16, 400, 423.3333, 232.8333),
        ("p6-b200.48xlarge", 2, 400, 750, 412.5),
        ("p6-b300.48xlarge", 2, 800, 1500, 825),
    ],
)
def test_bound_is_what_the_line_carries(name: str, nodes: int, line: float, bound: float, least: float) -> None:
    target = all_reduce(instance(name), nodes)
    assert target.bound_gbytes == pytest.approx(bound, rel=1e-6)
    assert f" = {line:g} GB/s a node" in target.formula
    assert target.least_gbytes == pytest.approx(least, rel=1e-6)


def test_bound_nears_the_line_rate_with_many_nodes() -> None:
    p5 = instance("p5.48xlarge")
    bounds = [all_reduce(p5, nodes).bound_gbytes for nodes in (2, 4, 8, 64, 1024)]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[-1] == pytest.approx(400, rel=0.002)


# 4 × L40S over 4 × 100 Gbps: the network would carry 93.75, the lanes of each GPU 32.
@pytest.mark.parametrize(("name", "bound"), [("g6e.48xlarge", 32.0), ("g7e.48xlarge", 64.0), ("g6.12xlarge", 8.75)])
def test_gpus_without_nvlink_are_bound_by_their_lanes_and_have_no_known_least(name: str, bound: float) -> None:
    target = all_reduce(instance(name), 2)
    assert target.bound_gbytes == bound
    assert target.least_gbytes is None
    assert "PCIe" in target.formula


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: f"{record.instance}-{record.gbytes:g}")
def test_published_records_pass_and_stay_below_the_bound(record: Record) -> None:
    target = all_reduce(instance(record.instance), record.nodes)
    assert target.least_gbytes is not None
    assert target.least_gbytes < record.gbytes < target.bound_gbytes


def test_half_of_the_cards_does_not_pass() -> None:
    # Two p5en with 8 of 16 cards each reached 257.1 GB/s.
    assert (all_reduce(instance("p5en.48xlarge"), 2).least_gbytes or 0) > 257.1


@pytest.mark.parametrize(("name", "gate"), [("p4d.24xlarge", 300), ("p5.48xlarge", 800)])
def test_gate_of_another_project_is_above_what_the_line_carries(name: str, gate: float) -> None:
    # awsome-distributed-training, 5-nccl-allreduce.sh at 7217859f.
    assert all_reduce(instance(name), 2).bound_gbytes < gate


def test_formula_can_be_followed() -> None:
    assert all_reduce(instance("p5.48xlarge"), 2).formula == (
        "3200 Gbps / 8 = 400 GB/s a node each way; busbw ≤ 400 × 2/1 × 15/16 = 750.0 GB/s; 55% of it = 412.5 GB/s"
    )


@pytest.mark.parametrize(
    ("name", "nodes", "why"),
    [
        ("p5.48xlarge", 1, "nodes: 1; at least 2"),
        ("g6.xlarge", 2, r"g6\.xlarge has no EFA"),
        ("p5.4xlarge", 2, r"p5\.4xlarge has 1 GPU"),
    ],
)
def test_nothing_to_measure_is_said(name: str, nodes: int, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        all_reduce(instance(name), nodes)


def test_link_of_every_gpu_of_the_catalogue_is_known() -> None:
    names = {gpu.name for name in instances.names() if (gpu := instance(name).gpu)}
    assert names == NVLINK | set(PCIE_GBYTES)


def test_records_are_told_by_type() -> None:
    assert [r.gbytes for r in records(instance("p5.48xlarge"))] == [438.0, 487.26]
    assert records(instance("g6e.48xlarge")) == ()
    assert 0.5 < LEAST_SHARE < min(r.gbytes / all_reduce(instance(r.instance), r.nodes).bound_gbytes for r in RECORDS)
