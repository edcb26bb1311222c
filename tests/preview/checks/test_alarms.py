"""Alarms that ring whatever happens: on plans of any origin."""

from __future__ import annotations

from typing import Any

import pytest

from gpuplatform.plan.model import PlannedResource
from gpuplatform.preview.checks.alarms import always_rings
from tests.preview.planted import found_alone
from tests.preview.sound import a_plan, a_resource, sound, with_input

CONFIG = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
LLAMA = {"HF_MODEL_ID": "meta-llama/Llama-3.1-8B-Instruct"}


def alarm(metric: str, threshold: float, how: str = "GreaterThanThreshold", **more: Any) -> PlannedResource:
    inputs = {"namespace": "AWS/SageMaker", "metricName": metric, "threshold": threshold, "comparisonOperator": how}
    return a_resource(
        "aws:cloudwatch/metricAlarm:MetricAlarm", "late", inputs | {"dimensions": {"EndpointName": "chat"}} | more
    )


def endpoint(instance: str = "ml.g6.2xlarge", environment: dict[str, str] | None = None) -> list[PlannedResource]:
    container = {"image": "i", "environment": environment or {}}
    model = a_resource("aws:sagemaker/model:Model", "m", {"primaryContainer": container}, outputs={"name": "m-1"})
    variants = [{"variantName": "all", "modelName": "m-1", "instanceType": instance}]
    config = a_resource(CONFIG, "c", {"productionVariants": variants}, outputs={"name": "c-1"})
    named = {"name": "chat", "endpointConfigName": "c-1"}
    return [model, config, a_resource("aws:sagemaker/endpoint:Endpoint", "chat-endpoint", named)]


def found(*resources: PlannedResource, **more: Any) -> list[str]:
    return [f.message for f in always_rings(a_plan(*resources, **more))]


def test_a_limit_in_milliseconds_is_below_what_one_token_takes() -> None:
    # 8B at half a byte, the narrowest: 4 GB at 300 GB/s are 13 ms; 4000 is 4 ms.
    (message,) = found(alarm("ModelLatency", 4000), *endpoint(environment=LLAMA))
    assert (
        "one token of 8 billion parameters takes at least 0.013 s on ml.g6.2xlarge, and the limit is 0.004 s" in message
    )
    assert found(alarm("ModelLatency", 4_000_000), *endpoint(environment=LLAMA)) == []


def test_nothing_else_is_said_of_it() -> None:
    plan = with_input(sound(), "late", "threshold", 4)
    for key, value in (("namespace", "AWS/SageMaker"), ("metricName", "ModelLatency")):
        plan = with_input(plan, "late", key, value)
    found_alone(plan, "alarm-always-rings", "no container answers within 4")


def test_what_no_container_can_is_found_without_knowing_the_model() -> None:
    (message,) = found(alarm("ModelLatency", 500))
    assert "500 ms are 500,000" in message
    assert found(alarm("ModelLatency", 5000), *endpoint()) == [], "a small model may"


STATED = {"gpuplatform:serving": {"models": {"chat": {"answer": {"billion_parameters": 8, "tokens": 300}}}}}
LINES = {"gpuplatform:serving.models.chat": 7, "gpuplatform:serving.models.chat.latency_ms": 9}


@pytest.mark.parametrize(
    ("metric", "limit_ms", "instance", "rings"),
    [
        ("ModelLatency", 4000, "ml.g6.2xlarge", True),  # 300 tokens of 16 GB at 300 GB/s: 16 s
        ("ModelLatency", 48_000, "ml.g6.2xlarge", False),
        ("ModelLatency", 4000, "ml.p5.4xlarge", False),
        ("FirstChunkModelLatency", 100, "ml.g6.2xlarge", True),  # a prompt of 1,000 tokens: 132 ms
        ("FirstChunkModelLatency", 200, "ml.g6.2xlarge", False),
        ("ModelLatency", 4000, "ml.c7i.2xlarge", False),  # no GPU whose speed is known
        ("OverheadLatency", 1, "ml.g6.2xlarge", False),
    ],
)
def test_the_answer_that_settings_state_takes_its_time(metric: str, limit_ms: int, instance: str, rings: bool) -> None:
    plan = a_plan(alarm(metric, limit_ms * 1000), *endpoint(instance), settings=STATED, lines=LINES)
    findings = list(always_rings(plan))
    assert bool(findings) is rings
    assert all((f.file, f.line) == ("Pulumi.dev.yaml", 9) for f in findings)


def test_speculative_decoding_writes_several_tokens_at_a_reading() -> None:
    assert (
        found(alarm("ModelLatency", 4000), *endpoint(environment=LLAMA | {"OPTION_SPECULATIVE_DRAFT_MODEL": "d"})) == []
    )


def test_of_a_model_that_skips_most_weights_those_that_a_token_uses_count() -> None:
    # 3B at half a byte: 5 ms; all 30B would be 50.
    assert found(alarm("ModelLatency", 20_000), *endpoint(environment={"M": "Qwen3-30B-A3B"})) == []
    assert found(alarm("ModelLatency", 4000), *endpoint(environment={"M": "Qwen3-30B-A3B"}))


@pytest.mark.parametrize(
    ("how", "threshold", "rings"),
    [
        ("GreaterThanOrEqualToThreshold", 0, True),
        ("GreaterThanThreshold", -1, True),
        ("GreaterThanThreshold", 0, False),
        ("GreaterThanOrEqualToThreshold", 1, False),
        ("LessThanThreshold", 0, False),
    ],
)
def test_amounts_are_never_below_nothing(how: str, threshold: float, rings: bool) -> None:
    assert bool(found(alarm("Invocation5XXErrors", threshold, how))) is rings
    assert found(alarm("Temperature", threshold, how, namespace="Weather")) == [], "of others it is not known"


@pytest.mark.parametrize(("gib", "rings"), [(4801, True), (4800, False), (480, False)])
def test_no_more_is_free_than_there_is(gib: float, rings: bool) -> None:
    size = {"storageCapacity": 4800}
    system = a_resource("aws:fsx/lustreFileSystem:LustreFileSystem", "fs", size, outputs={"id": "fs-1"})
    full = alarm(
        "FreeDataStorageCapacity",
        gib * 1024**3,
        "LessThanThreshold",
        namespace="AWS/FSx",
        dimensions={"FileSystemId": "fs-1"},
    )
    assert bool(found(full, system)) is rings


def test_an_alarm_without_a_number_is_not_judged() -> None:
    assert found(a_resource("aws:cloudwatch/metricAlarm:MetricAlarm", "band", {"thresholdMetricId": "e1"})) == []
