from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pulumi_kubernetes as kubernetes
import pytest

from components.tags import CostTags
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.pools.devices import Devices
from gpuplatform.pools.managed import ManagedPool
from gpuplatform.pools.purchase import PurchaseOption, PurchaseType
from k8s.gpu_nodes import KueuePool
from k8s.job_files import Files
from k8s.training_job import SAVE_SECONDS, Checkpoints, Place, Shape, TrainingJob, TrainingJobArgs

Record = Callable[[Callable[[], object]], Plan]

TAGS = CostTags(team="research", project="p", environment="test", component="training", contact="a@example.com")
RUNGS = (PurchaseOption(how=PurchaseType.ON_DEMAND, max=2), PurchaseOption(how=PurchaseType.SPOT, max=4))
H100 = KueuePool(name="h100", pool=ManagedPool(instance="p5.48xlarge", zone="use1-az6", buy=RUNGS))
L4 = KueuePool(name="l4", pool=ManagedPool(instance="g6.xlarge", buy=RUNGS))
JOBSET = "kubernetes:jobset.x-k8s.io/v1alpha2:JobSet"


def args(pool: KueuePool = H100, nodes: int = 4, gpus: int = 8, **changed: Any) -> TrainingJobArgs:
    given: dict[str, Any] = {
        "shape": Shape(pool=pool, nodes=nodes, gpus_per_node=gpus),
        "image": "pytorch/pytorch:2.9.0-cuda12.8-cudnn9-runtime",
        "command": ["python", "-m", "train"],
        "checkpoints": Checkpoints(path="s3://saved/research/pretrain/", minutes=15),
        "queue": "research",
        "place": Place(namespace="training", service_account="research", after=[]),
        "tags": TAGS,
    }
    return TrainingJobArgs(**(given | changed))


def made(record_plan: Record, wanted: TrainingJobArgs) -> PlannedResource:
    return record_plan(lambda: TrainingJob("pretrain", wanted)).one(JOBSET)


def pod(jobset: PlannedResource) -> dict[str, Any]:
    (workers,) = jobset.inputs["spec"]["replicatedJobs"]
    return workers["template"]["spec"]["template"]


def environment(jobset: PlannedResource) -> dict[str, Any]:
    (container,) = pod(jobset)["spec"]["containers"]
    return {e["name"]: e.get("value", e.get("valueFrom")) for e in container["env"]}


def test_a_pod_a_node_with_all_its_gpus_and_network_devices(record_plan: Record) -> None:
    jobset = made(record_plan, args())

    (workers,) = jobset.inputs["spec"]["replicatedJobs"]
    job = workers["template"]["spec"]
    assert (job["completions"], job["parallelism"], job["completionMode"]) == (4, 4, "Indexed")
    (container,) = pod(jobset)["spec"]["containers"]
    asked = container["resources"]["requests"]
    assert (asked["nvidia.com/gpu"], asked["vpc.amazonaws.com/efa"], asked["hugepages-2Mi"]) == ("8", "32", "5120Mi")
    assert container["resources"]["limits"] == asked, "huge pages and devices must be limited to what is requested"


KEPT = tuple(replace(option, min=1) for option in RUNGS)
CLAIMED = replace(H100, pool=replace(H100.pool, devices=Devices.DRA, buy=KEPT))
TEMPLATE = "kubernetes:resource.k8s.io/v1:ResourceClaimTemplate"


def test_where_devices_are_claimed_a_pod_claims_what_it_would_have_asked_for(record_plan: Record) -> None:
    plan = record_plan(lambda: TrainingJob("pretrain", args(CLAIMED)))
    jobset = plan.one(JOBSET)
    spec = pod(jobset)["spec"]
    (container,) = spec["containers"]

    asked = container["resources"]
    assert set(asked["requests"]) == set(asked["limits"]) == {"cpu", "memory", "hugepages-2Mi"}
    assert asked["claims"] == [{"name": "gpu"}, {"name": "efa"}]
    assert spec["resourceClaims"] == [
        {"name": "gpu", "resourceClaimTemplateName": "pretrain-gpu"},
        {"name": "efa", "resourceClaimTemplateName": "pretrain-efa"},
    ]
    wanted = {
        t.inputs["metadata"]["name"]: t.inputs["spec"]["spec"]["devices"]["requests"][0]["exactly"]
        for t in plan.all(TEMPLATE)
    }
    assert wanted == {
        "pretrain-gpu": {"deviceClassName": "gpu.nvidia.com", "allocationMode": "ExactCount", "count": 8},
        "pretrain-efa": {"deviceClassName": "efa.networking.k8s.aws", "allocationMode": "ExactCount", "count": 32},
    }
    assert {t.urn for t in plan.all(TEMPLATE)} <= set(jobset.dependencies), "Kueue looks for them once there is a job"


