"""Public reports of servers and scalers that do not start, stay or scale, planted on the recorded plan of prod; and what is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from gpuplatform.kinds.kubernetes import HORIZONTAL_POD_AUTOSCALER
from gpuplatform.kinds.tokens import DEPLOYMENT, RESERVATION, SCALED_OBJECT, SERVICE
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.preview.checks import claims, ended, model_servers, scalers
from gpuplatform.preview.judgement.run import run_checks
from tests.preview.edits import Break, both, setting
from tests.preview.planted import told
from tests.preview.sound import a_plan, a_resource, and_also, kubernetes, with_input

POOL = "gpuplatform.io/pool"
OF_OUR_HOUSE = {
    "pod-labels",
    "explicit-provider",
    "destroy-order",
    "same-resources",
    "over-budget",
    "custom-resource-order",
    "no-room-for-surge",
}
"""What an object from elsewhere breaks as well, and takes: a GPU of the pool."""
CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
SHM: dict[str, Any] = {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "16Gi"}}
MOUNTED: dict[str, Any] = {"name": "shm", "mountPath": "/dev/shm"}
SECONDS = {"startupProbe": {"failureThreshold": 180, "periodSeconds": 10}}


def a_server(
    *args: str, gpus: int = 4, spec: dict[str, Any] | None = None, replicas: int = 1, **more: Any
) -> PlannedResource:
    """vLLM by hand on our pool of L40S, with room for a surge."""
    container = {
        "name": "vllm",
        "image": "docker.io/vllm/vllm-openai:v0.28.0",
        "args": list(args),
        "resources": {"limits": {"nvidia.com/gpu": str(gpus)}},
        "volumeMounts": [MOUNTED],
        **more,
    }
    pod = {
        "nodeSelector": {POOL: "l40s"},
        "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
        "containers": [container],
        "volumes": [SHM],
        **(spec or {}),
    }
    template = {"metadata": {"labels": {"app": "raw"}}, "spec": pod}
    body = {
        "replicas": replicas,
        "selector": {"matchLabels": {"app": "raw"}},
        "template": template,
        "strategy": {"type": "Recreate"},
    }
    return kubernetes(DEPLOYMENT, "raw", {"metadata": {"name": "raw", "namespace": "serving"}, "spec": body})


def served(*args: str, **more: Any) -> Break:
    return lambda plan: and_also(plan, a_server(*args, **more))


def _object(token: str, name: str, **body: Any) -> PlannedResource:
    return kubernetes(token, name, {"metadata": {"name": name, "namespace": "serving"}, **body})


def _claim(*modes: str) -> Break:
    spec = {"accessModes": list(modes), "storageClassName": "gp3", "resources": {"requests": {"storage": "100Gi"}}}
    return lambda plan: and_also(plan, _object(CLAIM, "weights", spec=spec))


def _scaled(**trigger: Any) -> Break:
    spec = {"scaleTargetRef": {"name": "gate"}, "maxReplicaCount": 2, "triggers": [trigger]}
    metadata = {"name": "gate", "namespace": "serving"}
    pod = {"containers": [{"name": "x", "image": "example.com/x:1"}]}
    body = {"selector": {"matchLabels": {"app": "g"}}, "template": {"metadata": {"labels": {"app": "g"}}, "spec": pod}}
    return lambda plan: and_also(
        plan,
        kubernetes(DEPLOYMENT, "gate", {"metadata": metadata, "spec": body}),
        _object(SCALED_OBJECT, "gate-scaler", spec=spec),
    )


PROMETHEUS = "http://kube-prometheus-stack-prometheus.monitoring:9090"
MOUNT = {"volumes": [SHM, {"name": "w", "persistentVolumeClaim": {"claimName": "weights"}}]}
SMALL = "Qwen/Qwen2.5-7B-Instruct"
LARGE = "meta-llama/Llama-3.3-70B-Instruct"
TP = ("--tensor-parallel-size", "4")


def _settings(**changed: Any) -> Break:
    def change(plan: Plan) -> Plan:
        serving = dict(plan.settings["gpuplatform:serving"])
        models = dict(serving["models"])
        models["llama-70b"] = {**models["llama-70b"], **changed}
        return replace(plan, settings={**plan.settings, "gpuplatform:serving": {**serving, "models": models}})

    return change


def _context(tokens: str) -> Break:
    def change(plan: Plan) -> Plan:
        path = "spec|template|spec|containers|0|args"
        args = plan.one(DEPLOYMENT, "llama-70b-deployment").inputs["spec"]["template"]["spec"]["containers"][0]["args"]
        at = args.index("--max-model-len") + 1
        return with_input(plan, "llama-70b-deployment", path, [*args[:at], tokens, *args[at + 1 :]])

    return change


HPA = {
    "scaleTargetRef": {"kind": "Deployment", "name": "raw"},
    "minReplicas": 1,
    "maxReplicas": 2,
}

FAULTS: list[tuple[str, str, str, Break]] = [
    (
        "d",
        "tensor-parallel",
        "size 8, but its container asks for 4",
        served(command=["sh", "-c", "exec vllm serve /w --tensor-parallel-size 8"]),
    ),
    (
        "27",
        "endpoint-context",
        "a context of 131,072 tokens takes at least",
        setting("chat-8b-model", "primaryContainer|environment|OPTION_MAX_MODEL_LEN", "131072"),
    ),
    ("25", "shared-memory", "over 4 GPUs, and its /dev/shm has 64 MiB", served("--model", "/w", *TP, volumeMounts=[])),
    (
        "25",
        "shared-memory",
        "is limited to 64Mi",
        served("--model", "/w", *TP, spec={"volumes": [{"name": "shm", "emptyDir": {"sizeLimit": "64Mi"}}]}),
    ),
    (
        "25",
        "shared-memory",
        "over 2 GPUs",
        served(gpus=2, command=["sh", "-c", "vllm serve /w -tp 2"], volumeMounts=[]),
    ),
    (
        "26",
        "probe-kills-loading",
        "gives up after 60 s, and 141 GB of weights",
        served("--model", LARGE, "--tensor-parallel-size=4", livenessProbe={"initialDelaySeconds": 30}),
    ),
    (
        "26",
        "probe-kills-loading",
        "startup probe gives up after 30 s",
        served("--model", SMALL, gpus=1, startupProbe={"periodSeconds": 10}),
    ),
    (
        "27",
        "context-above-cache",
        "a context of 131,072 tokens takes 42.9 GB",
        both(_settings(bytes_per_parameter=2), _context("131072")),
    ),
    (
        "27",
        "context-above-cache",
        "a context of 1,010,000 tokens",
        served("--model", SMALL, "--max-model-len", "1010000", gpus=1),
    ),
    ("27", "context-above-cache", "its weights are 141", served("--model", LARGE, gpus=1)),
    (
        "28",
        "shared-disk",
        "up to 2 pods mount weights, which is ReadWriteOnce",
        both(_claim("ReadWriteOnce"), served("--model", "/w", gpus=1, replicas=2, spec=MOUNT)),
    ),
    (
        "29",
        "runtime-class",
        "there is no runtime class nvidia",
        served("--model", "/w", gpus=1, spec={"runtimeClassName": "nvidia"}),
    ),
    ("29", "runtime-class", "values.runtimeClassName", setting("nvidia-release", "values|runtimeClassName", "nvidia")),
    (
        "30",
        "trigger-metadata",
        "needs serverAddress",
        _scaled(type="prometheus", metadata={"query": "up", "threshold": "1"}),
    ),
    ("30", "trigger-metadata", "needs queueURL and awsRegion", _scaled(type="aws-sqs-queue", metadata={})),
    (
        "30",
        "trigger-server",
        "no service prometheus-server is in namespace monitoring",
        _scaled(
            type="prometheus",
            metadata={"query": "up", "threshold": "1", "serverAddress": "http://prometheus-server.monitoring:80"},
        ),
    ),
    (
        "30",
        "trigger-server",
        "not on 80",
        _scaled(
            type="prometheus",
            metadata={"query": "up", "threshold": "1", "serverAddress": PROMETHEUS.replace("9090", "80")},
        ),
    ),
    (
        "30",
        "trigger-server",
        "no service kube-prometheus-stack-prometheus",
        setting("monitoring-release", "values|prometheus|enabled", False),
    ),
    (
        "32",
        "scaler-against-replicas",
        "spec.replicas is 1, and raw-scaler scales it",
        both(
            served("--model", "/w", gpus=1),
            lambda p: and_also(p, _object(HORIZONTAL_POD_AUTOSCALER, "raw-scaler", spec=HPA)),
        ),
    ),
    (
        "links",
        "service-links",
        "gives it VLLM_PORT=tcp://",
        both(
            served("--model", "/w", gpus=1),
            lambda p: and_also(
                p,
                _object(
                    SERVICE, "vllm", spec={"selector": {"app": "raw"}, "ports": [{"port": 80, "targetPort": 8000}]}
                ),
            ),
        ),
    ),
]


@pytest.mark.parametrize(("row", "rule", "words", "broken"), FAULTS, ids=[f"{r}: {w}" for r, _, w, _ in FAULTS])
def test_a_planted_fault_is_found_and_nothing_else(
    plans: dict[str, Plan], row: str, rule: str, words: str, broken: Break
) -> None:
    before = {(f.rule, f.message) for f in run_checks(plans["prod"])}
    found = [f for f in run_checks(broken(plans["prod"])) if (f.rule, f.message) not in before]

    assert {f.rule for f in found} - OF_OUR_HOUSE == {rule}, (row, told(found))
    assert any(words in f.message for f in found), told(found)


RIGHT: list[tuple[str, Break]] = [
    ("a context that fits", served("--model", SMALL, "--max-model-len", "32768", gpus=1)),
    ("an fp8 cache of twice the tokens", both(_settings(bytes_per_parameter=1), _context("131072"))),
    ("a startup probe that waits", served("--model", LARGE, *TP, livenessProbe={"initialDelaySeconds": 30}, **SECONDS)),
    ("a model of which nothing is known", served("--model", "/w", "--max-model-len", "1000000", gpus=1)),
    ("latent attention", served("--model", "deepseek-ai/DeepSeek-V2-Lite-16B", "--max-model-len", "163840", gpus=1)),
    ("the host's shared memory", served("--model", "/w", *TP, volumeMounts=[], spec={"hostIPC": True})),
    ("a shared claim", both(_claim("ReadWriteMany"), served("--model", "/w", gpus=1, replicas=2, spec=MOUNT))),
    ("a claim of one copy", both(_claim("ReadWriteOnce"), served("--model", "/w", gpus=1, spec=MOUNT))),
    (
        "no links",
        both(
            served("--model", "/w", gpus=1, spec={"enableServiceLinks": False}),
            lambda p: and_also(p, _object(SERVICE, "vllm", spec={"ports": [{"port": 80}]})),
        ),
    ),
    (
        "a trigger of ours",
        _scaled(type="prometheus", metadata={"query": "up", "threshold": "1", "serverAddress": PROMETHEUS}),
    ),
    (
        "a region from an authentication",
        _scaled(type="aws-sqs-queue", metadata={"queueURL": "q"}, authenticationRef={"name": "a"}),
    ),
    (
        "somebody else's server",
        _scaled(
            type="prometheus",
            metadata={
                "query": "up",
                "threshold": "1",
                "serverAddress": "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1",
            },
        ),
    ),
]
JUDGES = (
    *(model_servers.shared_memory, model_servers.probe_kills_loading, model_servers.service_links),
    *(model_servers.context_above_cache, claims.shared_disk, claims.runtime_class, scalers.trigger_metadata),
    *(scalers.trigger_server, scalers.scaler_against_replicas),
)


@pytest.mark.parametrize(("what", "changed"), RIGHT, ids=[what for what, _ in RIGHT])
def test_what_works_is_no_finding(plans: dict[str, Plan], what: str, changed: Break) -> None:
    assert told(run_checks(changed(plans["prod"]), JUDGES)) == [], what


def test_the_shipped_environments_are_sound(plans: dict[str, Plan]) -> None:
    for plan in plans.values():
        assert told(run_checks(plan, JUDGES)) == []


def _block(until: str) -> Plan:
    rung = {"how": "capacity-block", "reservation": "cr-0123456789abcdef0", "max": 4, "until": until}
    cluster = {"pools": {"h100": {"instance": "p5.48xlarge", "buy": [rung, {"how": "on-demand", "max": 4}]}}}
    return a_plan(settings={"gpuplatform:cluster": cluster}, lines={"gpuplatform:cluster.pools.h100.buy[0]": 7})


@pytest.mark.parametrize(
    ("until", "today", "over"),
    [
        ("2026-09-01", date(2026, 12, 1), True),
        ("2026-12-01", date(2026, 12, 1), False),
        ("2026-11-30", date(2026, 12, 1), True),
        ("2026-12-20", date(2026, 12, 1), False),
    ],
)
def test_a_capacity_block_that_is_over_is_found(until: str, today: date, over: bool) -> None:
    found = run_checks(_block(until), (ended.time_over,), today)

    assert [(f.rule, f.line) for f in found] == ([("time-over", 7)] if over else [])


def test_a_resource_whose_end_is_over_is_found() -> None:
    plan = a_plan(
        a_resource(RESERVATION, "reserved", {"endDate": "2026-09-01T00:00:00Z", "instanceType": "p5.48xlarge"})
    )

    assert [f.rule for f in run_checks(plan, (ended.time_over,), date(2026, 12, 1))] == ["time-over"]
    assert run_checks(plan, (ended.time_over,), date(2026, 8, 1)) == []


def test_metrics_of_pods_are_asked_of_an_adapter_that_is_there() -> None:
    spec = {**HPA, "metrics": [{"type": "Pods", "pods": {"metric": {"name": "queue"}}}]}
    plan = a_plan(_object(HORIZONTAL_POD_AUTOSCALER, "scaler", spec=spec))
    release = a_resource("kubernetes:helm.sh/v3:Release", "adapter", {"chart": "prometheus-adapter"})

    assert [f.rule for f in run_checks(plan, (scalers.metrics_unserved,))] == ["metrics-unserved"]
    assert run_checks(and_also(plan, release), (scalers.metrics_unserved,)) == []
