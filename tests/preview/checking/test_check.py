"""Each check finds the fault that it is for, and nothing else finds anything."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

from gpuplatform.plan.model import UNKNOWN, Invoke, Message, Plan, PlannedResource, Source
from gpuplatform.preview.judgement.run import all_checks, run_checks
from gpuplatform.preview.record.environment import CANARY
from tests.preview.planted import Break, each, found_alone
from tests.preview.sound import (
    TAGS,
    a_resource,
    and_also,
    kubernetes,
    policy,
    sound,
    urn,
    with_field,
    with_input,
    without,
)

OPEN_TRUST = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}})
EVERYTHING = policy({"Effect": "Allow", "Action": "*", "Resource": "*"})
ALL_OF_EC2 = policy({"Effect": "Allow", "Action": ["ec2:*"], "Resource": "*"})
PASS_ANY = policy({"Effect": "Allow", "Action": ["iam:PassRole"], "Resource": "*"})
TYPO = policy({"Effect": "Allow", "Action": ["s3:GetObjet"], "Resource": "arn:aws:s3:::lake/*"})
AWS_KEY = "AKIA" + "A" * 16


def _seen_first(plan: Plan, **inputs: object) -> Plan:
    """The plan with a first pass in which the queue's inputs were these."""
    return replace(plan, first=with_field(plan, "interruptions", inputs={**plan.one(QUEUE).inputs, **inputs}))


QUEUE = "aws:sqs/queue:Queue"
AGAIN = a_resource(QUEUE, "interruptions", {"sqsManagedSseEnabled": True, "tags": TAGS})
STRAY = kubernetes("kubernetes:core/v1:ConfigMap", "stray", {})

