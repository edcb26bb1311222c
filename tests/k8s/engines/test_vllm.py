from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from gpuplatform.catalog.instances import instance
from gpuplatform.sizing.pods import KARPENTER_HIDDEN_MEMORY, allocatable
from k8s.engines import vllm
from k8s.engines.engine import Engine, Hardware, Place, ServedModel
from k8s.engines.vllm import Vllm

WEIGHTS = "s3://models/qwen/"
ENGINE: Engine = Vllm()
MODEL = ServedModel(weights=WEIGHTS, context=8192, tensor_parallel=1)
SMALL = Hardware(pool="small", instances=[instance("g6.2xlarge"), instance("g6.xlarge"), instance("g6e.xlarge")])
LARGE = Hardware(pool="l40s", instances=[instance("g6e.12xlarge"), instance("g6e.24xlarge")])
PLACE = Place(region="us-east-1", namespace="serving", service_account="qwen")
SELECTOR = {"app.kubernetes.io/name": "qwen"}


def pod(model: ServedModel = MODEL, hardware: Hardware = SMALL) -> Any:
    return ENGINE.pod(
        "qwen",
        model,
        hardware,
        PLACE,
        selector=SELECTOR,
        labels={**SELECTOR, "gpuplatform.io/team": "research"},
    )


def flags(model: ServedModel, memory_mib: int = 13_000) -> dict[str, Any]:
    _, *rest = (str(argument) for argument in Vllm().arguments("qwen", model, memory_mib))
    return dict(zip(rest[::2], rest[1::2], strict=True))


def server(spec: Any) -> Any:
    (container,) = spec["spec"]["containers"]
    return container


def test_weights_are_streamed_from_the_lake_under_the_models_name() -> None:
    assert Vllm().arguments("qwen", MODEL, 13_000)[0] == WEIGHTS
    said = flags(ServedModel(weights=WEIGHTS, context=16384, tensor_parallel=4))
    assert said["--load-format"] == "runai_streamer"
    assert said["--served-model-name"] == "qwen"
    assert said["--max-model-len"] == "16384"
    assert said["--tensor-parallel-size"] == "4"
    assert float(said["--gpu-memory-utilization"]) == ENGINE.memory_utilisation == 0.9, (
        "what the fit check reckons with"
    )


@pytest.mark.parametrize(("memory_mib", "parallel"), [(13_000, 1), (359_000, 4), (60_000, 4)])
def test_read_buffers_of_all_processes_stay_within_half_the_memory(memory_mib: int, parallel: int) -> None:
    said = json.loads(
        flags(ServedModel(weights=WEIGHTS, context=512, tensor_parallel=parallel), memory_mib)[
            "--model-loader-extra-config"
        ]
    )

    assert parallel * said["memory_limit"] <= memory_mib * 2**20 / 2
    assert said["memory_limit"] <= vllm.STREAM_BUFFER_BYTES


@pytest.mark.parametrize(("parallel", "distributed"), [(1, None), (4, True)])
def test_gpus_that_share_a_copy_share_the_reading_of_its_weights(parallel: int, distributed: bool | None) -> None:
    model = ServedModel(weights=WEIGHTS, context=512, tensor_parallel=parallel)

    assert json.loads(flags(model, 60_000)["--model-loader-extra-config"]).get("distributed") is distributed


def test_answers_are_finished_after_the_signal_and_an_idle_copy_ends_at_once() -> None:
    spec = pod()["spec"]
    announce = server(pod())["lifecycle"]["pre_stop"]["sleep"]["seconds"]
    drain = int(flags(ServedModel(weights=WEIGHTS, context=512, tensor_parallel=1), 60_000)["--shutdown-timeout"])

    assert announce <= 15
    assert announce + drain < spec["termination_grace_period_seconds"] <= 120, "EC2 takes a spot node after 120 s"


def test_a_copy_asks_for_its_gpus_and_what_the_smallest_type_has() -> None:
    asked = server(pod(hardware=SMALL))["resources"]

    cores, memory = allocatable(instance("g6.xlarge"), KARPENTER_HIDDEN_MEMORY)
    assert asked["requests"]["nvidia.com/gpu"] == asked["limits"]["nvidia.com/gpu"] == "1"
    assert int(asked["requests"]["cpu"].removesuffix("m")) < cores
    assert int(asked["requests"]["memory"].removesuffix("Mi")) < memory
    assert asked["limits"]["memory"] == asked["requests"]["memory"]


def test_a_tensor_parallel_copy_has_its_gpus_on_one_node_and_shared_memory() -> None:
    spec = pod(ServedModel(weights=WEIGHTS, context=8192, tensor_parallel=4), LARGE)

    assert server(spec)["resources"]["limits"]["nvidia.com/gpu"] == "4"
    (shared,) = [v for v in spec["spec"]["volumes"] if v["name"] == "shared"]
    assert shared["empty_dir"] == {"medium": "Memory", "size_limit": "8Gi"}


def test_pods_go_only_where_their_weights_fit() -> None:
    spec = pod(hardware=LARGE)["spec"]

    assert spec["node_selector"] == {"gpuplatform.io/pool": "l40s"}
    (term,) = spec["affinity"]["node_affinity"]["required_during_scheduling_ignored_during_execution"][
        "node_selector_terms"
    ]
    assert term["match_expressions"] == [
        {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["g6e.12xlarge", "g6e.24xlarge"]}
    ]
    assert [t["key"] for t in spec["tolerations"]] == ["nvidia.com/gpu"]


