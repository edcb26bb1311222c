from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pulumi_kubernetes as kubernetes
import pytest

from components.tags import CostTags
from gpuplatform.plan.model import Plan
from gpuplatform.pools.managed import ManagedPool
from gpuplatform.pools.purchase import PurchaseOption, PurchaseType
from k8s.gpu_nodes import KueuePool
from k8s.namespace import namespace
from k8s.queues import Queues, QueuesArgs, Team, flavor, flavor_name

Record = Callable[[Callable[[], object]], Plan]

TAGS = CostTags(team="ml", project="p", environment="test", component="training", contact="a@example.com")
BLOCK = PurchaseOption(
    how=PurchaseType.CAPACITY_BLOCK, max=4, reservation="cr-0123456789abcdef0", until=datetime.date(2026, 12, 20)
)
H100 = KueuePool(
    name="h100",
    pool=ManagedPool(
        instance="p5.48xlarge", zone="use1-az6", buy=(BLOCK, PurchaseOption(how=PurchaseType.ON_DEMAND, max=4))
    ),
)
L4 = KueuePool(name="l4", pool=ManagedPool(instance="g6.xlarge", buy=(PurchaseOption(how=PurchaseType.SPOT, max=2),)))
THREE = {
    "research": Team(gpus={"h100": 32}, borrow=16),
    "applied": Team(gpus={"h100": 16}),
    "safety": Team(gpus={"h100": 8}),
}
KUEUE = "kubernetes:kueue.x-k8s.io/v1beta2"


def queues(pools: list[KueuePool], teams: dict[str, Team]) -> Queues:
    operator = kubernetes.helm.v3.Release("kueue", chart="kueue")
    homes = {t: namespace(f"team-{t}", enforce="baseline", warn="baseline", labels={}) for t in teams}
    return Queues(
        "queues",
        QueuesArgs(pools=pools, teams=teams, tags=TAGS, namespaces=homes, operator=operator),
    )


def group(plan: Plan, team: str) -> dict[str, dict[str, dict[str, str]]]:
    """Flavour → resource → its quota, in order."""
    spec = plan.one(f"{KUEUE}:ClusterQueue", f"queues-cluster-queue-{team}").inputs["spec"]
    return {
        f["name"]: {r["name"]: r for r in f["resources"]} for only in spec["resourceGroups"] for f in only["flavors"]
    }


def test_a_flavour_is_a_pool_however_it_is_bought(record_plan: Record) -> None:
    plan = record_plan(lambda: queues([H100], THREE))

    assert {
        f.inputs["metadata"]["name"]: f.inputs["spec"]["nodeLabels"] for f in plan.all(f"{KUEUE}:ResourceFlavor")
    } == {"h100": {"gpuplatform.io/pool": "h100"}}, (
        "a flavour that names the rung is asked for again and again while EC2 has none"
    )


def test_admitted_pods_tolerate_the_taint_of_gpu_nodes() -> None:
    (toleration,) = flavor(L4)["tolerations"]

    assert (toleration["key"], toleration["value"], toleration["effect"]) == ("nvidia.com/gpu", "present", "NoSchedule")
    assert flavor_name(L4) == "l4"


def test_capacity_that_waits_for_consent_is_in_no_quota(record_plan: Record) -> None:
    waiting = PurchaseOption(how=PurchaseType.RESERVATION, max=4, until=datetime.date(2026, 12, 20))
    pool = replace(H100, pool=replace(H100.pool, buy=(waiting, *H100.pool.buy[1:])))
    plan = record_plan(lambda: queues([pool], THREE))

    owned = {team: group(plan, team).get("h100", {}).get("nvidia.com/gpu", {}).get("nominalQuota") for team in THREE}
    assert owned == {"research": "32", "applied": None, "safety": None}, "the rest waits with what is to be bought"


def test_a_pool_of_which_everything_waits_has_no_flavour(record_plan: Record) -> None:
    waiting = PurchaseOption(how=PurchaseType.RESERVATION, max=4, until=datetime.date(2026, 12, 20))
    pool = replace(H100, pool=replace(H100.pool, buy=(waiting,)))
    plan = record_plan(lambda: queues([pool], {"research": Team(gpus={"h100": 8}, borrow=8)}))

    assert plan.all(f"{KUEUE}:ResourceFlavor") == []
    assert plan.one(f"{KUEUE}:ClusterQueue").inputs["spec"]["resourceGroups"] == []


