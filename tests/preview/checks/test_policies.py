"""Policy documents that IAM would refuse, and what they allow however it is spelt: found, and nothing else is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gpuplatform.plan.model import SECRET, UNKNOWN
from gpuplatform.preview.judgement.run import run_checks
from tests.preview.planted import Break, each, found_alone, told
from tests.preview.sound import TAGS, a_resource, and_also, policy, sound, with_input

OBJECTS = "arn:aws:s3:::lake/*"
READ: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": OBJECTS}
EC2 = {"Service": "ec2.amazonaws.com"}
TRUST: dict[str, Any] = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": EC2}
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"


def _identity(document: Any) -> Break:
    return lambda plan: with_input(plan, "role-policy", "policy", document)


def _reads(**more: Any) -> Break:
    changed = {key: value for key, value in {**READ, **more}.items() if value is not None}
    return _identity(policy(changed))


def _allows(action: str, resource: str) -> Break:
    return _identity(policy({"Effect": "Allow", "Action": action, "Resource": resource}))


def _trusts(**more: Any) -> Break:
    return lambda plan: with_input(plan, "role", "assumeRolePolicy", policy({**TRUST, **more}))


def _queue(**statement: Any) -> Break:
    return lambda plan: with_input(plan, "interruptions", "policy", policy({"Effect": "Allow", **statement}))


def _endpoint(resource: str) -> Break:
    document = policy({"Effect": "Allow", "Action": "s3:GetObject", "Principal": "*", "Resource": resource})
    sent = {"vpcId": "vpc-1", "serviceName": "com.amazonaws.us-east-1.s3", "policy": document, "tags": TAGS}
    return lambda plan: and_also(plan, a_resource(ENDPOINT, "s3", sent))


def _attached(arn: str) -> Break:
    sent = {"role": "role", "policyArn": arn}
    return lambda plan: and_also(plan, a_resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "more", sent))


FAULTS: list[tuple[str, str, Break]] = [
    ("policy-document", "is no JSON", _identity('{"Statement": [{]}')),
    ("policy-document", "is no policy document", _identity("[]")),
    ("policy-document", "Version '2012-10-18'", _identity(json.dumps({"Version": "2012-10-18", "Statement": [READ]}))),
    ("policy-document", "Statment is no word of a policy; did you mean Statement?", _identity('{"Statment": []}')),
    ("policy-document", "Effect is 'allow'", _reads(Effect="allow")),
    ("policy-document", "did you mean Action?", _reads(Action=None, Actions="s3:GetObject")),
    ("policy-document", "Resource is missing", _reads(Resource=None)),
    ("policy-document", "has Resource and NotResource", _reads(NotResource="arn:aws:s3:::other/*")),
    ("policy-document", "no Principal", _reads(Principal=EC2)),
    (
        "policy-document",
        "StringEqual is no operator; did you mean StringEquals?",
        _reads(Condition={"StringEqual": {}}),
    ),
    ("policy-document", "no Resource", _trusts(Resource="*")),
    (
        "policy-document",
        "Services is no kind of principal; did you mean Service?",
        _trusts(Principal={"Services": "x"}),
    ),
    ("policy-document", "ec2.amazon.com is no service", _trusts(Principal={"Service": "ec2.amazon.com"})),
    ("policy-document", "'ec2.amazonaws.com' is no principal", _trusts(Principal="ec2.amazonaws.com")),
    ("policy-document", "Principal is missing", _queue(Action="sqs:SendMessage", Resource="*")),
    ("policy-document", "IAM takes 2,048", _trusts(Sid="x" * 2048)),
    ("iam-everything", "everything on everything", _allows("*:*", "*")),
    ("iam-everything", "everything on everything", _allows("**", "**")),
    ("iam-everything", "everything on everything", _allows("*", "arn:aws:*")),
    ("iam-everything", "everything on everything", _allows("*", "arn:*:*:*:*:*")),
    ("iam-everything", "everything on everything", _reads(Action="*", Resource=None, NotResource=OBJECTS)),
    ("iam-everything", "AdministratorAccess", _attached("arn:aws:iam::aws:policy/AdministratorAccess")),
    ("iam-pass-role", "any role", _allows("iam:PassRole", "arn:aws:iam::111122223333:*")),
    ("iam-pass-role", "any role", _reads(Action="iam:PassRole", Resource=None, NotResource=OBJECTS)),
    (
        "iam-pass-role",
        "any role",
        _reads(Action="iam:PassRole", Resource="*", Condition={"StringLike": {"iam:PassedToService": "*"}}),
    ),
    ("iam-open-trust", "any account may use it", _endpoint("*")),
]

SOUND: list[Break] = [
    _identity(SECRET),
    _identity(UNKNOWN),
    _identity({"Version": "2012-10-17", "Statement": [READ]}),
    _reads(Sid="Read", Condition={"ForAnyValue:StringLikeIfExists": {"aws:TagKeys": "team"}}),
    _trusts(Principal={"Service": ["ec2.amazonaws.com", "delivery.logs.amazonaws.com"]}),
    _trusts(Principal={"AWS": "arn:aws:iam::111122223333:root"}),
    _trusts(Action=["sts:AssumeRole", "sts:TagSession"]),
    _queue(Action="sqs:SendMessage", Resource="*", Principal={"Service": "events.amazonaws.com"}),
    _endpoint(OBJECTS),
    _attached("arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"),
    _allows("iam:PassRole", "arn:aws:iam::111122223333:role/nodes-*"),
]


@each(FAULTS)
def test_a_planted_fault_is_found_and_nothing_else(rule: str, words: str, broken: Break):
    found_alone(broken(sound()), rule, words)


@pytest.mark.parametrize("changed", SOUND)
def test_a_document_that_iam_takes_is_no_fault(changed: Break):
    assert told(run_checks(changed(sound()))) == []


def test_a_document_that_is_an_object_is_read_as_well():
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}

    assert {f.rule for f in run_checks(_identity(everything)(sound()))} == {"iam-everything"}
