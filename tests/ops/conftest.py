"""An account to ask: moto's where it has the API, botocore's Stubber where it has not."""

from __future__ import annotations

import copy
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from gpuplatform.ops.account import Aws
from gpuplatform.plan.model import Plan

REGION = "us-east-1"

OwnPlans = Callable[[str], Plan]


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of nobody, and none from the machine that runs the tests."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """One for all tests, for it keeps the models of the services that it has read."""
    return boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing")


@pytest.fixture
def aws(session: boto3.Session) -> Generator[Aws]:
    """What is not stubbed is answered by moto: nothing leaves the machine."""
    with mock_aws():
        yield Aws(session, REGION)


@pytest.fixture
def own_plans(plans: dict[str, Plan]) -> OwnPlans:
    """`own_plans("prod")` → a copy of the environment's plan, whose inputs a test may change."""

    def own(name: str) -> Plan:
        plan = plans[name]
        return replace(plan, resources=copy.deepcopy(plan.resources), settings=copy.deepcopy(plan.settings))

    return own


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries without their pauses."""

    def passes(*_: object, **__: object) -> bool:
        return True

    monkeypatch.setattr("botocore.endpoint.time.sleep", passes)
    monkeypatch.setattr("botocore.retries.bucket.TokenBucket.acquire", passes)
