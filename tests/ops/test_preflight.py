"""The whole of a preflight: what is asked, in which order, and when it stops."""

from __future__ import annotations

import datetime
from dataclasses import replace

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

from gpuplatform.ops.account import Aws, CallError
from gpuplatform.ops.demand import demand
from gpuplatform.ops.preflight import preflight
from gpuplatform.ops.results import Verdict
from tests.ops.conftest import OwnPlans
from tests.ops.samples import CHAT, H100, SMALL, SYSTEM, wanting

NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
EVERYTHING = wanting(
    H100, SYSTEM, SMALL, CHAT, accounts=("123456789012",), created={"aws:ec2/vpc:Vpc": "network-vpc-0000000"}
)
MISSING_IN_MOTO = (
    *("ec2.GetSpotPlacementScores", "ec2.DescribeCapacityReservations", "iam.SimulatePrincipalPolicy"),
    *("service-quotas.GetAWSDefaultServiceQuota", "service-quotas.ListServiceQuotas"),
)


def _refusing(aws: Aws, *, everything: bool) -> list[str]:
    """Denies what moto has not, or everything but who asks; the operations that were called."""
    called: list[str] = []

    def answer(event_name: str, **_: object) -> AWSResponse | None:
        operation = event_name.partition(".")[2]
        called.append(operation)
        if operation == "sts.GetCallerIdentity" or not (everything or operation in MISSING_IN_MOTO):
            return None
        raise _denied(operation)

    for service in ("ec2", "sts", "iam", "ssm", "service-quotas"):
        aws.client(service).meta.events.register_first("before-send", answer)
    return called


def _denied(operation: str) -> Exception:
    return ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, operation.partition(".")[2])


def test_account_that_is_asked_everything_and_changed_in_nothing(aws: Aws) -> None:
    called = _refusing(aws, everything=False)
    steps: list[str] = []
    report = preflight(aws, EVERYTHING, NOW, steps.append)
    assert list(dict.fromkeys(row.check for row in report.rows)) == [
        *("account", "region", "zone", "offering", "quota", "reservation", "machine image"),
        *("spot role", "spot score", "spot price", "permission"),
    ]
    assert len(steps) == 10
    verbs = {operation.partition(".")[2] for operation in called}
    assert {v for v in verbs if not v.startswith(("Describe", "Get", "List", "Simulate"))} == set(), "reads only"
    assert report.fails, "moto has no role of spot"


def test_caller_who_may_do_nothing_hears_of_every_action_and_of_no_failure(aws: Aws) -> None:
    _refusing(aws, everything=True)
    report = preflight(aws, EVERYTHING, NOW)
    assert {row.verdict for row in report.rows if row.check != "account"} == {Verdict.UNKNOWN}
    assert not report.fails
    lacking = {row.found.removeprefix("not allowed: the caller lacks ") for row in report.rows[1:]}
    assert lacking == {
        *("ec2:DescribeRegions", "ec2:DescribeAvailabilityZones", "ec2:DescribeInstanceTypeOfferings"),
        *("ec2:DescribeCapacityReservations", "ec2:GetSpotPlacementScores", "ec2:DescribeSpotPriceHistory"),
        *("servicequotas:GetServiceQuota", "servicequotas:ListServiceQuotas", "ssm:GetParameter"),
        *("iam:GetRole", "iam:SimulatePrincipalPolicy"),
    }


@pytest.mark.usefixtures("at_once")
def test_a_server_in_awss_place_is_named_and_what_it_lacks_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, own_plans: OwnPlans
) -> None:
    """dev against moto's server, in as many words as the first screen of a newcomer."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    try:
        asked = replace(demand(own_plans("dev")), accounts=("123456789012",))
        report = preflight(Aws(boto3.Session(), asked.region), asked, NOW)
    finally:
        server.stop()

    first, *others = report.rows
    assert (first.check, first.subject, first.verdict) == ("endpoint", f"http://{host}:{port}", Verdict.INFO)
    assert {row.check for row in others if row.verdict is Verdict.FAIL} == {"spot role"}
    assert {row.check for row in others if row.verdict is Verdict.UNKNOWN} == {
        *("quota", "machine image", "spot score", "cost explorer", "permission"),
    }
    unanswered = next(row for row in others if row.check == "permission")
    assert unanswered.found == f"iam at http://{host}:{port} cannot answer this"
    assert unanswered.what_to_do == "unset AWS_ENDPOINT_URL to ask AWS itself"


def test_wrong_account_is_asked_nothing_more(aws: Aws) -> None:
    called = _refusing(aws, everything=False)
    with pytest.raises(
        CallError,
        match=r"of account 123456789012, but aws:allowedAccountIds of Pulumi\.test\.yaml accepts 111122223333",
    ):
        preflight(aws, wanting(H100, accounts=("111122223333",)), NOW)
    assert called == ["sts.GetCallerIdentity"]


def test_region_that_is_not_enabled_is_asked_nothing_more(aws: Aws) -> None:
    report = preflight(Aws(aws.session, "ap-east-1"), EVERYTHING, NOW)
    assert [(row.check, row.verdict) for row in report.rows] == [("account", Verdict.OK), ("region", Verdict.FAIL)]


def test_settings_that_name_no_account_are_told_so(aws: Aws) -> None:
    row = preflight(aws, wanting(created={}), NOW).rows[0]
    assert (row.verdict, row.wanted, row.found) == (
        Verdict.INFO,
        "aws:allowedAccountIds names none",
        "123456789012",
    )


def test_json_counts_the_verdicts_and_keeps_the_rows(aws: Aws) -> None:
    _refusing(aws, everything=True)
    told = preflight(aws, EVERYTHING, NOW).to_json()
    assert (told["environment"], told["region"], told["account"]) == ("test", "us-east-1", "123456789012")
    assert sum(told["verdicts"].values()) == len(told["rows"])
    assert told["rows"][0].keys() == {"check", "subject", "wanted", "found", "verdict", "what_to_do"}