def test_without_efa_nothing_of_efa_is_asked_for(record_plan: Record) -> None:
    jobset = made(record_plan, args(L4, nodes=1, gpus=1))

    (container,) = pod(jobset)["spec"]["containers"]
    assert set(container["resources"]["requests"]) == {"cpu", "memory", "nvidia.com/gpu"}
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert not [key for key in environment(jobset) if key.startswith(("FI_", "NCCL_"))]


def test_with_efa_memory_may_be_pinned_and_nothing_else(record_plan: Record) -> None:
    (container,) = pod(made(record_plan, args()))["spec"]["containers"]

    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"], "add": ["IPC_LOCK"]}
    assert container["securityContext"]["allowPrivilegeEscalation"] is False


def test_pods_find_the_pool_and_tolerate_its_taint(record_plan: Record) -> None:
    spec = pod(made(record_plan, args()))["spec"]

    assert spec["nodeSelector"] == {"gpuplatform.io/pool": "h100"}
    assert {"key": "nvidia.com/gpu", "operator": "Equal", "value": "present", "effect": "NoSchedule"} in spec[
        "tolerations"
    ]


def test_processes_find_one_another(record_plan: Record) -> None:
    jobset = made(record_plan, args())

    said = environment(jobset)
    assert said["PET_NNODES"] == "4"
    assert said["PET_NPROC_PER_NODE"] == "8"
    assert said["PET_MASTER_ADDR"] == "pretrain-workers-0-0.pretrain"
    assert "job-completion-index" in said["PET_NODE_RANK"]["fieldRef"]["fieldPath"]
    network = jobset.inputs["spec"]["network"]
    assert (network["subdomain"], network["enableDNSHostnames"]) == ("pretrain", True)
    assert network["publishNotReadyAddresses"] is True, "the first pod must be found before it is ready"


def test_a_lost_node_restarts_the_job_and_counts_as_no_failure(record_plan: Record) -> None:
    spec = made(record_plan, args()).inputs["spec"]

    (workers,) = spec["replicatedJobs"]
    (rule,) = workers["template"]["spec"]["podFailurePolicy"]["rules"]
    assert rule == {"action": "FailJob", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}
    (policy,) = spec["failurePolicy"]["rules"]
    assert policy["action"] == "RestartJobSetAndIgnoreMaxRestarts"
    assert policy["onJobFailureReasons"] == ["PodFailurePolicy"]
    assert pod(made(record_plan, args()))["spec"]["restartPolicy"] == "Never", "pod failure policies need it"


def test_a_pod_that_must_go_has_time_to_save(record_plan: Record) -> None:
    assert pod(made(record_plan, args()))["spec"]["terminationGracePeriodSeconds"] == SAVE_SECONDS >= 300