def test_nothing_runs_as_root_or_writes_to_an_image() -> None:
    spec = pod(ServedModel(weights=WEIGHTS, context=8192, tensor_parallel=1, api_key_secret="serving/qwen/api-key"))[
        "spec"
    ]

    assert spec["security_context"]["run_as_non_root"] is True
    assert spec["security_context"]["seccomp_profile"] == {"type": "RuntimeDefault"}
    for container in (*spec["containers"], *spec["init_containers"]):
        assert container["security_context"] == {
            "allow_privilege_escalation": False,
            "read_only_root_filesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


def test_what_must_be_written_has_volumes() -> None:
    mounts = {m["mount_path"]: m["name"] for m in server(pod())["volume_mounts"]}

    names = {v["name"] for v in pod()["spec"]["volumes"] if "empty_dir" in v}
    assert set(mounts) == {"/home/vllm", "/tmp", "/dev/shm"}
    assert set(mounts.values()) <= names
    assert {"name": "HOME", "value": "/home/vllm"} in server(pod())["env"]


def test_the_api_key_is_read_at_the_start_and_written_nowhere() -> None:
    spec = pod(ServedModel(weights=WEIGHTS, context=8192, tensor_parallel=1, api_key_secret="serving/qwen/api-key"))[
        "spec"
    ]

    (reader,) = spec["init_containers"]
    assert "--secret-id serving/qwen/api-key" in reader["command"][-1]
    (volume,) = [v for v in spec["volumes"] if v["name"] == "api-key"]
    assert volume["empty_dir"]["medium"] == "Memory"
    (container,) = spec["containers"]
    assert not [e for e in container["env"] if "KEY" in e["name"]]
    assert "--api-key" not in container["args"]
    assert "VLLM_API_KEY" in container["command"][2]
    (mount,) = [m for m in container["volume_mounts"] if m["name"] == "api-key"]
    assert mount["read_only"] is True


def test_the_start_hands_every_argument_on_to_vllm() -> None:
    model = ServedModel(weights=WEIGHTS, context=8192, tensor_parallel=1, api_key_secret="serving/qwen/api-key")
    container = server(pod(model))
    shell, options, script, *name = container["command"]
    told = script.replace("/run/api-key/value", "/dev/stdin").replace("exec vllm", 'printf "%s\\n" "$VLLM_API_KEY"')
    out = subprocess.run(
        [shell, options, told, *name, *container["args"]], input="secret\n", capture_output=True, text=True, check=True
    )

    assert out.stdout.splitlines() == ["secret", "serve", *container["args"]]


def test_without_a_key_there_is_no_reader_and_no_shell() -> None:
    spec = pod()["spec"]

    assert "init_containers" not in spec
    assert server(pod())["command"] == ["vllm", "serve"]


def test_a_cold_start_is_not_taken_for_a_failure() -> None:
    probe = server(pod())["startup_probe"]

    assert probe["period_seconds"] * probe["failure_threshold"] == vllm.START_SECONDS >= 1200


def test_a_leaving_copy_finishes_within_spot_s_two_minutes() -> None:
    spec = pod()["spec"]

    drain = server(pod())["lifecycle"]["pre_stop"]["sleep"]["seconds"]
    assert drain < spec["termination_grace_period_seconds"] < 120


def test_pods_have_no_token_of_the_cluster() -> None:
    spec = pod()["spec"]

    assert spec["service_account_name"] == "qwen"
    assert spec["automount_service_account_token"] is False
    assert spec["enable_service_links"] is False


def test_spreading_over_zones_never_keeps_a_copy_from_starting() -> None:
    (spread,) = pod()["spec"]["topology_spread_constraints"]

    assert spread["when_unsatisfiable"] == "ScheduleAnyway"
    assert spread["label_selector"] == {"match_labels": SELECTOR}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: ServedModel(weights=WEIGHTS, context=0, tensor_parallel=1), "context: 0"),
        (lambda: ServedModel(weights=WEIGHTS, context=512, tensor_parallel=0), "tensor_parallel: 0"),
        (lambda: Hardware(pool="small", instances=[]), "none of pool small can hold the model"),
    ],
)
def test_an_engine_that_could_not_start_is_refused(wrong: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        wrong()


def test_copies_are_added_by_the_queue_of_each_and_by_a_full_cache() -> None:
    queue, cache = ENGINE.signals("qwen", 7)

    assert (queue.query, queue.threshold) == ('sum(vllm:num_requests_waiting{model_name="qwen"})', "7")
    assert queue.kind == "AverageValue", "of each copy"
    assert (cache.query, cache.threshold) == ('avg(vllm:kv_cache_usage_perc{model_name="qwen"})', "0.8")
    assert cache.kind == "Value", "a mean already"


def test_callers_prometheus_and_probes_meet_at_one_port() -> None:
    assert ENGINE.metrics[0] in ENGINE.ports
    assert server(pod())["ports"] == [{"name": "http", "container_port": vllm.PORT}]
    assert flags(MODEL)["--port"] == str(vllm.PORT)
