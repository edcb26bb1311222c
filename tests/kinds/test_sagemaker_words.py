"""How reports speak of SageMaker's endpoints, and what a training job costs by the hour."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from gpuplatform.kinds.labels import Lines
from gpuplatform.kinds.registry import kind_of
from gpuplatform.preview.billing.bill import bill
from tests.preview.sound import a_plan, a_resource

ENDPOINT, CONFIG = "aws:sagemaker/endpoint:Endpoint", "aws:sagemaker/endpointConfiguration:EndpointConfiguration"


def words(configuration: dict[str, Any]) -> Lines:
    row = kind_of(ENDPOINT)
    assert row
    assert row.label
    face, config = a_resource(ENDPOINT, "chat-endpoint"), a_resource(CONFIG, "chat-config", configuration)
    return row.label.words(a_plan(face, config), face, [face, config])


@pytest.mark.parametrize(
    ("configuration", "manner"),
    [
        ({"productionVariants": [{"instanceType": "ml.g6.2xlarge"}]}, "real time"),
        ({"productionVariants": [{"instanceType": "ml.g6.2xlarge"}], "asyncInferenceConfig": {"a": 1}}, "asynchronous"),
        ({"productionVariants": [{"serverlessConfig": {"memorySizeInMb": 2048}}]}, "serverless"),
    ],
)
def test_the_picture_says_how_an_endpoint_answers(configuration: dict[str, Any], manner: str) -> None:
    assert any(manner in str(line) for line in words(configuration))


def test_a_training_job_is_paid_by_the_part_of_an_hour() -> None:
    job = a_resource(
        "aws:sagemaker/trainingJob:TrainingJob",
        "t",
        {
            "resourceConfig": {"instanceType": "ml.g5.xlarge", "instanceCount": 1, "volumeSizeInGb": 1},
            "stoppingCondition": {"maxRuntimeInSeconds": 5400},
        },
    )
    found = bill(a_plan(job), datetime.date(2026, 12, 1))

    assert any("at most 1.50 h" in line.what for line in found.lines)