def test_what_teams_own_and_nobody_owns_is_what_is_bought(record_plan: Record) -> None:
    plan = record_plan(lambda: queues([H100], THREE))

    owned = [group(plan, team) for team in THREE]
    (cohort,) = plan.one(f"{KUEUE}:Cohort").inputs["spec"]["resourceGroups"]
    rest = {f["name"]: {r["name"]: r for r in f["resources"]} for f in cohort["flavors"]}
    total = sum(int(f["nvidia.com/gpu"]["nominalQuota"]) for queue in [*owned, rest] for f in queue.values())
    assert total == 8 * 8
    assert {name: r["nvidia.com/gpu"]["nominalQuota"] for name, r in rest.items()} == {"h100": "8"}


def test_every_resource_that_a_job_with_efa_requests_is_covered(record_plan: Record) -> None:
    plan = record_plan(lambda: queues([H100], THREE))

    quota = group(plan, "research")["h100"]
    assert {name: r["nominalQuota"] for name, r in quota.items() if name not in ("cpu", "memory")} == {
        "nvidia.com/gpu": "32",
        "vpc.amazonaws.com/efa": "128",
        "hugepages-2Mi": f"{4 * 10256}Mi",
    }
    (spec,) = plan.one(f"{KUEUE}:ClusterQueue", "queues-cluster-queue-research").inputs["spec"]["resourceGroups"]
    assert spec["coveredResources"] == list(quota)


def test_a_pool_without_efa_beside_one_with_it_has_none_to_give(record_plan: Record) -> None:
    both = record_plan(lambda: queues([H100, L4], {"research": Team(gpus={"h100": 8, "l4": 2})}))
    alone = record_plan(lambda: queues([L4], {"research": Team(gpus={"l4": 2})}))

    assert group(both, "research")["l4"]["vpc.amazonaws.com/efa"]["nominalQuota"] == "0"
    assert set(group(alone, "research")["l4"]) == {"cpu", "memory", "nvidia.com/gpu"}


def test_borrowing_is_limited_and_zero_where_none_is_allowed(record_plan: Record) -> None:
    plan = record_plan(lambda: queues([H100], THREE))

    lent = group(plan, "research")["h100"]["nvidia.com/gpu"]
    assert (lent["nominalQuota"], lent["borrowingLimit"]) == ("32", "16")
    assert group(plan, "applied")["h100"]["nvidia.com/gpu"]["borrowingLimit"] == "0"


def test_a_team_waits_for_no_pool_of_which_it_can_have_nothing(record_plan: Record) -> None:
    plan = record_plan(
        lambda: queues([H100, L4], {"research": Team(gpus={"l4": 2}), "applied": Team(gpus={}, borrow=1)})
    )

    assert list(group(plan, "research")) == ["l4"]
    assert list(group(plan, "applied")) == ["h100", "l4"], "it may borrow of both"


def test_teams_share_one_cohort_and_take_back_what_they_lent(record_plan: Record) -> None:
    plan = record_plan(lambda: queues([H100], THREE))

    for queue in plan.all(f"{KUEUE}:ClusterQueue"):
        home = {"kubernetes.io/metadata.name": f"team-{queue.inputs['metadata']['name']}"}
        assert queue.inputs["spec"]["namespaceSelector"] == {"matchLabels": home}
        assert queue.inputs["spec"]["cohortName"] == plan.one(f"{KUEUE}:Cohort").inputs["metadata"]["name"]
        assert queue.inputs["spec"]["preemption"]["reclaimWithinCohort"] == "Any"


def test_capacity_comes_whole_or_not_at_all(record_plan: Record) -> None:
    plan = record_plan(lambda: queues([H100], THREE))

    config = plan.one(f"{KUEUE}:ProvisioningRequestConfig")
    check = plan.one(f"{KUEUE}:AdmissionCheck")
    assert config.inputs["spec"]["provisioningClassName"] == "best-effort-atomic-scale-up.autoscaling.x-k8s.io"
    assert check.inputs["spec"]["parameters"]["name"] == config.inputs["metadata"]["name"]
    retry = config.inputs["spec"]["retryStrategy"]
    assert retry["backoffLimitCount"] * retry["backoffMaxSeconds"] == 7 * 86400, "no job is given up over a weekend"
    for queue in plan.all(f"{KUEUE}:ClusterQueue"):
        strategy = queue.inputs["spec"]["admissionChecksStrategy"]
        assert strategy == {"admissionChecks": [{"name": check.inputs["metadata"]["name"]}]}


