"""What a model endpoint sends to SageMaker, and in which order it can be replaced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from components.model_endpoint import ModelEndpoint, Placement, Variant
from gpuplatform.plan.model import Plan
from tests.components.model_endpoint.sample import ASYNC, KEY, REALTIME, SERVERLESS, TOPIC, args

Record = Callable[[Callable[[], object]], Plan]


def plan_of(record_plan: Record, variant: Variant = REALTIME, **changes: Any) -> Plan:
    return record_plan(lambda: ModelEndpoint("embed", args(variant, **changes)))


def test_the_endpoint_has_a_name_that_people_type_and_the_rest_has_generated_names(record_plan: Record) -> None:
    plan = plan_of(record_plan)

    assert plan.one("aws:sagemaker/endpoint:Endpoint").inputs["name"] == "gpuplatform-test-embed"
    for type_ in ("aws:sagemaker/model:Model", "aws:sagemaker/endpointConfiguration:EndpointConfiguration"):
        assert "name" not in plan.one(type_).inputs, "a fixed name would collide with its own replacement"


def test_nothing_is_deleted_before_its_replacement_exists(record_plan: Record) -> None:
    assert [r.name for r in plan_of(record_plan).resources if r.delete_before_replace] == []


def test_the_endpoint_follows_its_configuration_which_follows_its_model(record_plan: Record) -> None:
    plan = plan_of(record_plan)
    model = plan.one("aws:sagemaker/model:Model")
    config = plan.one("aws:sagemaker/endpointConfiguration:EndpointConfiguration")
    endpoint = plan.one("aws:sagemaker/endpoint:Endpoint")

    assert endpoint.property_dependencies["endpointConfigName"] == (config.urn,)
    assert model.urn in config.property_dependencies["productionVariants"]
    assert endpoint.inputs["endpointConfigName"] == config.outputs["name"]


def test_the_model_waits_for_the_policy_that_lets_it_read_its_weights(record_plan: Record) -> None:
    plan = plan_of(record_plan)
    policy = plan.one("aws:iam/rolePolicy:RolePolicy")

    assert policy.urn in plan.one("aws:sagemaker/model:Model").property_dependencies["executionRoleArn"]


def test_an_instance_endpoint_is_in_the_vpc_and_isolated(record_plan: Record) -> None:
    model = plan_of(record_plan).one("aws:sagemaker/model:Model").inputs

    assert model["vpcConfig"] == {"subnets": ["subnet-1", "subnet-2"], "securityGroupIds": ["sg-1"]}
    assert model["enableNetworkIsolation"] is True
    assert model["primaryContainer"]["modelDataUrl"] == "s3://models/embed/model.tar.gz"


def test_a_prefix_of_weights_is_loaded_as_it_is(record_plan: Record) -> None:
    artifact = replace(args().artifact, key="llama/")
    container = plan_of(record_plan, artifact=artifact).one("aws:sagemaker/model:Model").inputs["primaryContainer"]

    source = {"s3Uri": "s3://models/llama/", "s3DataType": "S3Prefix", "compressionType": "None"}
    assert container["modelDataSource"] == {"s3DataSources": [source]}
    assert "modelDataUrl" not in container


def test_realtime_requests_are_captured(record_plan: Record) -> None:
    config = plan_of(record_plan).one("aws:sagemaker/endpointConfiguration:EndpointConfiguration").inputs
    capture = config["dataCaptureConfig"]

    assert capture["destinationS3Uri"] == "s3://logs/sagemaker/embed/captures"
    assert [o["captureMode"] for o in capture["captureOptions"]] == ["Input", "Output"]
    assert "asyncInferenceConfig" not in config


def test_asynchronous_answers_go_to_the_lake_and_failures_to_the_topic(record_plan: Record) -> None:
    config = plan_of(record_plan, ASYNC).one("aws:sagemaker/endpointConfiguration:EndpointConfiguration").inputs

    assert config["asyncInferenceConfig"]["outputConfig"] == {
        "s3OutputPath": "s3://logs/sagemaker/embed/answers",
        "s3FailurePath": "s3://logs/sagemaker/embed/failures",
        "notificationConfig": {"errorTopic": TOPIC},
    }
    assert "dataCaptureConfig" not in config
    assert config["productionVariants"][0]["initialInstanceCount"] == 1, "SageMaker starts no endpoint without one"


def test_serverless_asks_for_nothing_that_it_cannot_have(record_plan: Record) -> None:
    plan = plan_of(record_plan, SERVERLESS)
    config = plan.one("aws:sagemaker/endpointConfiguration:EndpointConfiguration").inputs
    model = plan.one("aws:sagemaker/model:Model").inputs

    assert config["productionVariants"] == [
        {
            "variantName": "primary",
            "modelName": plan.one("aws:sagemaker/model:Model").outputs["name"],
            "serverlessConfig": {"memorySizeInMb": 4096, "maxConcurrency": 5},
        }
    ]
    assert not {"dataCaptureConfig", "asyncInferenceConfig", "kmsKeyArn"} & set(config)
    assert "vpcConfig" not in model
    assert not model["enableNetworkIsolation"]
    assert "deploymentConfig" not in plan.one("aws:sagemaker/endpoint:Endpoint").inputs


def test_serverless_at_rest_costs_one_alarm_and_scales_by_itself(record_plan: Record) -> None:
    plan = plan_of(record_plan, SERVERLESS)

    assert len(plan.all("aws:cloudwatch/metricAlarm:MetricAlarm")) == 1
    assert plan.all("aws:appautoscaling/target:Target") == []


@pytest.mark.parametrize(("instance", "expected"), [("ml.m7i.xlarge", KEY), ("ml.g5.xlarge", None)])
def test_the_volume_gets_a_key_only_where_one_is_legal(
    record_plan: Record, instance: str, expected: str | None
) -> None:
    plan = plan_of(record_plan, replace(REALTIME, instance=instance))
    config = plan.one("aws:sagemaker/endpointConfiguration:EndpointConfiguration").inputs

    assert config.get("kmsKeyArn") == expected


def test_an_update_goes_to_one_instance_first_and_back_if_an_alarm_rings(record_plan: Record) -> None:
    plan = plan_of(record_plan)
    deployment = plan.one("aws:sagemaker/endpoint:Endpoint").inputs["deploymentConfig"]
    routing = deployment["blueGreenUpdatePolicy"]["trafficRoutingConfiguration"]
    alarms = [a.outputs["name"] for a in plan.all("aws:cloudwatch/metricAlarm:MetricAlarm")]

    assert routing["type"] == "CANARY"
    assert routing["canarySize"] == {"type": "INSTANCE_COUNT", "value": 1}
    assert [a["alarmName"] for a in deployment["autoRollbackConfiguration"]["alarms"]] == alarms


@pytest.mark.parametrize("variant", [replace(REALTIME, min=1, max=1), ASYNC, replace(REALTIME, min=1, start=1)])
def test_less_than_two_instances_move_at_once_and_are_watched(record_plan: Record, variant: Variant) -> None:
    endpoint = plan_of(record_plan, variant).one("aws:sagemaker/endpoint:Endpoint")
    policy = endpoint.inputs["deploymentConfig"]["blueGreenUpdatePolicy"]

    assert policy["trafficRoutingConfiguration"] == {"type": "ALL_AT_ONCE", "waitIntervalInSeconds": 0}
    assert policy["terminationWaitInSeconds"] == 600


def test_a_slow_start_and_both_watches_fit_into_an_update(record_plan: Record) -> None:
    plan = plan_of(record_plan)
    config = plan.one("aws:sagemaker/endpointConfiguration:EndpointConfiguration").inputs
    update = plan.one("aws:sagemaker/endpoint:Endpoint").inputs["deploymentConfig"]["blueGreenUpdatePolicy"]
    variant = config["productionVariants"][0]
    start = variant["modelDataDownloadTimeoutInSeconds"] + variant["containerStartupHealthCheckTimeoutInSeconds"]
    watch = update["trafficRoutingConfiguration"]["waitIntervalInSeconds"] + update["terminationWaitInSeconds"]

    assert start + watch < update["maximumExecutionTimeoutInSeconds"] < 3600, "the provider waits an hour"


def test_everything_taggable_says_who_pays(record_plan: Record) -> None:
    taggable = ("sagemaker/", "cloudwatch/", "iam/role:", "appautoscaling/target:")
    for resource in plan_of(record_plan).resources:
        if any(part in resource.type for part in taggable):
            assert resource.inputs["tags"]["team"] == "search", resource.name


@pytest.mark.parametrize(
    ("variant", "changes", "message"),
    [
        (SERVERLESS, {"placement": Placement(subnet_ids=["s"], security_group_ids=["g"])}, "cannot enter a VPC"),
        (REALTIME, {"placement": None}, "needs subnets"),
        (SERVERLESS, {"artifact": replace(args().artifact, key="llama/")}, "one .tar.gz"),
    ],
)
def test_what_cannot_go_together_is_refused(variant: Variant, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        args(variant, **changes)


@pytest.mark.parametrize(
    ("variant", "first"),
    [
        (REALTIME, 6),
        (replace(REALTIME, start=3), 3),
        (ASYNC, 1),
        (replace(ASYNC, min=2), 2),
    ],
)
def test_a_new_fleet_serves_no_worse_than_the_one_it_replaces(
    record_plan: Record, variant: Variant, first: int
) -> None:
    config = plan_of(record_plan, variant).one("aws:sagemaker/endpointConfiguration:EndpointConfiguration")

    assert config.inputs["productionVariants"][0]["initialInstanceCount"] == first


def test_another_number_of_instances_alone_replaces_no_fleet_unless_it_is_said(record_plan: Record) -> None:
    def ignored(variant: Variant) -> tuple[str, ...]:
        plan = plan_of(record_plan, variant)
        return plan.one("aws:sagemaker/endpointConfiguration:EndpointConfiguration").ignore_changes

    assert ignored(REALTIME) == ("productionVariants[0].initialInstanceCount",)
    assert ignored(replace(REALTIME, start=3)) == ()