FAULTS: list[tuple[str, str, Break]] = [
    ("duplicate-urn", "is there already", lambda p: replace(p, duplicates=(AGAIN,))),
    (
        "duplicate-object",
        "already called inside",
        lambda p: and_also(p, kubernetes("kubernetes:core/v1:Service", "twin", {"metadata": {"name": "inside"}})),
    ),
    ("child-of-its-component", "parent=self", lambda p: with_field(p, "gateway", parent=p.resources[0].urn)),
    ("component-registers-outputs", "register_outputs", lambda p: with_field(p, "network", registered_outputs=None)),
    (
        "component-token",
        "gpuplatform:aws:Class",
        lambda p: with_field(p, "network", type="gpuplatform:network:Network"),
    ),
    ("same-resources", "outside apply", lambda p: replace(p, first=without(p, "disk"))),
    ("same-resources", "unknown", lambda p: replace(p, first=and_also(p, AGAIN_FIRST))),
    ("simulated-output", "kmsMasterKeyId", lambda p: _seen_first(p, kmsMasterKeyId=UNKNOWN)),
    ("lookup", "getAmi", lambda p: replace(p, invokes=(Invoke("aws:ec2/getAmi:getAmi", {}, Source("a.py", 3)),))),
    ("schema", "cidrBlok: unknown property; did you mean cidrBlock?", lambda p: with_input(p, "vpc", "cidrBlok", "x")),
    ("schema", "tags.team: 3 is not a string", lambda p: with_input(p, "vpc", "tags", {**TAGS, "team": 3})),
    (
        "schema",
        "blockDeviceMappings[0].ebs.encryptd: unknown",
        lambda p: with_input(p, "system-template", "blockDeviceMappings|0|ebs|encryptd", "true"),
    ),
    (
        "schema",
        "authenticationMode: 'AWS' is not one of",
        lambda p: with_input(p, "cluster", "authenticationMode", "AWS"),
    ),
    ("schema-value", "'z9.huge' is not one of", lambda p: and_also(p, INSTANCE)),
    ("cost-tags", "tags: team missing", lambda p: with_input(p, "vpc", "tags|team", None)),
    ("launched-tags", "of volume", lambda p: with_input(p, "system-template", "tagSpecifications|1|tags|team", None)),
    ("launched-tags", "spec.tags", lambda p: with_input(p, "small-class", "spec|tags", None)),
    (
        "pod-labels",
        "gpuplatform.io/team missing",
        lambda p: with_input(p, "model", "spec|template|metadata|labels|gpuplatform.io/team", None),
    ),
    ("secret-in-the-open", "tags.note", lambda p: with_input(p, "vpc", "tags|note", f"{CANARY}-1")),
    ("secret-in-the-open", "tags.note", lambda p: with_input(p, "vpc", "tags|note", ENCODED)),
    ("secret-in-the-open", "the output url", lambda p: replace(p, outputs={"url": f"x{CANARY}-1"})),
    ("secret-in-the-open", "logged", lambda p: replace(p, messages=(Message("info", f"got {CANARY}-1"),))),
    (
        "secret-in-the-open",
        "output token",
        lambda p: with_field(p, "network", registered_outputs={"token": f"{CANARY}-1"}),
    ),
    ("pasted-secret", "an AWS access key", lambda p: with_input(p, "vpc", "tags|note", AWS_KEY)),
    ("pasted-secret", "gpuplatform:data.key", lambda p: replace(p, settings={"gpuplatform:data": {"key": AWS_KEY}})),
    ("kubernetes-secret", "stringData.a", lambda p: with_input(p, "key", "stringData", {"a": "b"})),
    ("public-bucket", "has no", lambda p: without(p, "lake-block")),
    (
        "public-bucket",
        "ignorePublicAcls must be true",
        lambda p: with_input(p, "lake-block", "ignorePublicAcls", False),
    ),
    ("open-security-group", "0.0.0.0/0", lambda p: with_input(p, "https", "cidrIpv4", "0.0.0.0/0")),
    ("open-security-group", "ingress[0]", lambda p: with_input(p, "nodes", "ingress", [INTERNET])),
    ("open-endpoint", "open to everybody", lambda p: with_input(p, "cluster", "publicAccessCidrs", None)),
    ("open-endpoint", "open to everybody", lambda p: with_input(p, "cluster", "publicAccessCidrs", ["0.0.0.0/0"])),
    ("open-load-balancer", "internal", lambda p: with_input(p, "inside", "metadata|annotations", None)),
    ("unencrypted-volume", "disk: encrypted", lambda p: with_input(p, "disk", "encrypted", False)),
    (
        "unencrypted-volume",
        "blockDeviceMappings[0].ebs.encrypted",
        lambda p: with_input(p, "system-template", "blockDeviceMappings|0|ebs|encrypted", "false"),
    ),
    (
        "unencrypted-volume",
        "spec.blockDeviceMappings[0]",
        lambda p: with_input(p, "small-class", "spec|blockDeviceMappings|0|ebs|encrypted", None),
    ),
    ("unencrypted-volume", "parameters.encrypted", lambda p: with_input(p, "gp3", "parameters|encrypted", None)),
    ("unencrypted-file-system", "home", lambda p: with_input(p, "home", "encrypted", None)),
    ("unencrypted-queue", "sqs_managed_sse", lambda p: with_input(p, "interruptions", "sqsManagedSseEnabled", None)),
    ("unencrypted-bucket", "lake", lambda p: without(p, "lake-encryption")),
    ("scaler-without-maximum", "spec.limits", lambda p: with_input(p, "small", "spec|limits", None)),
    (
        "scaler-without-maximum",
        "maxReplicaCount",
        lambda p: with_input(p, "model-scaler", "spec|maxReplicaCount", None),
    ),
    ("minimum-above-maximum", "minCapacity 9", lambda p: with_input(p, "endpoint-target", "minCapacity", 9)),
    ("explicit-provider", "local kubeconfig", lambda p: and_also(p, with_provider(""))),
    ("custom-resource-order", "keda", lambda p: with_field(p, "model-scaler", dependencies=())),
    ("custom-resource-version", "not v1alpha2", lambda p: and_also(p, OLD_SCALER)),
    ("custom-resource-version", "has no ScaledThing", lambda p: and_also(p, WRONG_KIND)),
    ("manifest", "replicas", lambda p: and_also(p, LIMIT_RANGE)),
    ("manifest", "has no Deployment of apps/v1beta1", lambda p: and_also(p, OLD_DEPLOYMENT)),
    ("iam-everything", "everything on everything", lambda p: with_input(p, "role-policy", "policy", EVERYTHING)),
    ("iam-service-wildcard", "ec2:*", lambda p: with_input(p, "role-policy", "policy", ALL_OF_EC2)),
    ("iam-pass-role", "any role", lambda p: with_input(p, "role-policy", "policy", PASS_ANY)),
    ("iam-unknown-action", "did you mean s3:GetObject?", lambda p: with_input(p, "role-policy", "policy", TYPO)),
    ("iam-open-trust", "any account may assume", lambda p: with_input(p, "role", "assumeRolePolicy", OPEN_TRUST)),
    ("alarm-names-runbook", "names no", lambda p: with_input(p, "late", "alarmDescription", "Slow.")),
    (
        "alarm-names-runbook",
        "does not exist",
        lambda p: with_input(p, "late", "alarmDescription", "docs/runbooks/no.md"),
    ),
    ("destroy-order", "its node class", lambda p: with_field(p, "small", dependencies=(KARPENTER,))),
    ("known-hardware", "z9.huge", lambda p: with_input(p, "small", INSTANCES, ["z9.huge"])),
    ("known-price", "no price of p5e", lambda p: with_input(_wide(p), "small", INSTANCES, ["p5e.48xlarge"])),
    ("offered-in-zone", "p5en.48xlarge is not offered in use1-az4", lambda p: with_p5en(p)),
    ("destroy-order", "nodes to run on", lambda p: with_field(p, "keda", dependencies=())),
    ("destroy-order", "the network", lambda p: with_field(p, "cluster", dependencies=(), property_dependencies={})),
    ("destroy-order", "the pool it runs on", lambda p: with_field(p, "model", dependencies=())),
    ("image-registry", "are in account 763104351884", lambda p: and_also(p, model_of(MILAN, "us-east-1"))),
    (
        "image-registry",
        "registries of its own region alone, us-east-1",
        lambda p: and_also(p, model_of(MILAN, "eu-south-1")),
    ),
    ("over-budget", "budgets.environment is 1 $", lambda p: replace(p, settings=BUDGET_OF_ONE)),
]

