"""How a pool's nodes are kept: releases, repairs, warm pools."""

import datetime
from collections.abc import Callable

import pytest

from gpuplatform.catalog.instances import instance
from gpuplatform.pools.managed import OperatingSystem, Pool, Repair, Upkeep, check_warm
from gpuplatform.pools.purchase import How, Rung
from gpuplatform.pools.sharing import Sharing

ON_DEMAND = Rung(how=How.ON_DEMAND, max=2)
SPOT = Rung(how=How.SPOT, max=8)
BLOCK = Rung(how=How.CAPACITY_BLOCK, max=4, reservation="cr-0123456789abcdef0", until=datetime.date(2026, 12, 20))


@pytest.mark.parametrize(
    ("release", "os", "kubernetes"),
    [
        ("1.35.2-20261105", OperatingSystem.AL2023, "1.35"),
        ("1.54.0-5043decc", OperatingSystem.BOTTLEROCKET, None),
        (None, OperatingSystem.AL2023, None),
    ],
)
def test_a_release_is_of_its_system(release: str | None, os: OperatingSystem, kubernetes: str | None) -> None:
    kept = Upkeep(release=release)
    kept.check(os)
    assert kept.kubernetes(os) == kubernetes


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (
            lambda: Pool(
                name="cut",
                instance=instance("p5.48xlarge"),
                efa=False,
                zone=None,
                os=OperatingSystem.BOTTLEROCKET,
                sharing=Sharing(mig="1g.10gb"),
                diagnostic=1,
            ),
            "diagnostic: 1, but DCGM refuses nodes whose GPUs are cut by MIG",
        ),
        (
            lambda: Upkeep(release="1.35.2-20261105").check(OperatingSystem.BOTTLEROCKET),
            "'1.35.2-20261105' is no release of bottlerocket; one looks like 1.54.0-5043decc",
        ),
        (lambda: Upkeep(release="latest").check(OperatingSystem.AL2023), "'latest' is no release of al2023"),
        (lambda: Upkeep(at_once=0), "at_once: 0; at least 1"),
        (lambda: Upkeep(repaired_at_once=0), "repaired_at_once: 0; at least 1"),
        (lambda: Repair(reason="X", action="Reboot", minutes=0), "repairs.minutes: 0 for X"),
        (lambda: check_warm(1, (SPOT, BLOCK)), "bought as spot, capacity-block, and stopped instances"),
        (lambda: check_warm(3, (BLOCK, ON_DEMAND)), "warm_nodes: 3 is more than the 2 nodes"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(build: Callable[[], object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        build()


def test_warm_nodes_need_a_rung_on_demand_and_no_more() -> None:
    check_warm(2, (BLOCK, ON_DEMAND, SPOT))
    check_warm(0, (SPOT,))
