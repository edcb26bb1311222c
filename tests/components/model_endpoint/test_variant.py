from __future__ import annotations

from dataclasses import replace
from typing import Any

import botocore.session
import pytest

from components.model_endpoint import Latency, Mode
from components.model_endpoint.variant import endpoint_name
from tests.components.model_endpoint.sample import REALTIME, SERVERLESS, args


@pytest.mark.parametrize(
    ("base", "changes", "message"),
    [
        (REALTIME, {"min": 0}, "real-time"),
        (REALTIME, {"min": 7}, "min: 7, max: 6"),
        (REALTIME, {"instance": None}, "instance"),
        (REALTIME, {"memory_mib": 2048}, "no memory_mib"),
        (SERVERLESS, {"instance": "ml.g5.xlarge"}, "no instance"),
        (SERVERLESS, {"memory_mib": 3000}, "3000; accepted: 1024"),
        (SERVERLESS, {"max": 201}, "200 requests"),
        (SERVERLESS, {"latency": Latency(limit_ms=500)}, "none for serverless"),
        (REALTIME, {"latency": None}, "one for everything else"),
        (REALTIME, {"start": 1}, "start: 1; accepted: 2 to 6 instances"),
        (REALTIME, {"start": 7}, "start: 7; accepted: 2 to 6 instances"),
        (SERVERLESS, {"start": 1}, "none for serverless"),
        (SERVERLESS, {"max": 0}, "max ≥ 1"),
        (REALTIME, {"min": -1, "mode": Mode.ASYNC}, "0 ≤ min"),
    ],
)
def test_shapes_that_sagemaker_would_refuse_are_refused(base: Any, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(base, **changes)


@pytest.mark.parametrize(
    "image",
    [
        "111122223333.dkr.ecr.us-east-1.amazonaws.com/embed:latest",  # moves
        "111122223333.dkr.ecr.us-east-1.amazonaws.com/embed",  # is `latest`
        "docker.io/library/python:3.12",  # SageMaker pulls from ECR
    ],
)
def test_images_that_move_or_lie_elsewhere_are_refused(image: str) -> None:
    with pytest.raises(ValueError, match="image"):
        replace(args().artifact, image=image)


def test_a_digest_is_as_good_as_a_tag() -> None:
    image = f"111122223333.dkr.ecr.us-east-1.amazonaws.com/team/embed@sha256:{'0' * 64}"

    repository = replace(args().artifact, image=image).repository_arn("aws")
    assert repository == "arn:aws:ecr:us-east-1:111122223333:repository/team/embed"


@pytest.mark.parametrize("key", ["model.bin", "/embed/model.tar.gz"])
def test_weights_are_an_archive_or_a_prefix(key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        replace(args().artifact, key=key)


def test_results_lie_below_a_prefix() -> None:
    with pytest.raises(ValueError, match="prefix"):
        replace(args().results, prefix="captures")


def test_endpoint_names_fit_sagemakers_rule() -> None:
    tags = args().tags

    assert endpoint_name(tags, "embed") == "gpuplatform-test-embed"
    with pytest.raises(ValueError, match="63"):
        endpoint_name(replace(tags, project="a project"), "embed")
    with pytest.raises(ValueError, match="63"):
        endpoint_name(tags, "e" * 50)


@pytest.mark.parametrize(
    ("instance", "expected"),
    [
        ("ml.m7i.xlarge", True),  # EBS alone
        ("ml.g5.xlarge", False),  # NVMe: encrypted by the hardware, a key is refused or ignored
        ("ml.g6e.12xlarge", False),
        ("ml.p5.48xlarge", False),
        ("ml.m5.xlarge", False),  # not in the catalogue, so its storage is unknown
    ],
)
def test_a_volume_key_is_for_instances_without_nvme_alone(instance: str, expected: bool) -> None:
    assert replace(REALTIME, instance=instance).takes_volume_key is expected
    assert not SERVERLESS.takes_volume_key


def test_the_samples_are_instances_that_sagemaker_hosts_on() -> None:
    model = botocore.session.get_session().get_service_model("sagemaker")

    assert REALTIME.instance in model.shape_for("ProductionVariantInstanceType").metadata["enum"]