def test_the_queue_starts_the_job_and_pulumi_does_not_stop_it(record_plan: Record) -> None:
    jobset = made(record_plan, args())

    assert jobset.inputs["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "research"
    assert jobset.inputs["spec"]["suspend"] is True
    assert jobset.ignore_changes == ("spec.suspend",)


def test_a_job_out_of_every_queue_stays_suspended(record_plan: Record) -> None:
    jobset = made(record_plan, args(queue=None))

    assert "kueue.x-k8s.io/queue-name" not in jobset.inputs["metadata"]["labels"]
    assert jobset.inputs["spec"]["suspend"] is True


def test_a_changed_job_is_replaced_since_it_cannot_be_changed(record_plan: Record) -> None:
    jobset = made(record_plan, args())

    assert jobset.replace_on_changes == ("spec",)
    assert jobset.delete_before_replace, "its name is its own"


def test_pods_carry_the_labels_that_put_their_cost_on_the_team(record_plan: Record) -> None:
    assert pod(made(record_plan, args()))["metadata"]["labels"].items() >= TAGS.labels().items()


def test_checkpoints_on_a_volume_are_mounted_where_the_job_is_told(record_plan: Record) -> None:
    files = Files(claim="lustre", folder="checkpoints/research", readable=["curated"])
    saved = Checkpoints(path="/fsx/checkpoints/research/pretrain", minutes=7.5, files=files)
    jobset = made(record_plan, args(checkpoints=saved))

    spec = pod(jobset)["spec"]
    claims = {
        v["name"]: v["persistentVolumeClaim"]["claimName"] for v in spec["volumes"] if "persistentVolumeClaim" in v
    }
    mounts = [m for m in spec["containers"][0]["volumeMounts"] if m["name"] == "files"]
    assert mounts == [
        {"name": "files", "mountPath": "/fsx/checkpoints/research", "subPath": "checkpoints/research"},
        {"name": "files", "mountPath": "/fsx/curated", "subPath": "curated", "readOnly": True},
    ]
    assert claims == {"files": "lustre"}
    assert environment(jobset)["CHECKPOINT_PATH"].startswith(mounts[0]["mountPath"])
    assert environment(jobset)["CHECKPOINT_MINUTES"] == "7.5"


def test_checkpoints_in_the_lake_need_no_volume(record_plan: Record) -> None:
    jobset = made(record_plan, args())

    assert not [v for v in pod(jobset)["spec"]["volumes"] if "persistentVolumeClaim" in v]
    assert environment(jobset)["CHECKPOINT_PATH"] == "s3://saved/research/pretrain/"


def test_shared_memory_is_the_container_s_and_not_64_mib(record_plan: Record) -> None:
    spec = pod(made(record_plan, args()))["spec"]

    (shared,) = [v for v in spec["volumes"] if v.get("emptyDir", {}).get("medium") == "Memory"]
    assert {"name": shared["name"], "mountPath": "/dev/shm"} in spec["containers"][0]["volumeMounts"]
    half, whole = (
        int(text.removesuffix("Mi"))
        for text in (shared["emptyDir"]["sizeLimit"], spec["containers"][0]["resources"]["limits"]["memory"])
    )
    assert half <= whole / 2


def test_the_job_comes_after_what_brings_its_kind(record_plan: Record) -> None:
    def program() -> None:
        release = kubernetes.helm.v3.Release("jobset", chart="jobset")
        place = Place(namespace="training", service_account="research", after=[release])
        TrainingJob("pretrain", args(place=place))

    plan = record_plan(program)
    assert plan.one("kubernetes:helm.sh/v3:Release").urn in plan.one(JOBSET).dependencies


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: args(nodes=5), "nodes: 5; a job runs on one rung, and the largest of pool h100 has 4 nodes"),
        (lambda: args(gpus=9), r"gpus_per_node: 9; p5\.48xlarge of pool h100 has 8 GPUs"),
        (lambda: args(image="pytorch/pytorch"), "image: pytorch/pytorch moves; give a fixed tag or a digest"),
        (lambda: args(image="pytorch/pytorch:latest"), "image: pytorch/pytorch:latest moves"),
        (lambda: args(command=[]), "command: empty"),
    ],
)
def test_a_job_that_could_not_run_is_refused(wrong: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        wrong()


@pytest.mark.parametrize(
    "image", ["registry.example.com:5000/train:1.4", f"pytorch/pytorch@sha256:{'0' * 64}", "pytorch/pytorch:2.9.0"]
)
def test_a_fixed_image_is_accepted(image: str) -> None:
    assert args(image=image).image == image


def test_pods_of_several_nodes_wish_to_be_near_one_another_and_insist_on_nothing(record_plan: Record) -> None:
    """Insisting, a job would wait for nodes that autoscaling cannot place."""
    placed = replace(H100, levels=("layer-1", "layer-2", "kubernetes.io/hostname"))
    asked = "kueue.x-k8s.io/podset-preferred-topology"

    def annotations(pool: KueuePool, nodes: int) -> dict[str, str]:
        found = pod(made(record_plan, args(pool, nodes=nodes)))["metadata"]["annotations"]
        return {key: value for key, value in found.items() if key.startswith("kueue")}

    assert annotations(placed, 4) == {asked: "layer-2"}
    assert annotations(placed, 1) == {}
    assert annotations(replace(H100, levels=("kubernetes.io/hostname",)), 4) == {}
    assert annotations(H100, 4) == {}


def test_a_program_that_tells_of_itself_is_found_by_the_name_of_its_port(record_plan: Record) -> None:
    (silent,) = pod(made(record_plan, args()))["spec"]["containers"]
    (telling,) = pod(made(record_plan, args(metrics_port=8000)))["spec"]["containers"]

    assert "ports" not in silent
    assert telling["ports"] == [{"name": "metrics", "containerPort": 8000}]
    assert environment(made(record_plan, args(metrics_port=8000)))["METRICS_PORT"] == "8000"
