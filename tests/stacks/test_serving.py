"""The serving layer: models on the cluster behind one gateway, models behind SageMaker endpoints."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from gpuplatform.plan.model import Plan
from stacks import serving
from stacks.serving import ServingLayer
from stacks.settings.serving import EksModel, ServingSettings
from tests.stacks import upstream

Record = Callable[[Callable[[], object]], Plan]

QWEN: dict[str, Any] = {
    "runs_on": "eks",
    "team": "research",
    "pool": "small",
    "weights": "qwen/",
    "billion_parameters": 7.6,
    "replicas": {"min": 0, "max": 2},
    "api_key_secret": "serving/qwen/api-key",
}
EMBED: dict[str, Any] = {
    "runs_on": "sagemaker",
    "team": "applied",
    "mode": "serverless",
    "image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/embed:1.0",
    "weights": "embed/model.tar.gz",
    "memory_mib": 2048,
    "replicas": {"min": 0, "max": 5},
}
CHAT = EMBED | {
    "mode": "realtime",
    "weights": "chat/",
    "memory_mib": None,
    "instance": "ml.g6.2xlarge",
    "replicas": {"min": 1, "max": 2},
    "answer": {"billion_parameters": 8, "tokens": 300, "streamed": True},
}
POOLS = {"small": {"instances": ["g6.xlarge", "g5.xlarge"], "max_gpus": 2}}
TOPIC = "arn:aws:sns:us-east-1:111122223333:alerts"


def build(record_plan: Record, models: dict[str, Any], **data: bool) -> tuple[Plan, ServingLayer]:
    settings = ServingSettings.model_validate({"pools": POOLS, "models": models})
    layers: list[ServingLayer] = []

    def program() -> None:
        cluster = upstream.cluster()
        layer = serving.build(
            settings,
            upstream.CONTEXT,
            upstream.network(),
            upstream.data(**data),
            cluster,
            upstream.platform(cluster, ("small",)),
            alerts=TOPIC,
        )
        layers.append(layer)

    return record_plan(program), layers[0]


@pytest.fixture(scope="module")
def built(record_plan: Record) -> tuple[Plan, ServingLayer]:
    return build(record_plan, {"qwen": QWEN, "embed": EMBED, "chat": CHAT})


@pytest.fixture(scope="module")
def plan(built: tuple[Plan, ServingLayer]) -> Plan:
    return built[0]


def test_each_model_runs_where_the_settings_say(built: tuple[Plan, ServingLayer]) -> None:
    plan, layer = built

    assert [r.name for r in plan.all("gpuplatform:k8s:InferenceService")] == ["qwen"]
    assert sorted(r.name for r in plan.all("gpuplatform:aws:ModelEndpoint")) == ["chat", "embed"]
    assert layer.service_urls == {"qwen": "http://inference.serving.svc.cluster.local/qwen/v1"}
    assert set(layer.endpoint_names) == {"embed", "chat"}


def test_everything_on_the_cluster_goes_through_its_own_provider(plan: Plan) -> None:
    (provider,) = plan.all("pulumi:providers:kubernetes")

    objects = [r for r in plan.resources if r.type.startswith("kubernetes:")]
    assert objects
    for r in objects:
        assert r.provider.startswith(provider.urn), r.name


def test_the_namespace_takes_restricted_pods_only(plan: Plan) -> None:
    labels = plan.one("kubernetes:core/v1:Namespace").inputs["metadata"]["labels"]

    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_a_model_reads_its_weights_and_its_key_and_nothing_else(plan: Plan) -> None:
    policy = plan.one("aws:iam/rolePolicy:RolePolicy", "model-qwen-role-policy").inputs["policy"]
    rights = {tuple(s["Action"]): s["Resource"] for s in json.loads(policy)["Statement"]}

    assert rights == {
        ("s3:ListBucket",): "arn:aws:s3:::lake-models",
        ("s3:GetObject",): "arn:aws:s3:::lake-models/qwen/*",
        ("kms:Decrypt", "kms:DescribeKey"): upstream.KEY,
        ("secretsmanager:GetSecretValue",): (
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:serving/qwen/api-key-??????"
        ),
    }


def test_without_a_key_or_a_secret_there_is_no_right_to_one(record_plan: Record) -> None:
    plan, _ = build(record_plan, {"qwen": QWEN | {"api_key_secret": None}}, key=False)

    actions = [
        action
        for s in json.loads(plan.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]
        for action in s["Action"]
    ]
    assert actions == ["s3:ListBucket", "s3:GetObject"]


def test_copies_start_after_their_rights_and_go_before_their_pool(plan: Plan) -> None:
    deployment = plan.one("kubernetes:apps/v1:Deployment", "qwen-deployment")
    account = plan.one("kubernetes:core/v1:ServiceAccount")
    association = plan.one("aws:eks/podIdentityAssociation:PodIdentityAssociation")

    assert association.urn in account.dependencies
    assert {account.urn, plan.one("kubernetes:karpenter.sh/v1:NodePool").urn} <= set(deployment.dependencies)
    spec = deployment.inputs["spec"]["template"]["spec"]
    assert association.inputs["serviceAccount"] == account.inputs["metadata"]["name"] == spec["serviceAccountName"]
    assert association.inputs["namespace"] == deployment.inputs["metadata"]["namespace"] == "serving"


def test_weights_come_from_the_lakes_models(plan: Plan) -> None:
    (container,) = plan.one("kubernetes:apps/v1:Deployment", "qwen-deployment").inputs["spec"]["template"]["spec"][
        "containers"
    ]

    assert container["args"][0] == "s3://lake-models/qwen/"


def test_a_model_that_fits_no_type_of_its_pool_is_refused(record_plan: Record) -> None:
    with pytest.raises(
        Exception, match=r"26\.0 GB of weights over tensor_parallel 1 fit none of g6\.xlarge, g5\.xlarge"
    ):
        build(record_plan, {"large": QWEN | {"billion_parameters": 13}})


def test_models_are_on_their_teams_bill(plan: Plan) -> None:
    pod = plan.one("kubernetes:apps/v1:Deployment", "qwen-deployment").inputs["spec"]["template"]

    assert pod["metadata"]["labels"]["gpuplatform.io/team"] == "research"
    assert plan.one("aws:sagemaker/endpoint:Endpoint", "embed-endpoint").inputs["tags"]["team"] == "applied"


def test_ill_endpoints_are_told_of(plan: Plan) -> None:
    alarms = plan.all("aws:cloudwatch/metricAlarm:MetricAlarm")

    assert alarms
    for alarm in alarms:
        assert alarm.inputs["alarmActions"] == [TOPIC], alarm.name


def test_endpoints_with_instances_stand_in_the_vpc(plan: Plan) -> None:
    assert "vpcConfig" not in plan.one("aws:sagemaker/model:Model", "embed-model").inputs
    placed = plan.one("aws:sagemaker/model:Model", "chat-model").inputs["vpcConfig"]
    assert placed["subnets"] == ["subnet-use1-az4", "subnet-use1-az6"]


def test_without_models_on_the_cluster_nothing_is_put_there(record_plan: Record) -> None:
    plan, layer = build(record_plan, {"embed": EMBED})

    assert layer.service_urls == {}
    assert not plan.all("kubernetes:core/v1:Namespace")
    assert not plan.all("gpuplatform:k8s:InferenceGateway")


def test_an_engine_that_nobody_registered_is_refused_by_its_name() -> None:
    models = {"qwen": QWEN | {"engine": "vlm"}}

    with pytest.raises(ValidationError, match="vlm is no serving engine; did you mean vllm"):
        ServingSettings.model_validate({"pools": POOLS, "models": models})
    parsed = ServingSettings.model_validate({"pools": POOLS, "models": {"qwen": QWEN}}).models["qwen"]
    assert isinstance(parsed, EksModel)
    assert parsed.engine == "vllm"
