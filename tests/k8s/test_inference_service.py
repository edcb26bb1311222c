from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi_kubernetes as kubernetes
import pytest

from components.tags import CostTags
from gpuplatform.catalog.instances import instance
from gpuplatform.plan.model import Plan
from k8s import envoy
from k8s.engines import vllm
from k8s.engines.engine import Hardware, Place, ServedModel
from k8s.engines.vllm import Vllm
from k8s.inference_gateway import GATEWAY
from k8s.inference_service import (
    COOLDOWN_SECONDS,
    InferenceService,
    InferenceServiceArgs,
    Operators,
    Scaling,
    scaled_object,
    traffic,
)

Record = Callable[[Callable[[], object]], Plan]

TAGS = CostTags(team="research", project="p", environment="test", component="serving", contact="a@example.com")
ENGINE = Vllm()
ASLEEP = Scaling(min=0, max=4, waiting_requests=5)
PROMETHEUS = "http://prometheus.monitoring:9090"


def scaler(scaling: Scaling = ASLEEP) -> dict[str, Any]:
    return scaled_object("qwen", scaling, ENGINE.signals("qwen", scaling.waiting_requests), PROMETHEUS)


def service(scaling: Scaling = ASLEEP) -> None:
    pool, keda, monitoring = (kubernetes.helm.v3.Release(n, chart=n) for n in ("pool", "keda", "monitoring"))
    InferenceService(
        "qwen",
        InferenceServiceArgs(
            engine=ENGINE,
            model=ServedModel(weights="s3://models/qwen/", context=8192, tensor_parallel=1),
            hardware=Hardware(pool="small", instances=[instance("g6.xlarge")]),
            scaling=scaling,
            operators=Operators(nodes=pool, keda=keda, monitoring=monitoring, prometheus=PROMETHEUS),
            place=Place(region="us-east-1", namespace="serving", service_account="qwen"),
            tags=TAGS,
        ),
    )


@pytest.fixture(scope="module")
def plan(record_plan: Record) -> Plan:
    return record_plan(service)


def test_the_number_of_copies_is_kedas(plan: Plan) -> None:
    deployment = plan.one("kubernetes:apps/v1:Deployment")

    assert deployment.inputs["spec"]["replicas"] == 0
    assert deployment.ignore_changes == ("spec.replicas",)


@pytest.mark.parametrize("kind", ["apps/v1:Deployment", "core/v1:Service"])
def test_pulumi_waits_for_no_copy_since_there_may_be_none(plan: Plan, kind: str) -> None:
    assert plan.one(f"kubernetes:{kind}").inputs["metadata"]["annotations"] == {"pulumi.com/skipAwait": "true"}


def test_selectors_find_the_pods(plan: Plan) -> None:
    deployment = plan.one("kubernetes:apps/v1:Deployment").inputs["spec"]
    labels = deployment["template"]["metadata"]["labels"]

    found = [
        deployment["selector"]["matchLabels"],
        plan.one("kubernetes:core/v1:Service").inputs["spec"]["selector"],
        plan.one("kubernetes:policy/v1:PodDisruptionBudget").inputs["spec"]["selector"]["matchLabels"],
        plan.one("kubernetes:networking.k8s.io/v1:NetworkPolicy").inputs["spec"]["podSelector"]["matchLabels"],
        plan.one("kubernetes:monitoring.coreos.com/v1:PodMonitor").inputs["spec"]["selector"]["matchLabels"],
    ]
    for selector in found:
        assert selector.items() <= labels.items()
        assert selector == found[0]
    assert "gpuplatform.io/team" not in found[0], "a selector cannot change, and a model may change hands"
    assert labels.items() >= TAGS.labels().items()


def test_only_the_gateway_and_prometheus_reach_a_copy(plan: Plan) -> None:
    policy = plan.one("kubernetes:networking.k8s.io/v1:NetworkPolicy").inputs["spec"]

    assert policy["policyTypes"] == ["Ingress"]
    (rule,) = policy["ingress"]
    assert rule["from"] == [
        {"podSelector": {"matchLabels": GATEWAY}},
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}},
    ]
    assert rule["ports"] == [{"port": vllm.PORT}]


