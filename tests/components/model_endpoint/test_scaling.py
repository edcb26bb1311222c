from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import botocore.session
import pytest

from components.model_endpoint import Variant
from components.model_endpoint.scaling import EndpointScaling, EndpointScalingArgs, dimension, scales
from gpuplatform.plan.model import Plan
from tests.components.model_endpoint.sample import ASYNC, REALTIME, SERVERLESS, args

Record = Callable[[Callable[[], object]], Plan]

POLICY = "aws:appautoscaling/policy:Policy"
PROVISIONED = replace(SERVERLESS, min=1)


def scaling(record_plan: Record, variant: Variant) -> Plan:
    return record_plan(
        lambda: EndpointScaling(
            "embed-scaling", EndpointScalingArgs(tags=args().tags, variant=variant, endpoint_name="p-test-embed")
        )
    )


@pytest.mark.parametrize("variant", [REALTIME, ASYNC, PROVISIONED])
def test_every_scaler_has_a_minimum_a_maximum_and_cooldowns(record_plan: Record, variant: Variant) -> None:
    plan = scaling(record_plan, variant)
    target = plan.one("aws:appautoscaling/target:Target").inputs
    tracking = plan.one(POLICY, "embed-scaling-tracking").inputs["targetTrackingScalingPolicyConfiguration"]

    assert (target["minCapacity"], target["maxCapacity"]) == (variant.min, variant.max)
    assert target["resourceId"] == "endpoint/p-test-embed/variant/primary"
    assert tracking["scaleInCooldown"] >= tracking["scaleOutCooldown"] > 0, "come fast, leave slowly"


def test_realtime_follows_what_one_instance_answers(record_plan: Record) -> None:
    tracking = scaling(record_plan, REALTIME).one(POLICY).inputs["targetTrackingScalingPolicyConfiguration"]

    assert tracking["targetValue"] == 300
    assert tracking["predefinedMetricSpecification"] == {
        "predefinedMetricType": "SageMakerVariantInvocationsPerInstance"
    }


def test_asynchronous_follows_the_backlog(record_plan: Record) -> None:
    policy = scaling(record_plan, ASYNC).one(POLICY, "embed-scaling-tracking")
    metric = policy.inputs["targetTrackingScalingPolicyConfiguration"]["customizedMetricSpecification"]

    assert metric["metricName"] == "ApproximateBacklogSizePerInstance"
    assert metric["dimensions"] == [{"name": "EndpointName", "value": "p-test-embed"}]


def test_zero_instances_wake_on_the_first_request(record_plan: Record) -> None:
    plan = scaling(record_plan, ASYNC)
    wake = plan.one(POLICY, "embed-scaling-wake")
    waiting = plan.one("aws:cloudwatch/metricAlarm:MetricAlarm").inputs

    steps = wake.inputs["stepScalingPolicyConfiguration"]
    assert steps["adjustmentType"] == "ChangeInCapacity"
    assert steps["stepAdjustments"] == [{"metricIntervalLowerBound": "0", "scalingAdjustment": 1}]
    assert waiting["metricName"] == "HasBacklogWithoutCapacity"
    assert (waiting["comparisonOperator"], waiting["threshold"]) == ("GreaterThanOrEqualToThreshold", 1)
    assert waiting["dimensions"] == {"EndpointName": "p-test-embed"}, "SageMaker reports it by endpoint, not by variant"
    assert waiting["alarmActions"] == [wake.outputs["arn"]]


def test_an_asynchronous_endpoint_that_never_sleeps_needs_no_waking(record_plan: Record) -> None:
    plan = scaling(record_plan, replace(ASYNC, min=1))

    assert [p.name for p in plan.all(POLICY)] == ["embed-scaling-tracking"]
    assert plan.all("aws:cloudwatch/metricAlarm:MetricAlarm") == []


def test_only_provisioned_concurrency_of_serverless_is_ours_to_scale() -> None:
    assert not scales(SERVERLESS)
    assert scales(PROVISIONED)
    assert scales(REALTIME)


def test_application_auto_scaling_knows_dimensions_and_metrics(record_plan: Record) -> None:
    model = botocore.session.get_session().get_service_model("application-autoscaling")
    for variant in (REALTIME, ASYNC, PROVISIONED):
        assert dimension(variant.mode) in model.shape_for("ScalableDimension").metadata["enum"]
        policy = scaling(record_plan, variant).one(POLICY, "embed-scaling-tracking")
        tracking = policy.inputs["targetTrackingScalingPolicyConfiguration"]
        if "predefinedMetricSpecification" in tracking:
            metric = tracking["predefinedMetricSpecification"]["predefinedMetricType"]
            assert metric in model.shape_for("MetricType").metadata["enum"]
