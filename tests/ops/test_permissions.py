"""What the caller may not do, by IAM's simulator; and the table of what it is asked."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Mapping
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from gpuplatform.kinds.registry import all_kinds
from gpuplatform.ops.account import Aws, Caller
from gpuplatform.ops.demand import demand
from gpuplatform.ops.permissions import rows
from gpuplatform.ops.results import Row, Verdict
from gpuplatform.ops.rights import NAMED_AFTER, PAGES
from tests.ops.conftest import OwnPlans
from tests.ops.samples import wanting

RIGHTS = {row.token: row.rights for row in all_kinds().values() if row.rights}

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ci/deploy"
SESSION = Caller(account=ACCOUNT, arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/run-7")
USER = Caller(account=ACCOUNT, arn=f"arn:aws:iam::{ACCOUNT}:user/anna")
CREATED = {
    "aws:ec2/vpc:Vpc": "network-vpc-0000000",
    "aws:iam/role:Role": "nodes-role-0000000",
    "aws:eks/nodeGroup:NodeGroup": "h100-nodes-0000000",
    "aws:s3/bucket:Bucket": "lake-raw-0000000",
    "aws:s3/bucketPolicy:BucketPolicy": "lake-raw-policy-0000000",
}
ACTIONS = {
    *("ec2:CreateVpc", "ec2:ModifyVpcAttribute", "ec2:CreateTags", "iam:CreateRole", "iam:TagRole", "iam:PassRole"),
    *("ec2:RunInstances", "iam:CreateServiceLinkedRole"),
    *("eks:CreateNodegroup", "eks:TagResource", "s3:CreateBucket", "s3:PutBucketTagging", "s3:PutBucketPolicy"),
}


@pytest.fixture
def iam(aws: Aws) -> Generator[Stubber]:
    with Stubber(aws.client("iam")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def _result(action: str, decision: str, **more: Any) -> dict[str, Any]:
    return {"EvalActionName": action, "EvalDecision": decision, **more}


def _simulated(iam: Stubber, resource: str, results: Iterable[Mapping[str, Any]], principal: str = USER.arn) -> None:
    found = list(results)
    iam.add_response(
        "simulate_principal_policy",
        {"EvaluationResults": found, "IsTruncated": False},
        {
            "PolicySourceArn": principal,
            "ActionNames": sorted(r["EvalActionName"] for r in found),
            "ResourceArns": [resource],
        },
    )


def _everywhere(iam: Stubber, denied: Mapping[str, Mapping[str, Any]], principal: str = USER.arn) -> None:
    allowed = [_result(action, "allowed") for action in ACTIONS - denied.keys()]
    _simulated(iam, "*", [*allowed, *denied.values()], principal)


def _rows(aws: Aws, who: Caller = USER, created: dict[str, str] | None = None) -> list[Row]:
    return list(rows(aws, wanting(created=CREATED if created is None else created), who))


def test_caller_who_may_do_everything_is_right_in_one_row(aws: Aws, iam: Stubber) -> None:
    _everywhere(iam, {})
    (row,) = _rows(aws)
    assert (row.verdict, row.found) == (Verdict.OK, "all allowed")
    assert row.wanted == "13 actions that create 5 types of resources"


def test_policy_confined_to_names_is_asked_again_for_the_plans_own(aws: Aws, iam: Stubber) -> None:
    denied = {a: _result(a, "implicitDeny") for a in ("iam:PassRole", "s3:PutBucketPolicy", "eks:CreateNodegroup")}
    _everywhere(iam, denied)
    cluster = f"arn:aws:eks:us-east-1:{ACCOUNT}:cluster/h100-nodes-0000000"
    _simulated(iam, cluster, [_result("eks:CreateNodegroup", "allowed")])
    _simulated(iam, f"arn:aws:iam::{ACCOUNT}:role/nodes-role-0000000", [_result("iam:PassRole", "allowed")])
    _simulated(iam, "arn:aws:s3:::lake-raw-0000000", [_result("s3:PutBucketPolicy", "allowed")])
    assert [row.verdict for row in _rows(aws)] == [Verdict.OK]


def test_action_on_two_kinds_of_resources_is_asked_for_both(aws: Aws, iam: Stubber) -> None:
    """FSx attaches a policy to a role of its own making, for which a policy confined to our roles does not do."""
    created = {
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "nodes-role-0000000",
        "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation": "lustre-curated",
    }
    needed = {
        *("iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:CreateServiceLinkedRole"),
        *("fsx:CreateDataRepositoryAssociation", "fsx:TagResource"),
    }
    attach = {"iam:AttachRolePolicy": _result("iam:AttachRolePolicy", "implicitDeny")}
    _simulated(iam, "*", [*(_result(a, "allowed") for a in needed - attach.keys()), *attach.values()])
    own = f"arn:aws:iam::{ACCOUNT}:role/nodes-role-0000000"
    linked = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/s3.data-source.lustre.fsx.amazonaws.com/*"
    _simulated(iam, own, [_result("iam:AttachRolePolicy", "allowed")])
    _simulated(iam, linked, attach.values())

    refused = [row for row in _rows(aws, created=created) if row.verdict is Verdict.FAIL]
    assert [(row.subject, row.wanted) for row in refused] == [("iam:AttachRolePolicy", f"allowed on {linked}")]


@pytest.mark.parametrize(
    ("result", "verdict", "found"),
    [
        ({"EvalDecision": "implicitDeny"}, Verdict.FAIL, "no policy allows it"),
        ({"EvalDecision": "explicitDeny"}, Verdict.FAIL, "denied explicitly"),
        (
            {"EvalDecision": "implicitDeny", "MissingContextValues": ["aws:RequestTag/team"]},
            Verdict.UNKNOWN,
            "depends on aws:RequestTag/team",
        ),
        (
            {"EvalDecision": "explicitDeny", "MissingContextValues": ["aws:RequestTag/team"]},
            Verdict.FAIL,
            "denied explicitly",
        ),
        (
            {
                "EvalDecision": "implicitDeny",
                "MissingContextValues": ["aws:RequestTag/team"],
                "OrganizationsDecisionDetail": {"AllowedByOrganizations": False},
            },
            Verdict.FAIL,
            "denied by the organization",
        ),
    ],
)
def test_denied_action_is_told_by_name(
    aws: Aws, iam: Stubber, result: dict[str, Any], verdict: Verdict, found: str
) -> None:
    denied = {"EvalActionName": "ec2:CreateVpc", **result}
    _everywhere(iam, {"ec2:CreateVpc": denied})
    _simulated(iam, f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc/vpc-00000000000000000", [denied])
    row, rest = _rows(aws)
    assert (row.subject, row.verdict, row.found) == ("ec2:CreateVpc", verdict, found)
    assert row.what_to_do
    assert (rest.verdict, rest.found) == (Verdict.INFO, "12 allowed")


def _role_found(iam: Stubber) -> None:
    role = {
        "Path": "/ci/",
        "RoleName": "deploy",
        "RoleId": "AROA2X4EXAMPLEEXAMPLE",
        "Arn": ROLE,
        "CreateDate": "2026-01-01T00:00:00Z",
    }
    iam.add_response("get_role", {"Role": role}, {"RoleName": "deploy"})


def test_session_is_simulated_as_its_role_with_the_path(aws: Aws, iam: Stubber) -> None:
    _role_found(iam)
    _everywhere(iam, {}, principal=ROLE)
    assert [row.verdict for row in _rows(aws, SESSION)] == [Verdict.OK]


@pytest.mark.parametrize(
    ("operation", "code", "found"),
    [
        ("get_role", "AccessDenied", "not allowed: the caller lacks iam:GetRole"),
        ("simulate_principal_policy", "AccessDenied", "not allowed: the caller lacks iam:SimulatePrincipalPolicy"),
    ],
)
def test_simulation_that_is_not_allowed_says_so(aws: Aws, iam: Stubber, operation: str, code: str, found: str) -> None:
    if operation != "get_role":
        _role_found(iam)
    iam.add_client_error(operation, code)
    (row,) = _rows(aws, SESSION)
    assert (row.verdict, row.found) == (Verdict.UNKNOWN, found)


@pytest.mark.parametrize("tail", ["root", "federated-user/anna"])
def test_caller_that_the_simulator_does_not_know_is_unknown(aws: Aws, iam: Stubber, tail: str) -> None:
    (row,) = _rows(aws, Caller(account=ACCOUNT, arn=f"arn:aws:iam::{ACCOUNT}:{tail}"))
    assert (row.verdict, row.what_to_do) == (Verdict.UNKNOWN, "deploy as a role")


def test_type_whose_actions_are_not_listed_is_said(aws: Aws, iam: Stubber) -> None:
    _everywhere(iam, {})
    *_, row = _rows(aws, created={**CREATED, "aws:lambda/function:Function": "f-0000000"})
    assert row.verdict is Verdict.INFO
    assert row.found.endswith("not listed here: aws:lambda/function:Function")


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_every_type_of_the_shipped_environments_is_listed(own_plans: OwnPlans, environment: str) -> None:
    assert demand(own_plans(environment)).created.keys() - RIGHTS.keys() == set()


_NOT_AN_OPERATION = {
    "iam:PassRole",
    "budgets:ModifyBudget",  # CreateBudget
    "cloudformation:CreateResource",  # of the service cloudcontrol
    "s3:PutLifecycleConfiguration",  # PutBucketLifecycleConfiguration
    "s3:PutEncryptionConfiguration",  # PutBucketEncryption
    "s3:PutBucketPublicAccessBlock",  # PutPublicAccessBlock
}
"""Actions that the Service Authorization Reference calls by another name than the operation."""


def test_every_action_is_one_of_its_services_operations() -> None:
    actions = {action for rights in RIGHTS.values() for right in rights for action in right.actions}
    assert actions >= _NOT_AN_OPERATION
    session = boto3.Session()
    operations = {
        prefix: set(session.client(prefix, region_name="us-east-1").meta.service_model.operation_names)  # pyright: ignore[reportArgumentType,reportCallIssue] - any service
        for prefix in {action.partition(":")[0] for action in actions}
    }
    unknown = {a for a in actions - _NOT_AN_OPERATION if a.partition(":")[2] not in operations[a.partition(":")[0]]}
    assert unknown == set()


def test_every_right_has_a_source_and_one_service() -> None:
    for rights in RIGHTS.values():
        for right in rights:
            assert {action.partition(":")[0] for action in right.actions} <= PAGES.keys()
            assert len({action.partition(":")[0] for action in right.actions}) == 1, right
            assert re.fullmatch(r"[\w{}:/*.-]+", right.path), right
    assert NAMED_AFTER.keys() <= PAGES.keys()
    assert set(NAMED_AFTER.values()) <= RIGHTS.keys()