def test_the_service_is_where_the_gateway_looks_for_it_and_leads_to_the_engines_port(plan: Plan) -> None:
    (port,) = plan.one("kubernetes:core/v1:Service").inputs["spec"]["ports"]
    (container,) = plan.one("kubernetes:apps/v1:Deployment").inputs["spec"]["template"]["spec"]["containers"]

    assert (port["port"], port["targetPort"]) == (envoy.MODEL_PORT, "http")
    assert {"name": "http", "containerPort": vllm.PORT} in container["ports"]


def test_a_node_can_be_drained_of_the_only_copy(plan: Plan) -> None:
    budget = plan.one("kubernetes:policy/v1:PodDisruptionBudget").inputs["spec"]

    assert budget["maxUnavailable"] == 1
    assert "minAvailable" not in budget


def test_objects_of_a_kind_come_after_the_release_that_brings_it(plan: Plan) -> None:
    def before(type_: str) -> set[str]:
        return {urn.rsplit("::", 1)[-1] for urn in plan.one(f"kubernetes:{type_}").dependencies}

    assert before("keda.sh/v1alpha1:ScaledObject") == {"keda", "qwen-deployment"}
    assert before("monitoring.coreos.com/v1:PodMonitor") == {"monitoring"}
    assert before("apps/v1:Deployment") == {"pool"}, "copies go before their nodes' pool does"


def test_the_scaler_scales_the_deployment_within_its_bounds(plan: Plan) -> None:
    spec = plan.one("kubernetes:keda.sh/v1alpha1:ScaledObject").inputs["spec"]

    assert spec["scaleTargetRef"]["name"] == plan.one("kubernetes:apps/v1:Deployment").inputs["metadata"]["name"]
    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (0, 4)


def test_every_query_gives_one_number() -> None:
    for trigger in scaler()["triggers"]:
        parts = trigger["metadata"]["query"].split(" + ")
        assert all(part.startswith(("sum(", "avg(")) for part in parts), "several copies are several series"


def test_a_model_without_copies_is_woken_by_what_the_gateway_counts() -> None:
    query = traffic("qwen")

    assert 'envoy_cluster_name="qwen"' in query
    assert "upstream_rq_completed" in query
    assert "upstream_rq_total" not in query, "Envoy counts there only what reached a copy"
    assert "upstream_rq_active" in query, "one long answer keeps the last copy"
    triggers = {t["name"]: t["metadata"] for t in scaler()["triggers"]}
    assert triggers["traffic"]["activationThreshold"] == "0"


def test_traffic_wakes_but_counts_no_copies() -> None:
    triggers = {t["name"]: t for t in scaler()["triggers"]}

    assert int(triggers["traffic"]["metadata"]["threshold"]) >= 1_000_000
    assert triggers["traffic"]["metricType"] == "AverageValue"


def test_copies_are_added_by_the_queue_of_each() -> None:
    trigger = scaler(Scaling(min=1, max=2, waiting_requests=7))["triggers"][0]

    assert trigger["metadata"]["query"] == 'sum(vllm:num_requests_waiting{model_name="qwen"})'
    assert (trigger["metadata"]["threshold"], trigger["metricType"]) == ("7", "AverageValue")


def test_a_woken_model_outlives_its_cold_start() -> None:
    spec = scaler()

    # 525 s: the slowest cold start published (SageMaker, 17.7 GB image), pull included; a node takes about 80 s more.
    assert spec["cooldownPeriod"] == COOLDOWN_SECONDS > 525 + 80


def test_copies_come_fast_and_go_one_at_a_time() -> None:
    behavior: dict[str, Any] = scaler()["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]

    assert behavior["scaleUp"]["stabilizationWindowSeconds"] == 0
    assert behavior["scaleDown"]["stabilizationWindowSeconds"] >= 300
    assert behavior["scaleDown"]["policies"] == [{"type": "Pods", "value": 1, "periodSeconds": 300}]


@pytest.mark.parametrize(
    ("minimum", "maximum", "queued", "message"),
    [(-1, 1, 5, "min: -1"), (3, 2, 5, "min: 3, max: 2"), (0, 0, 5, "max: 0"), (0, 1, 0, "waiting_requests: 0")],
)
def test_bounds_that_scale_nothing_are_refused(minimum: int, maximum: int, queued: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Scaling(min=minimum, max=maximum, waiting_requests=queued)
