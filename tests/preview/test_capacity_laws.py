"""Nothing about capacity is discovered too late: each law is broken once in the settings, and once in a plan.

In the settings a broken law is refused, or what it leads to is found in the plan that they make. A plan can come from somebody
else's program; there each law is a check, planted in the tests beside this one.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpuplatform.plan.model import SECRET, UNKNOWN, Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict, as_list
from gpuplatform.preview.judgement.run import all_checks, run_checks
from gpuplatform.preview.record import environment
from gpuplatform.preview.record.readers import engine
from tests.conftest import ROOT
from tests.preview.checking import test_check
from tests.preview.checks import test_capacity_fit, test_gpu_clusters, test_gpu_launches, test_topology
from tests.stacks.settings.test_reader import changed, problems


@dataclass(frozen=True, kw_only=True)
class Law:
    says: str
    rule: str
    """The check that finds it in a plan."""
    where: tuple[str, str]
    """Environment and setting that are changed."""
    value: Any
    """What the setting is changed to; `...` removes it."""
    refused: tuple[str, ...] = ()
    """Words of the sentence that refuses it; none where the check finds it in the plan of these settings."""


LAWS = [
    Law(
        says="a type not offered in the chosen zone of the region",
        rule="offered-in-zone",
        where=("prod", "cluster.pools.h100.instance"),
        value="p5e.48xlarge",
        refused=("cluster.pools.h100.zone", "p5e.48xlarge is not offered in use1-az6"),
    ),
    Law(
        says="EFA asked of a type without it",
        rule="efa-unsupported",
        where=("dev", "cluster.pools.l4.efa"),
        value=True,
        refused=("cluster.pools.l4", "g6.xlarge has no Elastic Fabric Adapter"),
    ),
    Law(
        says="EFA asked of a serving type without it",
        rule="efa-unsupported",
        where=("dev", "serving.pools.small.efa"),
        value=True,
        refused=("serving.pools.small", "g6.xlarge, g5.xlarge has no Elastic Fabric Adapter"),
    ),
    Law(
        says="a placement group with a reservation or block: no setting asks for one",
        rule="placement-group-reserved",
        where=("prod", "cluster.pools.h100.placement"),
        value="cluster",
        refused=("cluster.pools.h100.placement", "unknown key"),
    ),
    Law(
        says="more interfaces than cards: no setting counts them",
        rule="interface-without-card",
        where=("prod", "cluster.pools.h100.interfaces"),
        value=40,
        refused=("cluster.pools.h100.interfaces", "unknown key"),
    ),
    Law(
        says="a subnet too small for one pool at its maximum",
        rule="subnet-too-small",
        where=("prod", "cluster.pools.h100.buy.1.max"),
        value=4000,
        refused=("cluster.pools.h100.buy", "4004 nodes of p5.48xlarge do not fit 10.60.128.0/18"),
    ),
    Law(
        says="a subnet that each pool fits, and not all of them together",
        rule="subnet-too-small",
        where=("prod", "network.cidr"),
        value="10.60.0.0/18",
    ),
    Law(
        says="pods with more GPUs than a node has",
        rule="pod-too-large",
        where=("prod", "training.jobs.pretrain.gpus_per_node"),
        value=16,
        refused=("training.jobs.pretrain.gpus_per_node", "16 is more than the 8 GPUs of p5.48xlarge"),
    ),
    Law(
        says="a training job larger than the pool's maximum",
        rule="job-too-large",
        where=("prod", "training.jobs.pretrain.nodes"),
        value=5,
        refused=("training.jobs.pretrain.nodes", "5 nodes are more than any one way of buying h100 gives (4)"),
    ),
    Law(
        says="a training job that spans zones",
        rule="job-too-large",
        where=("dev", "training.jobs.smoke.nodes"),
        value=2,
        refused=("training.jobs.smoke.pool", "l4 spreads over zones and a job of 2 nodes must not"),
    ),
    Law(
        says="a tensor-parallel size that does not divide the node",
        rule="tensor-parallel",
        where=("prod", "serving.models.llama-70b.tensor_parallel"),
        value=3,
        refused=("serving.models.llama-70b.tensor_parallel", "3 does not divide the 4 GPUs of g6e.12xlarge"),
    ),
    Law(
        says="a scaler without a maximum: a model",
        rule="scaler-without-maximum",
        where=("dev", "serving.models.qwen-7b.replicas.max"),
        value=...,
        refused=("serving.models.qwen-7b.replicas.max", "is missing"),
    ),
    Law(
        says="a scaler without a maximum: a pool",
        rule="scaler-without-maximum",
        where=("dev", "serving.pools.small.max_gpus"),
        value=...,
        refused=("serving.pools.small.max_gpus", "is missing"),
    ),
    Law(
        says="a spot pool that runs what cannot be interrupted",
        rule="spot-interrupts",
        where=("dev", "serving.pools.small.interruptible"),
        value=False,
        refused=("serving.pools.small", "interruptible: false, but EC2 takes spot instances back"),
    ),
    Law(
        says="quotas of more GPUs than there are",
        rule="quota-above-capacity",
        where=("dev", "training.teams.research.gpus.l4"),
        value=9,
        refused=("training.teams", "9 GPUs, but at its maximum it has"),
    ),
]

IDS = [law.says for law in LAWS]


@pytest.mark.parametrize("law", [law for law in LAWS if law.refused], ids=[law.says for law in LAWS if law.refused])
def test_settings_that_break_a_law_are_refused_in_its_words(law: Law) -> None:
    name, path = law.where
    found = problems(changed(name, path, law.value), name)

    assert any(all(word in said for word in law.refused) for said in found), found


def test_settings_that_break_a_law_only_together_are_found_in_their_plan() -> None:
    for law in LAWS:
        if not law.refused:
            name, path = law.where
            shipped = environment.load(ROOT, name)
            broken = environment.preview(replace(shipped, config={**shipped.config, **changed(name, path, law.value)}))

            assert {f.rule for f in run_checks(broken)} == {law.rule}, law.says


@pytest.mark.parametrize("law", LAWS, ids=IDS)
def test_every_law_is_a_check_that_is_planted_in_a_plan(law: Law) -> None:
    planted = [
        *((rule, words) for rule, words, _ in test_check.FAULTS),
        *((rule, words) for rule, words, _ in test_capacity_fit.FAULTS),
        *((rule, words) for rule, words, _ in test_gpu_launches.INTERFACES + test_gpu_launches.BUYING),
        *((rule, words) for rule, words, _ in test_gpu_clusters.FAULTS),
    ]

    assert law.rule in {rule for rule, _ in planted}, law.says


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_what_is_not_known_before_anything_exists_breaks_no_law(plans: dict[str, Plan], name: str) -> None:
    """As `pulumi preview --json` has it: no outputs, and their marker wherever they go."""
    first = plans[name].first
    assert first is not None
    resources = tuple(replace(r, outputs={}) for r in first.resources)
    seen = replace(first, resources=resources, lacks=engine.PREVIEW_LACKS, root=None)

    assert [f"{f.rule}: {f.message}" for f in run_checks(seen)] == []


def _places(value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    for key, inner in as_dict(value).items():
        yield from _places(inner, (*path, key))
    for index, inner in enumerate(as_list(value)):
        yield from _places(inner, (*path, index))


WHOLE = test_topology.placed()
OF_CAPACITY = [
    one
    for one in all_checks()
    if one.module.rpartition(".")[2]
    in (
        "autoscaling",
        "buying",
        "capacity_fit",
        "devices",
        "file_systems",
        "interfaces",
        "queues",
        "serving",
        "subnets",
        "topology",
    )
]
PLACES = [(r, path) for r in WHOLE.resources for path in _places(dict(r.inputs)) if path]


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(PLACES), st.sampled_from([UNKNOWN, SECRET, None, [1], {"a": 1}, -3, "(x", [], True]))
def test_whatever_stands_in_a_plan_no_check_of_capacity_stops(
    place: tuple[PlannedResource, tuple[str | int, ...]], odd: Json
) -> None:
    resource, path = place
    inputs: Json = copy.deepcopy(dict(resource.inputs))
    inner = inputs
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = odd
    changed_to = tuple(replace(r, inputs=inputs) if r is resource else r for r in WHOLE.resources)

    assert "check-stopped" not in {f.rule for f in run_checks(replace(WHOLE, resources=changed_to), OF_CAPACITY)}


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_what_is_shipped_breaks_no_law(plans: dict[str, Plan], name: str) -> None:
    rules = {law.rule for law in LAWS}

    assert [f"{f.rule}: {f.message}" for f in run_checks(plans[name]) if f.rule in rules] == []
