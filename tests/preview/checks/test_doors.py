"""Doors to the internet and policies that trust too many: each fault is found, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from gpuplatform.preview.judgement.run import run_checks
from tests.preview.planted import Break, each, found_alone, told
from tests.preview.sound import TAGS, a_resource, and_also, kubernetes, policy, sound, with_input

SCHEME = "service.beta.kubernetes.io/aws-load-balancer-scheme"
ALB = "alb.ingress.kubernetes.io"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"
GITHUB = "token.actions.githubusercontent.com"
HERE = {"StringEquals": {"aws:SourceAccount": "111122223333"}}


def _ingress(**annotations: str) -> Break:
    named = {f"{ALB}/{key.replace('_', '-')}": value for key, value in annotations.items()}
    body = {"metadata": {"name": "door", "annotations": named}, "spec": {}}
    return lambda plan: and_also(plan, kubernetes("kubernetes:networking.k8s.io/v1:Ingress", "door", body))


def _balancer(actions: list[dict[str, Any]], **inputs: Any) -> Break:
    balancer = a_resource(BALANCER, "alb", {"tags": TAGS, **inputs}, outputs={"arn": "arn-1"})
    listener = {"loadBalancerArn": "arn-1", "port": 443, "defaultActions": actions, "tags": TAGS}
    return lambda plan: and_also(plan, balancer, a_resource("aws:lb/listener:Listener", "https", listener))


def _outwards(ranges: list[str]) -> Break:
    body = {
        "metadata": {"name": "out", "annotations": {SCHEME: "internet-facing"}},
        "spec": {"type": "LoadBalancer", "ports": [{"port": 80}], "loadBalancerSourceRanges": ranges},
    }
    return lambda plan: and_also(plan, kubernetes("kubernetes:core/v1:Service", "out", body))


def _trust(**statement: Any) -> Break:
    document = policy({"Effect": "Allow", "Action": "sts:AssumeRole", **statement})
    return lambda plan: with_input(plan, "role", "assumeRolePolicy", document)


def _token(condition: dict[str, Any]) -> Break:
    principal = {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{GITHUB}"}
    return _trust(Action="sts:AssumeRoleWithWebIdentity", Principal=principal, Condition=condition)


def _passes(action: str, resource: str, **more: Any) -> Break:
    document = policy({"Effect": "Allow", "Action": [action], "Resource": resource, **more})
    return lambda plan: with_input(plan, "role-policy", "policy", document)


FORWARD = {"type": "forward", "targetGroupArn": "tg"}
LOGIN = {"type": "authenticate-oidc"}
URL = a_resource("aws:lambda/functionUrl:FunctionUrl", "hook", {"functionName": "f", "authorizationType": "NONE"})

FAULTS: list[tuple[str, str, Break]] = [
    ("unauthenticated-door", "door: faces the internet", _ingress(scheme="internet-facing")),
    (
        "unauthenticated-door",
        "door: faces",
        _ingress(scheme="internet-facing", auth_type="none", inbound_cidrs="0.0.0.0/0"),
    ),
    ("unauthenticated-door", "https: forwards whoever comes", _balancer([FORWARD])),
    ("unauthenticated-door", "hook: anybody may call it", lambda p: and_also(p, URL)),
    (
        "public-node",
        "system-template: networkInterfaces[0] gets a public address",
        lambda p: with_input(p, "system-template", "networkInterfaces", [{"associatePublicIpAddress": "true"}]),
    ),
    (
        "public-node",
        "small-class: its nodes",
        lambda p: with_input(p, "small-class", "spec|associatePublicIPAddress", True),
    ),
    (
        "public-node",
        "system: the subnet private gives its nodes public addresses",
        lambda p: with_input(p, "private", "mapPublicIpOnLaunch", True),
    ),
    (
        "iam-open-trust",
        "any account may assume it",
        _trust(Principal="*", Condition={"Bool": {"aws:SecureTransport": "true"}}),
    ),
    ("iam-open-trust", "any account", _trust(Principal="*", Condition={"StringLike": {"aws:PrincipalArn": "*"}})),
    ("iam-open-trust", "any account", _trust(Principal="*", Condition={"StringNotEquals": {"aws:SourceAccount": "1"}})),
    ("iam-open-trust", "any account", _trust(NotPrincipal={"AWS": "arn:aws:iam::111122223333:root"})),
    ("iam-open-federation", "trusts every token", _token({"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}})),
    ("iam-open-federation", "trusts every token", _token({"StringLike": {f"{GITHUB}:sub": "repo:*"}})),
    ("iam-pass-role", "passes any role", _passes("iam:Pass*", "arn:aws:iam::111122223333:role/*")),
]

SOUND: list[tuple[str, Break]] = [
    ("an ingress from inside", _ingress(scheme="internal")),
    ("an ingress with a login", _ingress(scheme="internet-facing", auth_type="oidc")),
    ("an ingress for some", _ingress(scheme="internet-facing", inbound_cidrs="203.0.113.0/24, 198.51.100.0/24")),
    ("a balancer from inside", _balancer([FORWARD], internal=True)),
    ("a balancer with a login", _balancer([LOGIN, FORWARD])),
    ("a balancer that redirects", _balancer([{"type": "redirect"}])),
    ("an account of ours", _trust(Principal="*", Condition=HERE)),
    ("a repository's main branch", _token({"StringEquals": {f"{GITHUB}:sub": "repo:a/b:ref:refs/heads/main"}})),
    (
        "a role passed to one service",
        _passes("iam:PassRole", "*", Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}),
    ),
    ("one role passed", _passes("iam:PassRole", "arn:aws:iam::111122223333:role/nodes")),
]


@each(FAULTS)
def test_a_planted_fault_is_found_and_nothing_else(rule: str, words: str, broken: Break):
    found_alone(broken(sound()), rule, words)


@pytest.mark.parametrize(("what", "changed"), SOUND, ids=[what for what, _ in SOUND])
def test_a_door_that_asks_or_a_trust_that_names_is_no_fault(what: str, changed: Break):
    assert told(run_checks(changed(sound()))) == [], what


@pytest.mark.parametrize(
    ("ranges", "rules"),
    [(["0.0.0.0/0"], {"open-load-balancer", "unauthenticated-door"}), (["203.0.113.0/24"], {"open-load-balancer"})],
)
def test_a_service_that_faces_outwards_names_who_may_come(ranges: list[str], rules: set[str]):
    assert {f.rule for f in run_checks(_outwards(ranges)(sound()))} == rules
