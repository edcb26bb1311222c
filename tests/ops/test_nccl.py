"""The all-reduce as a job: what it asks of which nodes, who queues it, and what it must reach."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from gpuplatform.cli import app
from gpuplatform.kinds.tokens import LAUNCH_TEMPLATE, NODE_GROUP
from gpuplatform.ops import all_reduce, nccl
from gpuplatform.ops.demand import UnreadablePlan
from gpuplatform.ops.nccl_pool import nccl_pool
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.sizing import torchrun
from k8s.queues import PRIORITIES
from tests.conftest import ROOT
from tests.ops.conftest import OwnPlans


def job(text: str) -> dict[str, Any]:
    """The JobSet."""
    return next(o for o in yaml.safe_load_all(text) if o["kind"] == "JobSet")


def indexed(text: str) -> dict[str, Any]:
    (workers,) = job(text)["spec"]["replicatedJobs"]
    return workers["template"]["spec"]


def container(text: str) -> dict[str, Any]:
    (only,) = indexed(text)["template"]["spec"]["containers"]
    return only


def values(text: str) -> dict[str, Any]:
    return {e["name"]: e.get("value") for e in container(text)["env"]}


def with_type(plan: Plan, instance: str, *, efa: int) -> Plan:
    """The plan as if pool h100 were of another type."""
    launched: dict[str, Any] = {
        "instanceType": instance,
        "networkInterfaces": [{"interfaceType": "interface"}, *[{"interfaceType": "efa-only"}] * efa],
    }

    def typed(resource: PlannedResource) -> PlannedResource:
        if not resource.name.startswith("h100-"):
            return resource
        if resource.type == NODE_GROUP:
            return replace(resource, inputs={k: v for k, v in resource.inputs.items() if k != "instanceTypes"})
        return (
            replace(resource, inputs={**resource.inputs, **launched}) if resource.type == LAUNCH_TEMPLATE else resource
        )

    return replace(plan, resources=tuple(typed(r) for r in plan.resources))


# GPUs, EFA devices, busbw that must be reached, bytes of the largest message.
@pytest.mark.parametrize(
    ("instance", "gpus", "efa", "least", "largest"),
    [
        ("p4d.24xlarge", 8, 4, "51.6", 16 * 2**30),
        ("p5.48xlarge", 8, 32, "412.5", 16 * 2**30),
        ("p5en.48xlarge", 8, 16, "412.5", 16 * 2**30),
        ("g6e.48xlarge", 8, 4, None, 16 * 2**30),
        # An A10G has 22,888 MiB.
        ("g5.48xlarge", 8, 1, None, 22888 * 2**20 // 2),
    ],
)
def test_a_pod_a_node_with_all_that_the_node_has(
    own_plans: OwnPlans, instance: str, gpus: int, efa: int, least: str | None, largest: int
) -> None:
    text, target = nccl.manifests(nccl_pool(with_type(own_plans("prod"), instance, efa=efa), "h100"), 2)

    assert (indexed(text)["completions"], indexed(text)["parallelism"], indexed(text)["backoffLimit"]) == (2, 2, 0)
    asked = container(text)["resources"]["requests"]
    assert (asked["nvidia.com/gpu"], asked["vpc.amazonaws.com/efa"]) == (str(gpus), str(efa))
    assert asked["hugepages-2Mi"] == "5120Mi"
    assert container(text)["resources"]["limits"] == asked
    assert (values(text)["PET_NNODES"], values(text)["PET_NPROC_PER_NODE"]) == ("2", str(gpus))
    expected = ["--largest", str(largest), *(["--least", least] if least else [])]
    assert container(text)["args"] == expected
    assert (target.least_gbytes is None) == (least is None)


def test_where_devices_are_claimed_the_pods_claim_them(own_plans: OwnPlans) -> None:
    plan = own_plans("prod")
    for group in plan.resources:
        if group.type == NODE_GROUP and group.name.startswith("h100-"):
            group.inputs["labels"]["gpuplatform.io/devices"] = "dra"
    text, _ = nccl.manifests(nccl_pool(plan, "h100"), 2)
    templates = [o for o in yaml.safe_load_all(text) if o["kind"] == "ResourceClaimTemplate"]
    asked = container(text)["resources"]

    demand = [t["spec"]["spec"]["devices"]["requests"][0]["exactly"] for t in templates]
    assert [(w["deviceClassName"], w["count"]) for w in demand] == [
        ("gpu.nvidia.com", 8),
        ("efa.networking.k8s.aws", 32),
    ]
    assert {t["apiVersion"] for t in templates} == {"resource.k8s.io/v1"}
    assert {t["metadata"]["namespace"] for t in templates} == {job(text)["metadata"]["namespace"]}
    named = {c["name"]: c["resourceClaimTemplateName"] for c in indexed(text)["template"]["spec"]["resourceClaims"]}
    assert [named[c["name"]] for c in asked["claims"]] == [t["metadata"]["name"] for t in templates]
    assert not {"nvidia.com/gpu", "vpc.amazonaws.com/efa"} & (asked["requests"].keys() | asked["limits"].keys())


def test_environment_is_that_of_training_jobs(own_plans: OwnPlans) -> None:
    text, _ = nccl.manifests(nccl_pool(own_plans("prod"), "h100"), 2)
    assert torchrun.NCCL_OVER_EFA.items() <= values(text).items()


def test_pods_are_those_of_the_training_job_but_for_what_they_run(own_plans: OwnPlans) -> None:
    plan = own_plans("prod")
    (trained,) = [r.inputs for r in plan.resources if r.type.endswith(":JobSet")]
    (workers,) = trained["spec"]["replicatedJobs"]
    theirs = workers["template"]["spec"]["template"]["spec"]
    text, _ = nccl.manifests(nccl_pool(plan, "h100"), 4)
    ours = indexed(text)["template"]["spec"]

    for key in ("nodeSelector", "tolerations", "securityContext", "restartPolicy", "automountServiceAccountToken"):
        assert ours[key] == theirs[key], key
    for key in ("resources", "securityContext"):
        assert ours["containers"][0][key] == theirs["containers"][0][key], key
    assert job(text)["metadata"]["namespace"] == trained["metadata"]["namespace"]
    assert job(text)["spec"]["network"].keys() == trained["spec"]["network"].keys()


def test_ranks_meet_at_the_first_pod_of_the_job_set(own_plans: OwnPlans) -> None:
    text, _ = nccl.manifests(nccl_pool(own_plans("prod"), "a100"), 2)
    assert job(text)["metadata"]["name"] == job(text)["spec"]["network"]["subdomain"] == "nccl-a100"
    assert values(text)["PET_MASTER_ADDR"] == "nccl-a100-workers-0-0.nccl-a100"


def test_program_is_mounted_where_it_is_started(own_plans: OwnPlans) -> None:
    text, _ = nccl.manifests(nccl_pool(own_plans("prod"), "h100"), 2)
    (config,) = [o for o in yaml.safe_load_all(text) if o["kind"] == "ConfigMap"]
    assert config["data"] == {"all_reduce.py": nccl.PROGRAM.read_text(encoding="utf-8")}
    assert container(text)["command"][-1] == "/program/all_reduce.py"
    volumes = indexed(text)["template"]["spec"]["volumes"]
    assert {"name": "program", "configMap": {"name": config["metadata"]["name"]}} in volumes
    assert {"name": "program", "mountPath": "/program", "readOnly": True} in container(text)["volumeMounts"]


def test_hanging_job_ends_by_itself_and_its_log_is_kept(own_plans: OwnPlans) -> None:
    text, _ = nccl.manifests(nccl_pool(own_plans("prod"), "h100"), 2)
    assert indexed(text)["activeDeadlineSeconds"] == 1800
    assert job(text)["spec"]["ttlSecondsAfterFinished"] == 86400


@pytest.mark.parametrize(
    ("name", "nodes", "team", "queue"),
    [
        ("h100", 2, None, "research"),
        ("h100", 2, "safety", "safety"),
        # 16 owned and 16 borrowed are enough for four nodes of eight.
        ("h100", 4, "applied", "applied"),
    ],
)
def test_job_waits_in_a_queue_that_has_room(
    own_plans: OwnPlans, name: str, nodes: int, team: str | None, queue: str
) -> None:
    text, _ = nccl.manifests(nccl_pool(own_plans("prod"), name), nodes, team)
    labels = job(text)["metadata"]["labels"]
    assert labels["kueue.x-k8s.io/queue-name"] == labels["gpuplatform.io/team"] == queue
    assert labels["kueue.x-k8s.io/priority-class"] in PRIORITIES
    assert job(text)["spec"]["suspend"] is True


def without_borrowing(plan: Plan) -> Plan:
    for resource in plan.resources:
        if resource.type.endswith(":ClusterQueue"):
            for flavor in resource.inputs["spec"]["resourceGroups"][0]["flavors"]:
                for quota in flavor["resources"]:
                    quota["borrowingLimit"] = "0"
    return plan


def test_team_without_room_is_told_what_there_is(own_plans: OwnPlans) -> None:
    read = nccl_pool(without_borrowing(own_plans("prod")), "h100")
    told = "team safety cannot have 32 GPUs of h100; at most: applied 16, research 32, safety 16"
    with pytest.raises(ValueError, match=told):
        nccl.manifests(read, 4, "safety")


def test_unknown_team_is_told_who_there_is(own_plans: OwnPlans) -> None:
    with pytest.raises(
        ValueError, match="team nobody cannot have 16 GPUs of h100; at most: applied 32, research 64, safety 32"
    ):
        nccl.manifests(nccl_pool(own_plans("prod"), "h100"), 2, "nobody")


@pytest.mark.parametrize(("nodes", "why"), [(1, "nodes: 1; at least 2"), (5, "the largest node group of h100 has 4")])
def test_number_of_nodes_that_cannot_be_is_refused(own_plans: OwnPlans, nodes: int, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        nccl.manifests(nccl_pool(own_plans("prod"), "h100"), nodes)


@pytest.mark.parametrize(
    ("instance", "efa", "why"),
    [
        ("g6.xlarge", 0, r"g6\.xlarge has no EFA"),
        ("p5.4xlarge", 1, r"p5\.4xlarge has 1 GPU"),
        ("g6e.48xlarge", 0, r"h100: its g6e\.48xlarge are launched without EFA; set `efa: true`"),
    ],
)
def test_pool_with_nothing_to_measure_is_a_sentence(own_plans: OwnPlans, instance: str, efa: int, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        nccl.manifests(nccl_pool(with_type(own_plans("prod"), instance, efa=efa), "h100"), 2)


@pytest.mark.parametrize("name", ["nope", "system", "l40s"])
def test_what_is_no_pool_of_node_groups_is_told_which_are(own_plans: OwnPlans, name: str) -> None:
    with pytest.raises(UnreadablePlan, match=f"{name} is no GPU pool of managed node groups; accepted: a100, h100"):
        nccl_pool(own_plans("prod"), name)


def test_same_plan_gives_the_same_text(own_plans: OwnPlans) -> None:
    first, again = (nccl.manifests(nccl_pool(own_plans("prod"), "h100"), 2)[0] for _ in range(2))
    assert first == again
    assert "&id" not in first


# The program that runs in the container.


def test_sizes_are_a_mebibyte_and_four_times_as_much_each_time() -> None:
    assert [size // 2**20 for size in all_reduce.sizes(16 * 2**30)] == [1, 4, 16, 64, 256, 1024, 4096, 16384]
    assert all_reduce.sizes(0) == [2**20]


# Rows of AWS's published runs of nccl-tests: bytes, µs, ranks, busbw.
@pytest.mark.parametrize(
    ("size", "microseconds", "ranks", "busbw"),
    [(17179869184, 66132, 16, 487.09), (2147483648, 51406, 16, 78.33), (1048576, 123.2, 16, 15.95)],
)
def test_bandwidth_is_that_of_nccl_tests(size: int, microseconds: float, ranks: int, busbw: float) -> None:
    assert all_reduce.bus_bandwidth(size, microseconds / 1e6, ranks) == pytest.approx(busbw, abs=0.01)


# As NCCL and its plugin have written in public logs since 2021.
@pytest.mark.parametrize(
    ("log", "found"),
    [
        ("h:26:26 [0] NCCL INFO NET/OFI Selected Provider is efa\nh:26:26 [0] NCCL INFO Using network AWS Libfabric\n", "efa"),
        ("h [7] NCCL INFO NET/OFI Selected provider is efa, fabric is efa-direct (found 16 nics)\n", "efa"),
        ("h:1 [0] NCCL INFO NET/Socket : Using [0]eth0\nh:1 [0] NCCL INFO Using network Socket\n", "Socket"),
        ("h:1 [0] NCCL INFO NET/OFI Selected provider is tcp\nh:1 [0] NCCL INFO Using network Libfabric\n", "Libfabric"),
        ("", "unknown"),
    ],
)  # fmt: skip
def test_network_is_told_by_the_log(log: str, found: str) -> None:
    assert all_reduce.network(log) == found


def test_verdict_names_every_rank_that_is_wrong_and_the_bandwidth_that_is_missed() -> None:
    assert all_reduce.wrong(487.0, 412.5, ["efa", "efa"], "efa") == []
    assert all_reduce.wrong(3.0, None, ["efa", "efa"], "efa") == []
    assert all_reduce.wrong(257.1, 412.5, ["efa", "Socket"], "efa") == [
        "rank 1: NCCL takes Socket, not efa",
        "busbw 257.1 GB/s at most; a healthy pool reaches 412.5",
    ]


def test_program_needs_nothing_but_what_its_container_has() -> None:
    tree = ast.parse(nccl.PROGRAM.read_text(encoding="utf-8"))
    named = {
        alias.name if isinstance(node, ast.Import) else node.module or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    roots = {name.partition(".")[0] for name in named}
    assert roots <= {
        "__future__",
        "argparse",
        "collections",
        "importlib",
        "os",
        "pathlib",
        "re",
        "sys",
        "time",
        "typing",
    }


# The command.


def test_command_writes_the_manifests_and_says_what_must_be_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    file = tmp_path / "job.yaml"
    result = CliRunner().invoke(app, ["nccl", "prod", "h100", "--manifest", str(file)])
    assert result.exit_code == 0, result.output
    assert "2 × p5.48xlarge over EFA: busbw must reach 412.5 GB/s" in result.output
    assert "published: 487.26 GB/s, 2 nodes" in result.output
    assert job(file.read_text(encoding="utf-8"))["metadata"]["name"] == "nccl-h100"

    refused = CliRunner().invoke(app, ["nccl", "prod", "nope", "--manifest", str(tmp_path / "none.yaml")])
    assert refused.exit_code == 2
    assert "nope is no GPU pool" in refused.output
    assert list(tmp_path.iterdir()) == [file]
