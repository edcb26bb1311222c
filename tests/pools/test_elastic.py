"""The laws of a pool that Karpenter grows: one fault each, found alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from gpuplatform.catalog import instances
from gpuplatform.catalog.instances import instance
from gpuplatform.pools.elastic import ElasticPool

SMALL = ElasticPool(instances=("g6.xlarge", "g5.xlarge"), max_gpus=4)
READ = TypeAdapter(ElasticPool)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"instances": ()}, "instances: none; a pool launches at least one type"),
        ({"instances": ("g6.xlarge", "m7g.xlarge")}, "instance: m7g.xlarge has no GPU"),
        ({"max_gpus": 0}, "max_gpus: 0, but the smallest type has 1; no node would ever start"),
        ({"spot": False, "on_demand": False}, "spot and on_demand are both false"),
        ({"interruptible": False}, "interruptible: false, but EC2 takes spot instances back"),
        ({"drifted_at_once": -1}, "drifted_at_once: -1; at least 0"),
        (
            {"drifted_at_once": 1, "interruptible": False, "spot": False},
            "drifted_at_once: nodes of a pool that is not inter",
        ),
        ({"efa": True}, "efa: g6.xlarge, g5.xlarge has no Elastic Fabric Adapter"),
        ({"efa": True, "instances": ("p5.48xlarge",), "max_gpus": 8}, "zone: p5.48xlarge uses EFA"),
        (
            {"efa": True, "zone": "use1-az6", "instances": ("p5.48xlarge", "p4d.24xlarge"), "max_gpus": 8},
            "instances: p5.48xlarge, p4d.24xlarge differ in their EFA interfaces",
        ),
    ],
)
def test_each_law_of_an_elastic_pool_is_said_in_a_sentence(changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        replace(SMALL, **changed)


@pytest.mark.parametrize(
    ("changed", "bought"),
    [({}, ("spot", "on-demand")), ({"on_demand": False}, ("spot",)), ({"spot": False}, ("on-demand",))],
)
def test_markets_are_spot_first(changed: dict[str, Any], bought: tuple[str, ...]) -> None:
    assert replace(SMALL, **changed).capacity_types == bought


POOLS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "instances": st.lists(
            st.sampled_from(sorted(n for n in instances.names() if instance(n).gpu is not None)), min_size=1, max_size=3
        ),
        "max_gpus": st.integers(0, 64),
        "spot": st.booleans(),
        "on_demand": st.booleans(),
        "interruptible": st.booleans(),
        "drifted_at_once": st.integers(-1, 2),
        "efa": st.booleans(),
        "zone": st.sampled_from(["use1-az6", None]),
    }
)


@given(POOLS)
def test_a_pool_that_is_accepted_is_written_as_it_was_read(written: dict[str, Any]) -> None:
    try:
        pool = READ.validate_python(written)
    except ValidationError:
        return

    assert READ.validate_json(READ.dump_json(pool)) == pool
    assert pool.max_gpus >= min(type_.gpu_count for type_ in pool.hardware)
    assert pool.capacity_types