def test_each_team_has_a_queue_of_its_name_in_its_namespace(record_plan: Record) -> None:
    plan = record_plan(lambda: queues([H100], THREE))

    found = {q.inputs["metadata"]["name"]: q.inputs for q in plan.all(f"{KUEUE}:LocalQueue")}
    assert {name: (q["metadata"]["namespace"], q["spec"]["clusterQueue"]) for name, q in found.items()} == {
        team: (f"team-{team}", team) for team in THREE
    }


def test_queues_go_before_flavours_and_everything_before_kueue(record_plan: Record) -> None:
    plan = record_plan(lambda: queues([H100], THREE))

    def before(type_: str, name: str) -> set[str]:
        found: set[str] = set()
        todo = [plan.one(f"{KUEUE}:{type_}", name)]
        while todo:
            for urn in todo.pop().dependencies:
                found.add(urn.rsplit("::", 1)[-1])
                todo.append(plan.by_urn[urn])
        return found

    assert {
        "queues-cluster-queue-safety",
        "queues-cohort",
        "queues-capacity-check",
        "queues-flavor-h100",
        "kueue",
    } <= before("LocalQueue", "queues-local-queue-safety")
    for resource in plan.resources:
        if resource.type.startswith(KUEUE):
            kind = resource.type.rsplit(":", 1)[-1]
            assert "kueue" in before(kind, resource.name), (
                f"{resource.name} needs the kinds that Kueue's release brings"
            )


def test_priorities_carry_their_value_beside_the_metadata(record_plan: Record) -> None:
    plan = record_plan(lambda: queues([L4], {}))

    values = {p.inputs["metadata"]["name"]: p.inputs["value"] for p in plan.all(f"{KUEUE}:WorkloadPriorityClass")}
    assert values["low"] < values["normal"] < values["high"]


@pytest.mark.parametrize(
    ("teams", "message"),
    [
        ({"research": Team(gpus={"a100": 8})}, r"teams\.research: a100 is no pool; accepted: h100"),
        ({"research": Team(gpus={"h100": 72})}, "72 GPUs of a pool that has 64; guarantee fewer or buy more"),
    ],
)
def test_a_share_of_what_is_not_there_is_refused(record_plan: Record, teams: dict[str, Any], message: str) -> None:
    with pytest.raises(Exception, match=message):
        record_plan(lambda: queues([H100], teams))


PLACED = replace(H100, levels=("layer-1", "layer-2", "kubernetes.io/hostname"))
ALONE = replace(L4, levels=("kubernetes.io/hostname",))


def test_pools_with_levels_have_a_topology_each_and_flavours_that_wait_for_it(record_plan: Record) -> None:
    plan = record_plan(lambda: queues([PLACED, ALONE], {"research": Team(gpus={"h100": 64, "l4": 2})}))

    topologies = {r.inputs["metadata"]["name"]: r for r in plan.all(f"{KUEUE}:Topology")}
    assert {name: [level["nodeLabel"] for level in r.inputs["spec"]["levels"]] for name, r in topologies.items()} == {
        "network-2": ["layer-1", "layer-2", "kubernetes.io/hostname"],
        "node": ["kubernetes.io/hostname"],
    }
    flavors = {r.inputs["metadata"]["name"]: r for r in plan.all(f"{KUEUE}:ResourceFlavor")}
    assert set(flavors) == {
        "h100-by-network-2",
        "l4-by-node",
    }, "Kueue lets nothing of a flavour with a topology be changed: another topology is another flavour"
    for r in flavors.values():
        assert topologies[r.inputs["spec"]["topologyName"]].urn in r.dependencies
    assert list(group(plan, "research")) == list(flavors), "queues name the flavours that there are"


def test_without_levels_there_is_no_topology(record_plan: Record) -> None:
    plan = record_plan(lambda: queues([H100], THREE))

    assert plan.all(f"{KUEUE}:Topology") == []


def test_all_pools_have_levels_or_none_has() -> None:
    with pytest.raises(ValueError, match="pools: l4 without levels beside pools with them"):
        QueuesArgs(
            pools=[PLACED, L4],
            teams={},
            tags=TAGS,
            namespaces={},
            operator=cast("Any", None),
        )