AGAIN_FIRST = a_resource(QUEUE, "another", {"sqsManagedSseEnabled": True, "tags": TAGS})
ENCODED = base64.b64encode(f"user:{CANARY}-1".encode()).decode()
INTERNET = {"fromPort": 22, "toPort": 22, "protocol": "tcp", "cidrBlocks": ["0.0.0.0/0"]}
BUDGET_OF_ONE = {"gpuplatform:governance": {"budgets": {"environment": 1}}}
KARPENTER = urn("kubernetes:helm.sh/v3:Release", "karpenter")
KEDA = urn("kubernetes:helm.sh/v3:Release", "keda")
SCALER = {"spec": {"maxReplicaCount": 1}}
OLD_SCALER = kubernetes("kubernetes:keda.sh/v1alpha2:ScaledObject", "old", SCALER, KEDA)
WRONG_KIND = kubernetes("kubernetes:keda.sh/v1alpha1:ScaledThing", "wrong", {"spec": {}}, KEDA)
MACHINE = {"ami": "ami-1", "rootBlockDevice": {"encrypted": True}, "tags": TAGS}
INSTANCE = a_resource("aws:ec2/instance:Instance", "vm", {"instanceType": "z9.huge", **MACHINE})
LIMIT_RANGE = kubernetes("kubernetes:apps/v1:ReplicaSet", "set", {"spec": {"replicas": "three"}})
OLD_DEPLOYMENT = kubernetes("kubernetes:apps/v1beta1:Deployment", "old", {})


MILAN = "692866216735"


def model_of(account: str, region: str) -> PlannedResource:
    image = f"{account}.dkr.ecr.{region}.amazonaws.com/djl-inference:0.36.0-lmi26.0.0-cu130"
    return a_resource(
        "aws:sagemaker/model:Model",
        "model",
        {
            "executionRoleArn": "arn:aws:iam::123456789012:role/model",
            "primaryContainer": {"image": image},
            "tags": TAGS,
        },
    )


INSTANCES = "spec|template|spec|requirements|0|values"


def _wide(plan: Plan) -> Plan:
    """A pool that may have a node of eight GPUs."""
    return with_input(plan, "small", "spec|limits|nvidia.com/gpu", 8)


def with_p5en(plan: Plan) -> Plan:
    empty = with_input(plan, "system", "scalingConfig|minSize", 0)
    return with_input(empty, "system-template", "instanceType", "p5en.48xlarge")


def with_provider(provider: str) -> PlannedResource:
    return replace(STRAY, provider=provider)


def test_nothing_is_wrong_with_the_sound_plan():
    assert run_checks(sound()) == []


@each(FAULTS)
def test_a_planted_fault_is_found_and_nothing_else(rule: str, words: str, broken: Break):
    found_alone(broken(sound()), rule, words)


def test_every_check_is_planted_with_a_fault_somewhere():
    tests = "".join(file.read_text(encoding="utf-8") for file in Path(__file__).parents[1].rglob("test_*.py"))

    assert [one.rule for one in all_checks() if f'"{one.rule}"' not in tests] == []
