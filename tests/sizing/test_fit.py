from __future__ import annotations

import pytest

from gpuplatform.catalog.instances import InstanceType, instance
from gpuplatform.sizing import fit

G6, G6E12, P5 = instance("g6.xlarge"), instance("g6e.12xlarge"), instance("p5.48xlarge")


@pytest.mark.parametrize(
    ("hardware", "parameters", "bytes_each", "parallel", "fits"),
    [
        # 15.2 GB of bf16 weights in 90 % of an L4's 22,888 MiB, 21.6 GB.
        (G6, 7.6e9, 2, 1, True),
        (G6, 13e9, 2, 1, False),
        # 35.3 GB of int4 over four L40S; the same in bf16, 141.2 GB, fits 172.8 GB.
        (G6E12, 70.6e9, 0.5, 4, True),
        (G6E12, 70.6e9, 2, 4, True),
        (G6E12, 70.6e9, 2, 2, False),
        (P5, 405e9, 1, 8, True),
        (P5, 405e9, 2, 8, False),
    ],
)
def test_weights_fit_the_memory_that_the_engine_may_use(
    hardware: InstanceType, parameters: float, bytes_each: float, parallel: int, fits: bool
) -> None:
    assert fit.fit(hardware, parameters, bytes_each, parallel, 0.9).fits is fits


def test_headroom_is_what_the_weights_leave() -> None:
    found = fit.fit(G6, 7.6e9, 2, 1, 0.9)

    assert found.usable_bytes == int(22888 * 2**20 * 0.9)
    assert found.headroom_bytes == found.usable_bytes - 15_200_000_000


def test_a_copy_that_does_not_divide_the_node_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"tensor_parallel: 3 does not divide the 8 GPUs of p5.48xlarge; accepted: 1, 2, 4, 8"
    ):
        fit.fit(P5, 1e9, 2, 3, 0.9)


def test_only_types_that_hold_the_weights_are_kept_in_order() -> None:
    types = [instance(name) for name in ("g6.2xlarge", "g6e.2xlarge", "g5.2xlarge")]

    assert [i.name for i in fit.hosts(types, 13e9, 2, 1, 0.9)] == ["g6e.2xlarge"]
    assert [i.name for i in fit.hosts(types, 7.6e9, 2, 1, 0.9)] == ["g6.2xlarge", "g6e.2xlarge", "g5.2xlarge"]


def test_types_with_too_few_gpus_are_no_hosts() -> None:
    assert [i.name for i in fit.hosts([G6, G6E12], 1e9, 2, 4, 0.9)] == ["g6e.12xlarge"]


def test_a_model_that_fits_nowhere_is_refused_with_its_size() -> None:
    with pytest.raises(ValueError, match=r"140\.0 GB of weights over tensor_parallel 1 fit none of g6\.xlarge"):
        fit.hosts([G6], 70e9, 2, 1, 0.9)


def test_an_engine_that_takes_less_of_the_memory_holds_smaller_models() -> None:
    assert fit.fit(G6, 7.6e9, 2, 1, 0.9).fits
    assert not fit.fit(G6, 7.6e9, 2, 1, 0.6).fits
