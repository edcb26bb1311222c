"""What the execution role may do: exactly its weights, its image, its logs and its results."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from components.model_endpoint import Variant
from components.model_endpoint.role import EndpointRole, EndpointRoleArgs
from gpuplatform.plan.model import Plan
from tests.components.model_endpoint.sample import ASYNC, KEY, REALTIME, SERVERLESS, TOPIC, args

Record = Callable[[Callable[[], object]], Plan]

GROUP = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/sagemaker/Endpoints/embed"


def statements(record_plan: Record, variant: Variant = REALTIME, **changes: Any) -> dict[str, dict[str, Any]]:
    given = args(variant, **changes)
    role = EndpointRoleArgs(
        account=given.account,
        tags=given.tags,
        variant=given.variant,
        artifact=given.artifact,
        results=given.results,
        placement=given.placement,
        log_group_arn=GROUP,
        alert_topic_arn=given.alert_topic_arn,
    )
    plan = record_plan(lambda: EndpointRole("embed-role", role))
    document = json.loads(plan.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])
    return {s["Sid"]: s for s in document["Statement"]}


def test_one_object_is_read_and_only_that(record_plan: Record) -> None:
    found = statements(record_plan)

    assert found["ReadWeights"]["Resource"] == "arn:aws:s3:::models/embed/model.tar.gz"
    assert found["ListWeights"]["Condition"] == {"StringLike": {"s3:prefix": ["embed/model.tar.gz"]}}
    assert found["DecryptWeights"]["Resource"] == KEY


def test_a_prefix_is_read_below_it_and_nowhere_else(record_plan: Record) -> None:
    found = statements(record_plan, artifact=replace(args().artifact, key="llama/"))

    assert found["ReadWeights"]["Resource"] == "arn:aws:s3:::models/llama/*"


def test_the_image_is_pulled_from_its_own_repository_whoever_owns_it(record_plan: Record) -> None:
    image = "763104351884.dkr.ecr.us-east-1.amazonaws.com/djl-inference:0.36.0-lmi26.0.0-cu130"
    found = statements(record_plan, artifact=replace(args().artifact, image=image))

    assert found["PullImage"]["Resource"] == "arn:aws:ecr:us-east-1:763104351884:repository/djl-inference"


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        (REALTIME, {"WriteResults"}),
        (ASYNC, {"WriteResults", "ReadRequests", "TellOfFailures", "TellThroughEncryptedTopic"}),
        (SERVERLESS, set[str]()),
    ],
)
def test_each_kind_writes_what_it_has_to_write(record_plan: Record, variant: Variant, expected: set[str]) -> None:
    of_kind = {"WriteResults", "ReadRequests", "TellOfFailures", "TellThroughEncryptedTopic"}

    assert set(statements(record_plan, variant)) & of_kind == expected


def test_asynchronous_requests_are_read_below_the_results_prefix(record_plan: Record) -> None:
    found = statements(record_plan, ASYNC)

    assert found["ReadRequests"]["Resource"] == "arn:aws:s3:::logs/sagemaker/embed/requests/*"
    assert found["WriteResults"]["Resource"] == "arn:aws:s3:::logs/sagemaker/embed/*"
    through = found["TellThroughEncryptedTopic"]["Condition"]["StringEquals"]
    assert through["kms:EncryptionContext:aws:sns:topicArn"] == TOPIC


def test_without_keys_of_ours_nothing_is_asked_of_kms(record_plan: Record) -> None:
    given = args()
    found = statements(
        record_plan,
        artifact=replace(given.artifact, kms_key_arn=None),
    )

    assert [a for s in found.values() for a in s["Action"] if a.startswith("kms:")] == []


def test_interfaces_are_made_in_these_subnets_with_these_groups(record_plan: Record) -> None:
    ec2 = "arn:aws:ec2:us-east-1:111122223333"

    assert statements(record_plan)["AttachToSubnets"]["Resource"] == [
        f"{ec2}:network-interface/*",
        f"{ec2}:subnet/subnet-1",
        f"{ec2}:subnet/subnet-2",
        f"{ec2}:security-group/sg-1",
    ]
    assert "AttachToSubnets" not in statements(record_plan, SERVERLESS)


def test_every_right_on_everything_is_one_that_knows_no_resource(record_plan: Record) -> None:
    anywhere = {a for s in statements(record_plan, ASYNC).values() if s["Resource"] == "*" for a in s["Action"]}

    assert anywhere == {
        "ecr:GetAuthorizationToken",
        "cloudwatch:PutMetricData",
        "ec2:DescribeDhcpOptions",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
    }


def test_only_this_accounts_sagemaker_may_take_the_role(record_plan: Record) -> None:
    plan = record_plan(
        lambda: EndpointRole(
            "embed-role",
            EndpointRoleArgs(
                account=args().account,
                tags=args().tags,
                variant=SERVERLESS,
                artifact=args().artifact,
                results=args().results,
                placement=None,
                log_group_arn=GROUP,
            ),
        )
    )
    trust = json.loads(plan.one("aws:iam/role:Role").inputs["assumeRolePolicy"])["Statement"][0]

    assert trust["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}
