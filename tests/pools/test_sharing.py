"""One GPU for several pods: how many, on which hardware, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gpuplatform.catalog import instances
from gpuplatform.catalog.instances import instance
from gpuplatform.catalog.mig import models, partitions
from gpuplatform.pools import sharing
from gpuplatform.pools.sharing import Sharing
from gpuplatform.sizing.shares import pod_share


@pytest.mark.parametrize(
    ("name", "shared", "gpus"),
    [
        ("g6.xlarge", Sharing(time_slices=4), 4),
        ("g5.12xlarge", Sharing(time_slices=2), 8),
        ("g6f.large", Sharing(time_slices=2), 2),
        ("p5.48xlarge", Sharing(mig="1g.10gb"), 56),
        ("p4d.24xlarge", Sharing(mig="3g.20gb"), 16),
        ("p5en.48xlarge", Sharing(mig="7g.141gb"), 8),
        ("p6-b200.48xlarge", Sharing(mig="1g.45gb"), 32),
        ("p5.48xlarge", None, 8),
    ],
)
def test_nodes_advertise_so_many_gpus(name: str, shared: Sharing | None, gpus: int) -> None:
    assert sharing.advertised(instance(name), shared).gpu_count == gpus


def test_a_pod_on_a_part_has_that_part_of_the_node() -> None:
    whole, part = instance("g6.xlarge"), sharing.advertised(instance("g6.xlarge"), Sharing(time_slices=4))

    assert pod_share(part, 1).millicores == pod_share(whole, 1).millicores // 4


def test_every_gpu_of_the_table_is_one_of_the_catalogue() -> None:
    known = {p.model for name in instances.names() if (gpu := instance(name).gpu) and (p := partitions(gpu))}

    assert known == set(models())


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (Sharing, "give time_slices or mig, one of the two"),
        (lambda: Sharing(time_slices=2, mig="1g.10gb"), "one of the two"),
        (lambda: Sharing(time_slices=1), "time_slices: 1; accepted: 2 to 48"),
        (lambda: refused("g6.xlarge", Sharing(mig="1g.10gb")), "the GPU of g6.xlarge cannot be partitioned"),
        (
            lambda: refused("p5.48xlarge", Sharing(mig="1g.5gb")),
            "'1g.5gb' is no profile of h100.80gb; accepted: 1g.10gb",
        ),
        (lambda: refused("p5.48xlarge", Sharing(mig="1g.10gb"), efa=True), "set efa: false"),
    ],
)
def test_what_cannot_be_shared_so_is_refused_in_a_sentence(build: Callable[[], object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        build()


def refused(name: str, shared: Sharing, *, efa: bool = False) -> None:
    sharing.check(instance(name), shared, efa=efa)
