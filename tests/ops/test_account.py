"""Every way in which an account cannot be asked ends in one sentence."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore import exceptions
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.stub import Stubber

from gpuplatform.ops.account import Aws, CallError, Unanswered, caller, connect, region_row
from gpuplatform.ops.results import Verdict
from tests.ops.conftest import REGION

MOTO_ACCOUNT = "123456789012"


def test_caller_is_named(aws: Aws) -> None:
    assert caller(aws, (MOTO_ACCOUNT,)).account == MOTO_ACCOUNT


def test_caller_is_asked_for_where_credentials_are_good_whatever_region_is_enabled(aws: Aws) -> None:
    elsewhere = Aws(aws.session, "ap-east-1")
    answer = {"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/anna"}
    with Stubber(elsewhere.client("sts", "us-east-1")) as sts:
        sts.add_response("get_caller_identity", answer)
        assert caller(elsewhere).account == "111122223333"


def test_another_account_than_the_settings_accept_is_refused(aws: Aws) -> None:
    with pytest.raises(
        CallError, match=r"of account 123456789012, but aws:allowedAccountIds of the settings accepts 111122223333;"
    ):
        caller(aws, ("111122223333",))


def test_no_region_is_said_with_the_option_that_gives_one() -> None:
    with pytest.raises(CallError, match=r"^no region: give --region, or set AWS_REGION"):
        connect(None)


def test_region_of_the_environment_is_taken_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert connect(None).region == "eu-west-1"


def test_unknown_profile_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "elsewhere")
    with pytest.raises(CallError, match=r"elsewhere.*aws configure list-profiles"):
        connect(REGION)


def test_no_credentials_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(CallError, match=r"^there are no AWS credentials; log in"):
        caller(connect(REGION))


def test_half_of_the_credentials_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(CallError, match=r"^the AWS credentials are incomplete: .*missing: AWS_SECRET_ACCESS_KEY;"):
        caller(connect(REGION))


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("ExpiredToken", r"^the AWS credentials have expired; log in again"),
        ("RequestExpired", r"^the AWS credentials have expired; log in again"),
        ("InvalidClientTokenId", r"^AWS does not accept the credentials in us-east-1 \(InvalidClientTokenId\)"),
        ("SignatureDoesNotMatch", r"check the keys, or the clock of this machine"),
        ("AccessDenied", r"^not allowed: the caller lacks sts:GetCallerIdentity; allow"),
        ("Strange", r"^sts:GetCallerIdentity answered Strange: because of it; see what Strange means"),
    ],
)
def test_identity_refused(aws: Aws, code: str, sentence: str) -> None:
    with Stubber(aws.client("sts")) as sts:
        sts.add_client_error("get_caller_identity", code, "because\nof it.")
        with pytest.raises(CallError, match=sentence):
            caller(aws)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    ("raised", "sentence"),
    [
        (exceptions.UnauthorizedSSOTokenError(), r"^the AWS login has expired: .*; log in again"),
        (
            exceptions.EndpointConnectionError(endpoint_url="https://sts"),
            r"^AWS was not reached: .*; look at the network",
        ),
    ],
)
def test_identity_unreachable(aws: Aws, raised: Exception, sentence: str) -> None:
    def refuse(**_: Any) -> None:
        raise raised

    aws.client("sts").meta.events.register_first("before-send.sts.GetCallerIdentity", refuse)
    with pytest.raises(CallError, match=sentence):
        caller(aws)


def test_credentials_that_expire_on_the_way_end_the_run(aws: Aws) -> None:
    with Stubber(aws.client("ec2")) as ec2:
        ec2.add_client_error("describe_regions", "RequestExpired")
        with pytest.raises(CallError, match="have expired"):
            region_row(aws)


def test_denied_question_names_the_action_in_iams_spelling(aws: Aws) -> None:
    with Stubber(aws.client("service-quotas")) as stub:
        stub.add_client_error("get_service_quota", "AccessDeniedException")
        with pytest.raises(Unanswered) as caught, aws.asking("service-quotas") as quotas:
            quotas.get_service_quota(ServiceCode="ec2", QuotaCode="L-417A185B")
    row = caught.value.row("quota", "P", wanted="96 vCPUs")
    assert (row.verdict, row.found) == (
        Verdict.UNKNOWN,
        "not allowed: the caller lacks servicequotas:GetServiceQuota",
    )
    assert row.what_to_do == "allow servicequotas:GetServiceQuota and run again"


THROTTLED = (
    b"<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message>"
    b"</Error></Errors><RequestID>1</RequestID></Response>"
)


def _troubled(times: int, body: bytes = THROTTLED, status: int = 503) -> tuple[list[str], Any]:
    """A handler of before-send that answers so many calls with trouble, then lets them pass."""
    sent: list[str] = []

    class Raw:
        def stream(self, *_: Any, **__: Any) -> list[bytes]:
            return [body]

    def answer(request: Any, **_: Any) -> AWSResponse | None:
        sent.append(request.url)
        return AWSResponse(request.url, status, HTTPHeaders(), Raw()) if len(sent) <= times else None

    return sent, answer


@pytest.mark.usefixtures("at_once")
def test_throttled_question_is_asked_again(aws: Aws) -> None:
    sent, answer = _troubled(3)
    aws.client("ec2").meta.events.register_first("before-send.ec2.DescribeRegions", answer)
    assert region_row(aws).verdict is Verdict.OK
    assert len(sent) == 4


@pytest.mark.usefixtures("at_once")
def test_throttling_that_does_not_end_is_said_and_not_waited_for(aws: Aws) -> None:
    sent, answer = _troubled(99)
    aws.client("ec2").meta.events.register_first("before-send.ec2.DescribeRegions", answer)
    row = region_row(aws)
    assert (row.verdict, row.found) == (
        Verdict.UNKNOWN,
        "ec2:DescribeRegions answered RequestLimitExceeded: Request limit exceeded",
    )
    assert len(sent) == 5


@pytest.mark.parametrize(
    ("service", "operation", "status"),
    [("ec2", "describe_regions", 200), ("ssm", "describe_parameters", 403)],  # XML and JSON fail otherwise
)
def test_page_of_a_proxy_in_place_of_an_answer_is_said(aws: Aws, service: str, operation: str, status: int) -> None:
    _, answer = _troubled(99, b"<html><p>Sign in to the network</html>", status)
    aws.client(service).meta.events.register_first("before-send", answer)
    with pytest.raises(Unanswered, match="gave an answer that is not of its API"), aws.asking(service) as client:
        getattr(client, operation)()


@pytest.mark.parametrize(
    ("region", "verdict", "found"),
    [
        ("us-east-1", Verdict.OK, "opt-in-not-required"),
        ("ap-east-1", Verdict.FAIL, "not-opted-in"),
        ("us-nowhere-9", Verdict.FAIL, "not known to AWS"),
    ],
)
def test_region_must_be_enabled(aws: Aws, region: str, verdict: Verdict, found: str) -> None:
    row = region_row(Aws(aws.session, region))
    assert (row.verdict, row.found) == (verdict, found)
    assert ("enable-region" in row.what_to_do) is (verdict is Verdict.FAIL)


def test_regions_that_are_not_enabled_are_asked_for_too(aws: Aws) -> None:
    with Stubber(aws.client("ec2")) as ec2:
        regions = [{"RegionName": "us-east-1", "OptInStatus": "opted-in"}]
        ec2.add_response("describe_regions", {"Regions": regions}, {"RegionNames": ["us-east-1"], "AllRegions": True})
        assert region_row(aws).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("region", "home"),
    [("ap-east-1", "us-east-1"), ("cn-northwest-1", "cn-north-1"), ("us-gov-east-1", "us-gov-west-1")],
)
def test_regions_are_asked_about_where_every_account_may_ask(region: str, home: str) -> None:
    assert Aws(boto3.Session(), region).home == home
