"""Values that AWS's API would refuse are found, and nothing else is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gpuplatform.plan.model import SECRET, UNKNOWN
from gpuplatform.preview.judgement.run import run_checks
from tests.preview.sound import TAGS, a_resource, and_also, sound, with_input

FAULTS: list[tuple[str, str, Any, str]] = [
    ("system", "updateConfig", {"maxUnavailable": 0}, "updateConfig.maxUnavailable: is 0; AWS takes 1 or more"),
    ("system", "amiType", "AL2023_ARM_64_STANDART", "did you mean AL2023_ARM_64_STANDARD?"),
    ("system-template", "instanceMarketOptions", {"marketType": "blocks"}, "AWS knows no 'blocks'"),
    ("interruptions", "messageRetentionSeconds", 30, "60 to 1,209,600"),
    ("lake", "bucket", "Lake_1", "'Lake_1' does not match"),
    ("lake", "bucket", "l" * 64, "has 64 characters; AWS takes 3 to 63"),
    ("system", "nodeGroupName", "n" * 64, "has 64 characters; AWS takes at most 63"),
    ("late", "comparisonOperator", "Greater", "comparisonOperator: AWS knows no 'Greater'"),
]


@pytest.mark.parametrize(("name", "path", "value", "words"), FAULTS, ids=[f"{n} {p}" for n, p, _, _ in FAULTS])
def test_api_limit_finds_a_value_that_the_api_refuses(name: str, path: str, value: Any, words: str):
    found = run_checks(with_input(sound(), name, path, value))

    assert [f.rule for f in found] == ["api-limit"]
    assert any(words in f.message for f in found)


@pytest.mark.parametrize("value", [SECRET, UNKNOWN])
def test_a_value_that_is_not_known_is_not_judged(value: str):
    assert run_checks(with_input(sound(), "system", "amiType", value)) == []


def test_api_limit_reads_what_goes_through_cloud_control():
    state = {"Tags": [{"Key": k, "Value": v} for k, v in TAGS.items()], "RuntimeConfig": {"CopyCount": -1}}
    inputs = {"typeName": "AWS::SageMaker::InferenceComponent", "desiredState": json.dumps(state)}
    broken = and_also(sound(), a_resource("aws:cloudcontrol/resource:Resource", "component", inputs))

    assert [f.message for f in run_checks(broken)] == ["component: RuntimeConfig.CopyCount: is -1; AWS takes 0 or more"]
