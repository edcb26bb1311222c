"""The laws of a pool of node groups: one fault each, found alone; and what a pool is read from and written to."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from gpuplatform.catalog import instances
from gpuplatform.catalog.instances import instance
from gpuplatform.pools.devices import Devices
from gpuplatform.pools.expected import Expected
from gpuplatform.pools.managed import ManagedPool
from gpuplatform.pools.purchase import Consent, PurchaseOption, PurchaseType
from gpuplatform.pools.sharing import Sharing
from gpuplatform.pools.upkeep import OperatingSystem, Upkeep

ON_DEMAND = PurchaseOption(how=PurchaseType.ON_DEMAND, max=2)
SPOT = PurchaseOption(how=PurchaseType.SPOT, max=8)
BLOCK = PurchaseOption(
    how=PurchaseType.CAPACITY_BLOCK, max=4, reservation="cr-0123456789abcdef0", until=datetime.date(2026, 12, 20)
)
UNSURE = PurchaseOption(
    how=PurchaseType.RESERVATION,
    max=2,
    until=datetime.date(2026, 12, 20),
    consent=Consent(by="a@example.com", date=datetime.date(2026, 12, 1), buys="another", dollars=1),
)
H100 = ManagedPool(instance="p5.48xlarge", zone="use1-az6", buy=(BLOCK, ON_DEMAND))
READ = TypeAdapter(ManagedPool)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"instance": "m7g.xlarge", "zone": None, "buy": (ON_DEMAND,)}, "instance: m7g.xlarge has no GPU"),
        ({"instance": "g6.xlarge", "efa": True}, "efa: g6.xlarge has no Elastic Fabric Adapter"),
        ({"zone": None, "buy": (ON_DEMAND,)}, "zone: p5.48xlarge uses EFA, whose traffic stays in one zone"),
        ({"zone": None, "efa": False}, "zone: a reservation is for one zone; name it"),
        ({"buy": ()}, "a pool needs at least one way of buying"),
        ({"buy": (ON_DEMAND, ON_DEMAND)}, "on-demand is named twice"),
        ({"instance": "g6.xlarge"}, "buy: g6.xlarge is not sold as capacity-block; AWS sells it as on-demand, spot"),
        ({"buy": (UNSURE,)}, "consent.buys: 'another', but bought would be '2 p5.48xlarge until 2026-12-20T11:30:00Z'"),
        ({"upkeep": Upkeep(release="latest")}, "release: 'latest' is no release of al2023"),
        ({"volume_gib": 99}, "volume_gib: 99; accepted: at least 100"),
        ({"volume_throughput": 2001}, "volume_throughput: 2001; accepted: 125 to 2000 MiB/s"),
        ({"warm_nodes": -1}, "warm_nodes: -1; accepted: 0 or more"),
        ({"warm_nodes": 1, "buy": (SPOT, BLOCK)}, "bought as spot, capacity-block, and stopped instances"),
        ({"warm_nodes": 3}, "warm_nodes: 3 is more than the 2 nodes"),
        ({"sharing": Sharing(time_slices=4)}, "sharing: nodes of p5.48xlarge with EFA train as one"),
        ({"devices": Devices.DRA}, "capacity-block cr-0123456789abcdef0 has no starts"),
        ({"expected": Expected(running=7, hours=10)}, "expected.running: 7 is more than the 6 that `buy` allows"),
    ],
)
def test_each_law_of_a_pool_is_said_in_a_sentence(changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence.replace("(", r"\(")):
        replace(H100, **changed)


def test_warm_nodes_need_a_way_of_buying_on_demand_and_no_more_than_it_has() -> None:
    assert replace(H100, warm_nodes=2).warm_nodes == 2


def test_no_diagnostic_runs_where_mig_partitions_the_gpus() -> None:
    cut = replace(H100, efa=False, os=OperatingSystem.BOTTLEROCKET, sharing=Sharing(mig="1g.10gb"))

    assert cut.health_check_level is None
    assert H100.health_check_level == 2
    assert replace(H100, health_check=None).health_check_level is None


def test_a_shared_gpu_is_advertised_once_a_part() -> None:
    shared = ManagedPool(instance="g6.xlarge", buy=(SPOT,), sharing=Sharing(time_slices=4))

    assert (shared.type.gpu_count, shared.advertised.gpu_count) == (1, 4)


def test_efa_is_on_where_the_type_has_it_on_more_than_one_card() -> None:
    assert H100.uses_efa
    assert not replace(H100, efa=False).uses_efa
    assert not ManagedPool(instance="g6.8xlarge", buy=(SPOT,)).uses_efa, "one card: only where it is asked"


POOLS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "instance": st.sampled_from(sorted(n for n in instances.names() if instance(n).gpu is not None)),
        "zone": st.sampled_from(["use1-az6", "use1-az4", None]),
        "buy": st.lists(
            st.fixed_dictionaries({"how": st.sampled_from(["on-demand", "spot"]), "max": st.integers(1, 8)}),
            min_size=1,
            max_size=2,
            unique_by=lambda option: str(option["how"]),
        ),
        "efa": st.sampled_from([True, False, None]),
        "volume_gib": st.integers(100, 16_000),
        "health_check": st.sampled_from([1, 2, None]),
        "expected": st.fixed_dictionaries({"running": st.integers(0, 1), "hours": st.integers(0, 730)}),
    }
)


@given(POOLS)
def test_a_pool_that_is_accepted_is_written_as_it_was_read(written: dict[str, Any]) -> None:
    try:
        pool = READ.validate_python(written)
    except ValidationError:
        return

    assert READ.validate_json(READ.dump_json(pool)) == pool
    assert pool.type.name == written["instance"]
    assert pool.max_nodes == sum(option["max"] for option in written["buy"])
    assert not pool.uses_efa or (pool.zone is not None and pool.type.efa)
