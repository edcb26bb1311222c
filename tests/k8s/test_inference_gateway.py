from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import pulumi_kubernetes as kubernetes
import pytest
import yaml

from components.tags import CostTags
from gpuplatform.catalog.images import ENVOY
from gpuplatform.plan.model import Plan
from k8s import envoy
from k8s.inference_gateway import InferenceGateway, InferenceGatewayArgs
from k8s.inference_service import traffic

MODELS = {"llama": "/v1", "qwen": "/v1"}

Record = Callable[[Callable[[], object]], Plan]

TAGS = CostTags(team="ml", project="p", environment="test", component="serving", contact="a@example.com")


def gateway(models: Sequence[str] = ("llama", "qwen"), api_path: str = "/v1") -> InferenceGateway:
    return InferenceGateway(
        "inference",
        InferenceGatewayArgs(
            models=dict.fromkeys(models, api_path),
            replicas=2,
            tags=TAGS,
            namespace="serving",
            namespace_name="serving",
            monitoring=kubernetes.helm.v3.Release("monitoring", chart="monitoring"),
        ),
    )


@pytest.fixture(scope="module")
def plan(record_plan: Record) -> Plan:
    return record_plan(gateway)


def listener(name: str) -> dict[str, Any]:
    (found,) = [x for x in envoy.configuration(MODELS, "serving")["static_resources"]["listeners"] if x["name"] == name]
    return found


def routes(name: str) -> list[dict[str, Any]]:
    manager = listener(name)["filter_chains"][0]["filters"][0]["typed_config"]
    return manager["route_config"]["virtual_hosts"][0]["routes"]


def clusters() -> dict[str, dict[str, Any]]:
    return {c["name"]: c for c in envoy.configuration(MODELS, "serving")["static_resources"]["clusters"]}


def address(cluster: dict[str, Any]) -> tuple[str, int]:
    (endpoint,) = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"]
    at = endpoint["endpoint"]["address"]["socket_address"]
    return at["address"], at["port_value"]


def test_each_models_api_is_below_its_name_and_nothing_else_is() -> None:
    assert [(r["match"], r["route"]["cluster"], r["route"]["prefix_rewrite"]) for r in routes("inference")] == [
        ({"prefix": "/llama/v1/"}, "llama", "/v1/"),
        ({"prefix": "/qwen/v1/"}, "qwen", "/v1/"),
    ]


@pytest.mark.parametrize("api_path", ["/v2/models", "/v2/models/"])
def test_an_engine_says_where_its_api_begins(api_path: str) -> None:
    (found,) = envoy.configuration({"m": api_path}, "serving")["static_resources"]["listeners"][0]["filter_chains"][0][
        "filters"
    ][0]["typed_config"]["route_config"]["virtual_hosts"][0]["routes"]

    assert found["match"] == {"prefix": "/m/v2/models/"}
    assert found["route"]["prefix_rewrite"] == "/v2/models/"


def test_a_models_cluster_is_its_service() -> None:
    assert address(clusters()["llama"]) == ("llama.serving.svc.cluster.local.", envoy.MODEL_PORT)


def test_metrics_name_the_model_as_the_scaler_asks_for_it() -> None:
    assert set(clusters()) == {"llama", "qwen", "admin"}
    assert 'envoy_cluster_name="llama"' in traffic("llama")


def test_long_answers_are_not_cut() -> None:
    for route in routes("inference"):
        assert route["route"]["timeout"] == "0s"
        assert route["route"]["idle_timeout"] == "300s"


def test_every_request_may_go_to_another_copy() -> None:
    (options,) = clusters()["llama"]["typed_extension_protocol_options"].values()
    assert options["common_http_protocol_options"] == {"max_requests_per_connection": 1}


def test_of_the_admin_pages_only_two_leave_the_pod() -> None:
    admin = envoy.configuration(MODELS, "serving")["admin"]["address"]["socket_address"]

    assert admin["address"] == "127.0.0.1"
    assert [r["match"] for r in routes("metrics")] == [{"path": "/stats/prometheus"}, {"path": "/ready"}]
    assert not [r for r in routes("inference") if r["route"]["cluster"] == "admin"]


