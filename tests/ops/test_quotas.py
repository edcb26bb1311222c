"""The quotas an environment needs at its largest, and what the account says of them."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import pytest
from botocore.stub import Stubber

from gpuplatform.ops.account import Aws
from gpuplatform.ops.demand import demand
from gpuplatform.ops.quotas import needs, rows
from gpuplatform.ops.results import Row, Verdict
from gpuplatform.pools.purchase import PurchaseType
from tests.ops.conftest import OwnPlans
from tests.ops.samples import CHAT, H100, SMALL, SYSTEM, wanting

P5_BLOCKS = {"ServiceCode": "ec2", "QuotaCode": "L-DA6814F2"}


@pytest.fixture
def stub(aws: Aws) -> Generator[Stubber]:
    with Stubber(aws.client("service-quotas")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def _answer(value: float) -> dict[str, dict[str, float]]:
    return {"Quota": {"Value": value}}


def test_needs_of_prod_by_quota(own_plans: OwnPlans) -> None:
    # p5.48xlarge has 192 vCPUs, p4d.24xlarge 96, m7g.xlarge 4; the pools' are in the test below.
    assert {need.code or need.name: dict(need.parts) for need in needs(demand(own_plans("prod")))} == {
        "L-DA6814F2": {"h100-capacity-block-0": 4 * 192},
        "L-417A185B": {"h100-on-demand-1": 4 * 192, "a100-on-demand-0": 2 * 96},
        "L-7212CCBC": {"a100-spot-1": 4 * 96},
        "L-1216C47A": {"system": 6 * 4},
        "L-3819A6DF": {"l40s": 480, "small": 64},
        "L-DB2E81BA": {"l40s": 480, "small": 64},
        "ml.g6.2xlarge for endpoint usage": {"gpuplatform-prod-chat-8b (twice its 6 while updated)": 12},
        "ml.g5.2xlarge for endpoint usage": {"gpuplatform-prod-transcribe (twice its 4 while updated)": 8},
    }


@pytest.mark.parametrize(
    ("types", "gpus", "vcpus"),
    [
        (("g6e.12xlarge", "g6e.24xlarge"), 16, 4 * 96),  # 4 GPUs each, 48 and 96 vCPUs
        (("g6.2xlarge", "g5.2xlarge"), 8, 8 * 8),
        (("g6e.12xlarge",), 6, 48),  # a second node would pass the limit
        (("g6e.24xlarge", "g6.16xlarge"), 5, 5 * 64),  # one GPU and 64 vCPUs beat four and 96
        (("g6.48xlarge", "g6.4xlarge"), 9, 192 + 16),  # eight and one together
        (("g6e.48xlarge",), 4, 0),  # Karpenter can launch none
    ],
)
def test_elastic_pool_needs_the_most_vcpus_within_its_gpus(types: tuple[str, ...], gpus: int, vcpus: int) -> None:
    pool = replace(SMALL, instance_types=types, max_gpus=gpus, hows=(PurchaseType.SPOT,))
    (need,) = needs(wanting(pool))
    assert need.total == vcpus


def test_group_of_several_types_needs_its_largest() -> None:
    (need,) = needs(wanting(replace(SYSTEM, instance_types=("m7g.large", "m7g.xlarge"), max=3)))
    assert need.total == 3 * 4


def test_reservation_counts_as_on_demand() -> None:
    (need,) = needs(wanting(replace(H100, how=PurchaseType.RESERVATION)))
    assert need.code == "L-417A185B"


@pytest.mark.parametrize(("value", "verdict"), [(768, Verdict.OK), (767, Verdict.FAIL), (0, Verdict.FAIL)])
def test_quota_must_reach_the_maximum(aws: Aws, stub: Stubber, value: float, verdict: Verdict) -> None:
    stub.add_response("get_service_quota", _answer(value), P5_BLOCKS)
    (row,) = rows(aws, wanting(H100))
    assert (row.verdict, row.wanted, row.found) == (
        verdict,
        "768 vCPUs: h100-capacity-block-0 768",
        f"{value} vCPUs",
    )
    asked = "--service-code ec2 --quota-code L-DA6814F2 --desired-value 768 --region us-east-1"
    assert (asked in row.what_to_do) is (verdict is Verdict.FAIL)


def test_account_without_a_value_of_its_own_has_the_default(aws: Aws, stub: Stubber) -> None:
    stub.add_client_error("get_service_quota", "NoSuchResourceException")
    stub.add_response("get_aws_default_service_quota", _answer(1000), P5_BLOCKS)
    (row,) = rows(aws, wanting(H100))
    assert (row.verdict, row.found) == (Verdict.OK, "1,000 vCPUs")


def test_family_whose_quota_is_not_listed_is_unknown_and_not_asked(aws: Aws, stub: Stubber) -> None:
    (row,) = rows(aws, wanting(replace(H100, instance_types=("p6-b200.48xlarge",))))
    assert row.verdict is Verdict.UNKNOWN
    assert "Service Quotas console of us-east-1" in row.what_to_do
    stub.assert_no_pending_responses()


@pytest.mark.parametrize("first", ["get_service_quota", "get_aws_default_service_quota"])
def test_quota_that_may_not_be_read_names_the_action(aws: Aws, stub: Stubber, first: str) -> None:
    if first == "get_aws_default_service_quota":
        stub.add_client_error("get_service_quota", "NoSuchResourceException")
    stub.add_client_error(first, "AccessDeniedException")
    (row,) = rows(aws, wanting(H100))
    action = "GetServiceQuota" if first == "get_service_quota" else "GetAWSDefaultServiceQuota"
    assert (row.verdict, row.found) == (Verdict.UNKNOWN, f"not allowed: the caller lacks servicequotas:{action}")


def _listed(stub: Stubber, operation: str, *quotas: tuple[str, float], token: str | None = None) -> None:
    found = [{"QuotaName": name, "QuotaCode": "L-12345678", "Value": value} for name, value in quotas]
    more = {"NextToken": token} if token else {}
    stub.add_response(operation, {"Quotas": found, **more})


def _of_chat(aws: Aws) -> Row:
    (row,) = rows(aws, wanting(CHAT))
    return row


def test_endpoint_quota_is_found_by_name_on_any_page(aws: Aws, stub: Stubber) -> None:
    _listed(stub, "list_service_quotas", ("ml.g6.2xlarge for training job usage", 99), token="more")
    _listed(stub, "list_service_quotas", ("ml.g6.2xlarge for endpoint usage", 6))
    row = _of_chat(aws)
    assert (row.verdict, row.wanted, row.found) == (
        Verdict.FAIL,
        "12 instances: chat (twice its 6 while updated) 12",
        "6 instances",
    )
    assert "--service-code sagemaker --quota-code L-12345678 --desired-value 12" in row.what_to_do


def test_endpoint_quota_of_the_account_goes_before_the_default(aws: Aws, stub: Stubber) -> None:
    _listed(stub, "list_service_quotas", ("ml.g6.2xlarge for endpoint usage", 12))
    assert _of_chat(aws).verdict is Verdict.OK


def test_endpoint_quota_raised_for_one_type_leaves_the_other_its_default(aws: Aws, stub: Stubber) -> None:
    g6, g5 = "ml.g6.2xlarge for endpoint usage", "ml.g5.2xlarge for endpoint usage"
    _listed(stub, "list_service_quotas", (g6, 12))
    _listed(stub, "list_aws_default_service_quotas", (g6, 0), (g5, 1))
    other = replace(CHAT, name="other", instance_type="ml.g5.2xlarge")
    assert [row.found for row in rows(aws, wanting(CHAT, other))] == ["12 instances", "1 instances"]


def test_endpoint_quota_never_changed_is_among_the_defaults(aws: Aws, stub: Stubber) -> None:
    _listed(stub, "list_service_quotas")
    _listed(stub, "list_aws_default_service_quotas", ("ml.g6.2xlarge for endpoint usage", 0))
    row = _of_chat(aws)
    assert (row.verdict, row.found) == (Verdict.FAIL, "0 instances")


def test_endpoint_quota_of_no_known_name_is_unknown(aws: Aws, stub: Stubber) -> None:
    _listed(stub, "list_service_quotas")
    _listed(stub, "list_aws_default_service_quotas")
    assert _of_chat(aws).verdict is Verdict.UNKNOWN


def test_endpoint_quotas_that_may_not_be_listed_name_the_action(aws: Aws, stub: Stubber) -> None:
    stub.add_client_error("list_service_quotas", "AccessDeniedException")
    assert _of_chat(aws).found == "not allowed: the caller lacks servicequotas:ListServiceQuotas"
