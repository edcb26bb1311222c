"""The training layer: queues of teams, their rights to data, the platform's own jobs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from gpuplatform.plan.model import Plan
from gpuplatform.pools.managed import ManagedPool
from stacks import training
from stacks.settings.training import TrainingSettings
from tests.stacks import upstream

Record = Callable[[Callable[[], object]], Plan]

JOBSET = "kubernetes:jobset.x-k8s.io/v1alpha2:JobSet"
SMALL = TypeAdapter(ManagedPool).validate_python({"instance": "g6.xlarge", "buy": [{"how": "spot", "max": 2}]})
LARGE = TypeAdapter(ManagedPool).validate_python(
    {"instance": "p5.48xlarge", "zone": "use1-az6", "buy": [{"how": "on-demand", "max": 4}, {"how": "spot", "max": 4}]}
)


def settings(pool: str = "l4", gpus: int = 1, **job: Any) -> TrainingSettings:
    wanted = {
        "team": "research",
        "pool": pool,
        "nodes": 1,
        "gpus_per_node": gpus,
        "image": "train:1.0",
        "command": ["run"],
    }
    teams: dict[str, Any] = {"research": {"gpus": {pool: 2 * gpus}}, "applied": {"gpus": {}, "borrow": gpus}}
    return TrainingSettings.model_validate({"teams": teams, "jobs": {"smoke": wanted | job}})


def build(record_plan: Record, given: TrainingSettings, pool: ManagedPool = SMALL, **data: bool) -> Plan:
    name = next(iter(given.teams["research"].gpus))

    def program() -> None:
        cluster = upstream.cluster()
        training.build(
            given, upstream.CONTEXT, cluster, upstream.platform(cluster), upstream.data(**data), pools={name: pool}
        )

    return record_plan(program)


@pytest.fixture(scope="module")
def plan(record_plan: Record) -> Plan:
    return build(record_plan, settings())


def test_everything_on_the_cluster_goes_through_its_own_provider(plan: Plan) -> None:
    (provider,) = plan.all("pulumi:providers:kubernetes")

    objects = [r for r in plan.resources if r.type.startswith("kubernetes:")]
    assert objects
    for r in objects:
        assert r.provider.startswith(provider.urn), r.name


@pytest.mark.parametrize(("pool", "gpus", "enforced"), [(SMALL, 1, "baseline"), (LARGE, 8, "privileged")])
def test_the_namespace_allows_as_much_as_its_pools_need(
    record_plan: Record, pool: ManagedPool, gpus: int, enforced: str
) -> None:
    labels = (
        build(record_plan, settings(gpus=gpus), pool)
        .one("kubernetes:core/v1:Namespace", "team-research")
        .inputs["metadata"]["labels"]
    )

    assert labels["pod-security.kubernetes.io/enforce"] == enforced
    assert labels["pod-security.kubernetes.io/warn"] == "baseline"


def test_a_team_reads_the_lake_and_writes_below_its_name_only(plan: Plan) -> None:
    policy = plan.one("aws:iam/rolePolicy:RolePolicy", "training-research-role-policy").inputs["policy"]
    statements: list[dict[str, Any]] = json.loads(policy)["Statement"]

    written = [s["Resource"] for s in statements if "s3:PutObject" in s["Action"]]
    assert written == ["arn:aws:s3:::lake-checkpoints/research/*"]
    read = {s["Resource"] for s in statements if s["Action"] == ["s3:GetObject"]}
    assert read == {f"arn:aws:s3:::lake-{zone}/*" for zone in ("raw", "curated", "features", "models")}
    assert [s["Resource"] for s in statements if any(a.startswith("kms:") for a in s["Action"])] == [upstream.KEY]


def test_with_the_accounts_key_there_is_no_right_to_one(record_plan: Record) -> None:
    plan = build(record_plan, settings(), key=False)

    for policy in plan.all("aws:iam/rolePolicy:RolePolicy"):
        assert "kms:" not in policy.inputs["policy"]


def test_pods_start_after_their_rights(plan: Plan) -> None:
    account = plan.one("kubernetes:core/v1:ServiceAccount", "training-research")
    association = plan.one("aws:eks/podIdentityAssociation:PodIdentityAssociation", "training-research-association")

    assert association.urn in account.dependencies
    assert association.inputs["serviceAccount"] == account.inputs["metadata"]["name"] == "research"
    assert association.inputs["namespace"] == account.inputs["metadata"]["namespace"] == "team-research"
    assert account.urn in plan.one(JOBSET).dependencies


def test_rights_and_jobs_are_on_the_teams_bill(plan: Plan) -> None:
    assert plan.one("aws:iam/role:Role", "training-research-role").inputs["tags"]["team"] == "research"
    assert plan.one(JOBSET).inputs["metadata"]["labels"]["gpuplatform.io/team"] == "research"


def test_a_suspended_job_waits_in_no_queue(record_plan: Record, plan: Plan) -> None:
    awake = build(record_plan, settings(suspended=False)).one(JOBSET)

    label = "kueue.x-k8s.io/queue-name"
    assert label not in plan.one(JOBSET).inputs["metadata"]["labels"]
    assert awake.inputs["metadata"]["labels"][label] == "research"


def test_a_job_comes_after_jobset_and_its_queue(plan: Plan) -> None:
    before = {urn.rsplit("::", 1)[-1] for urn in plan.one(JOBSET).dependencies}

    assert {"jobset", "queues-local-queue-research"} <= before


def test_checkpoints_go_to_the_file_system_where_there_is_one(record_plan: Record, plan: Plan) -> None:
    def saved(of: Plan) -> str:
        (workers,) = of.one(JOBSET).inputs["spec"]["replicatedJobs"]
        (container,) = workers["template"]["spec"]["template"]["spec"]["containers"]
        (path,) = [e["value"] for e in container["env"] if e["name"] == "CHECKPOINT_PATH"]
        return path

    assert saved(plan) == "s3://lake-checkpoints/research/smoke/"
    with_files = build(record_plan, settings(), lustre=True)
    assert saved(with_files) == "/fsx/checkpoints/research/smoke"
    claim = with_files.one("kubernetes:core/v1:PersistentVolumeClaim", "lustre-research-claim")
    assert claim.inputs["metadata"]["namespace"] == "team-research"
    assert claim.urn in with_files.one(JOBSET).dependencies


def test_kueue_places_pods_where_asked_by_network_layers_where_nodes_bear_them(record_plan: Record) -> None:
    """One node, or no EFA: then there is nothing to be near to."""
    single = replace(LARGE, buy=tuple(replace(rung, max=1) for rung in LARGE.buy))

    def levels(pool: ManagedPool, *, asked: bool = True) -> list[str]:
        given = settings(gpus=pool.advertised.gpu_count).model_copy(update={"topology_aware": asked})
        made = build(record_plan, given, pool).all("kubernetes:kueue.x-k8s.io/v1beta2:Topology")
        return [level["nodeLabel"] for topology in made for level in topology.inputs["spec"]["levels"]]

    layers = [f"topology.k8s.aws/network-node-layer-{n}" for n in (1, 2, 3)]
    assert levels(LARGE) == [*layers, "kubernetes.io/hostname"]
    plain = replace(LARGE, efa=False)
    assert levels(single) == levels(plain) == levels(SMALL) == ["kubernetes.io/hostname"]
    assert levels(LARGE, asked=False) == []