def test_open_connections_are_limited() -> None:
    (monitor,) = envoy.configuration(MODELS, "serving")["overload_manager"]["resource_monitors"]
    assert monitor["typed_config"]["max_active_downstream_connections"] == envoy.MAX_CONNECTIONS


def test_the_limit_on_connections_closes_neither_probes_nor_metrics() -> None:
    assert envoy.configuration(MODELS, "serving")["admin"]["ignore_global_conn_limit"] is True
    assert listener("metrics")["ignore_global_conn_limit"] is True
    assert "ignore_global_conn_limit" not in listener("inference")


def test_no_breaker_opens_before_the_connections_are_used_up() -> None:
    (threshold,) = clusters()["llama"]["circuit_breakers"]["thresholds"]

    assert set(threshold) == {"max_connections", "max_pending_requests", "max_requests"}
    assert set(threshold.values()) == {envoy.MAX_CONNECTIONS}


def test_another_configuration_means_other_pods(plan: Plan, record_plan: Record) -> None:
    def annotated(of: Plan) -> str:
        template = of.one("kubernetes:apps/v1:Deployment").inputs["spec"]["template"]
        return template["metadata"]["annotations"]["gpuplatform.io/configuration"]

    text = plan.one("kubernetes:core/v1:ConfigMap").inputs["data"]["envoy.yaml"]
    assert yaml.safe_load(text) == envoy.configuration(MODELS, "serving")
    assert annotated(plan) == hashlib.sha256(text.encode()).hexdigest()
    assert annotated(record_plan(lambda: gateway(["llama"]))) != annotated(plan)


def test_it_runs_on_system_nodes_whatever_their_architecture(plan: Plan) -> None:
    spec = plan.one("kubernetes:apps/v1:Deployment").inputs["spec"]["template"]["spec"]

    assert spec["nodeSelector"] == {"gpuplatform.io/pool": "system"}
    assert spec["containers"][0]["image"] == str(ENVOY)
    assert {"amd64", "arm64"} <= ENVOY.architectures


def test_it_is_confined(plan: Plan) -> None:
    spec = plan.one("kubernetes:apps/v1:Deployment").inputs["spec"]["template"]["spec"]

    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["automountServiceAccountToken"] is False
    assert spec["containers"][0]["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_one_of_two_pods_answers_while_the_other_is_replaced(plan: Plan) -> None:
    deployment = plan.one("kubernetes:apps/v1:Deployment").inputs["spec"]

    assert deployment["replicas"] == 2
    assert deployment["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert plan.one("kubernetes:policy/v1:PodDisruptionBudget").inputs["spec"]["maxUnavailable"] == 1


def test_anybody_may_call_but_only_prometheus_reads_metrics(plan: Plan) -> None:
    door, metrics = plan.one("kubernetes:networking.k8s.io/v1:NetworkPolicy").inputs["spec"]["ingress"]

    assert door == {"ports": [{"port": envoy.PORT}]}
    assert metrics["ports"] == [{"port": envoy.METRICS_PORT}]
    assert metrics["from"] == [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}]


def test_prometheus_reads_what_the_scaler_asks_for(plan: Plan) -> None:
    monitor = plan.one("kubernetes:monitoring.coreos.com/v1:PodMonitor")

    assert monitor.inputs["spec"]["podMetricsEndpoints"] == [
        {"port": "metrics", "path": "/stats/prometheus", "interval": "15s"}
    ]
    assert {urn.rsplit("::", 1)[-1] for urn in monitor.dependencies} == {"monitoring"}


def test_callers_find_the_engines_api_below_the_models_url(record_plan: Record) -> None:
    urls: dict[str, str] = {}

    def program() -> None:
        urls.update(gateway().urls)

    record_plan(program)
    assert urls["qwen"] == "http://inference.serving.svc.cluster.local/qwen/v1"

    record_plan(lambda: urls.update(gateway(api_path="/v2/models").urls))
    assert urls["qwen"] == "http://inference.serving.svc.cluster.local/qwen/v2/models"


@pytest.mark.parametrize(
    ("models", "message"), [([], "models: none"), (["inference"], "inference is the gateway's own name")]
)
def test_a_gateway_to_nothing_or_to_itself_is_refused(record_plan: Record, models: list[str], message: str) -> None:
    with pytest.raises(Exception, match=message):
        record_plan(lambda: gateway(models))
