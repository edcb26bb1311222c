"""Rules of combination of AWS's APIs, planted on the recorded plans: each value is right alone, and the pair is refused."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from gpuplatform.kinds import appautoscaling, fsx, sagemaker
from gpuplatform.kinds.tokens import LAUNCH_TEMPLATE, NODE_GROUP
from gpuplatform.plan.model import Plan
from gpuplatform.preview.billing.bill import bill
from gpuplatform.preview.checks import combinations, endpoints
from gpuplatform.preview.judgement.run import run_checks
from tests.preview.edits import Break, both, each_of, inputs, setting
from tests.preview.planted import told
from tests.preview.sound import a_plan, a_resource, and_also

KEY = "arn:aws:kms:us-east-1:444455556666:key/1"
GROUP, TEMPLATE = "a100-spot-1-nodes", "a100-spot-1-template"
CHAT = "productionVariants|0"
MODEL = "primaryContainer|environment"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def lustre(**changed: Any) -> Break:
    return each_of(fsx.LUSTRE_FILE_SYSTEM, inputs(**changed))


def _image(plan: Plan) -> Plan:
    return setting(TEMPLATE, "imageId", "ami-0123456789abcdef0")(plan)


FAULTS: list[tuple[str, str, str, Break]] = [
    (
        "36",
        "combination",
        "kmsKeyArn: instances with local disks take no key",
        setting("chat-8b-config", "kmsKeyArn", KEY),
    ),
    ("37", "fixed-name", "name: chat-config is fixed", setting("chat-8b-config", "name", "chat-config")),
    ("37", "fixed-name", "name: chat is fixed", setting("chat-8b-model", "name", "chat")),
    ("38", "combination", "diskSize: EKS refuses it beside a launch template", setting(GROUP, "diskSize", 200)),
    (
        "38",
        "combination",
        "version: EKS refuses it where",
        both(_image, each_of(NODE_GROUP, inputs(version="1.35", amiType=None), GROUP)),
    ),
    ("38", "combination", "amiType: EKS refuses it where", _image),
    ("38", "combination", "remoteAccess: EKS refuses it", setting(GROUP, "remoteAccess", {"ec2SshKey": "key"})),
    ("39", "combination", "userData: is no base64", setting(TEMPLATE, "userData", "#!/bin/bash\necho hi")),
    (
        "39",
        "combination",
        "no MIME multi-part document",
        setting(TEMPLATE, "userData", encoded("#!/bin/bash\necho hi")),
    ),
    (
        "39",
        "combination",
        "is no TOML",
        both(
            setting(TEMPLATE, "userData", encoded("#!/bin/bash\necho hi")),
            setting(GROUP, "amiType", "BOTTLEROCKET_x86_64_NVIDIA"),
        ),
    ),
    (
        "b",
        "real-time-at-zero",
        "minCapacity 0, but chat-8b-endpoint answers",
        setting("chat-8b-scaling-target", "minCapacity", 0),
    ),
    (
        "b",
        "real-time-at-zero",
        "initialInstanceCount is 0",
        setting("chat-8b-config", f"{CHAT}|initialInstanceCount", 0),
    ),
    (
        "c",
        "combination",
        "serverlessConfig beside instanceType",
        setting("transcribe-config", f"{CHAT}|serverlessConfig", {"memorySizeInMb": 4096, "maxConcurrency": 5}),
    ),
    (
        "c",
        "scaled-variant",
        "has no variant second; it has primary",
        setting("chat-8b-scaling-target", "resourceId", "endpoint/gpuplatform-prod-chat-8b/variant/second"),
    ),
    (
        "c",
        "scaled-variant",
        "has no variant second; it has primary",
        setting("chat-8b-scaling-tracking", "resourceId", "endpoint/gpuplatform-prod-chat-8b/variant/second"),
    ),
    (
        "d",
        "endpoint-parallel",
        "OPTION_TENSOR_PARALLEL_DEGREE is 4, and ml.g6.2xlarge has 1 GPU",
        setting("chat-8b-model", f"{MODEL}|OPTION_TENSOR_PARALLEL_DEGREE", "4"),
    ),
    ("d", "endpoint-parallel", "SM_NUM_GPUS is 2", setting("chat-8b-model", f"{MODEL}|SM_NUM_GPUS", "2")),
    ("FSx", "combination", "PERSISTENT_2 on SSD takes 125, 250", lustre(perUnitStorageThroughput=200)),
    ("FSx", "combination", "PERSISTENT_2 on SSD takes 125, 250", lustre(perUnitStorageThroughput=None)),
    (
        "FSx",
        "combination",
        "storageCapacity: accepted are 1200 GiB, or multiples of 2400",
        lustre(storageCapacity=3600),
    ),
    (
        "FSx",
        "combination",
        "HDD is for PERSISTENT_1 alone",
        lustre(storageType="HDD", perUnitStorageThroughput=12, storageCapacity=6000),
    ),
    ("FSx", "combination", "driveCacheType: is of HDD alone", lustre(driveCacheType="READ")),
    ("FSx", "combination", "kmsKeyId: a scratch", lustre(deploymentType="SCRATCH_2", perUnitStorageThroughput=None)),
    ("FSx", "combination", "linked to buckets by data repository", lustre(importPath="s3://a")),
    (
        "FSx",
        "combination",
        "efaEnabled: EFA is for PERSISTENT_2 with",
        lustre(efaEnabled=True, metadataConfiguration=None),
    ),
]


@pytest.mark.parametrize(("row", "rule", "words", "broken"), FAULTS, ids=[f"{r}: {w}" for r, _, w, _ in FAULTS])
def test_a_planted_fault_is_found(plans: dict[str, Plan], row: str, rule: str, words: str, broken: Break) -> None:
    found = [f for f in run_checks(broken(plans["prod"])) if f.rule in (rule, "check-stopped")]

    assert {f.rule for f in found} == {rule}, (row, told(found))
    assert any(words in f.message for f in found), told(found)
    assert all(f.file and f.line for f in found)


def test_nothing_is_found_in_the_shipped_environments(plans: dict[str, Plan]) -> None:
    rules = (combinations.combination, combinations.fixed_name, endpoints.scaled_variant)
    for plan in plans.values():
        assert told(run_checks(plan, (*rules, endpoints.real_time_at_zero, endpoints.endpoint_parallel))) == []


def _variant(**changed: Any) -> dict[str, Any]:
    return {"variantName": "a", "modelName": "m", "instanceType": "ml.c5.xlarge", "initialInstanceCount": 1, **changed}


def _config(*variants: Mapping[str, Any], **changed: Any) -> Plan:
    return a_plan(
        a_resource(sagemaker.ENDPOINT_CONFIGURATION, "config", {"productionVariants": list(variants), **changed})
    )


SERVERLESS = {"memorySizeInMb": 2048, "maxConcurrency": 5}
RAW: list[tuple[str, Plan]] = [
    ("initialInstanceCount", _config(_variant(instanceType=None, serverlessConfig=SERVERLESS))),
    (
        "capture no data",
        _config({"variantName": "a", "serverlessConfig": SERVERLESS}, dataCaptureConfig={"enableCapture": True}),
    ),
    ("nothing would serve", _config({"variantName": "a", "modelName": "m"})),
    (
        "provisionedConcurrency is above",
        _config({"variantName": "a", "serverlessConfig": SERVERLESS | {"provisionedConcurrency": 9}}),
    ),
    ("take no key", _config(_variant(instanceType="ml.m5d.large"), kmsKeyArn=KEY)),
    (
        "volumeKmsKeyId: an instance with local disks",
        a_plan(
            a_resource(
                sagemaker.TRAINING_JOB,
                "job",
                {"resourceConfig": {"instanceType": "ml.p4d.24xlarge", "volumeKmsKeyId": KEY}},
            )
        ),
    ),
    (
        "StepScaling, which is the default",
        a_plan(
            a_resource(appautoscaling.POLICY, "p", {"targetTrackingScalingPolicyConfiguration": {"targetValue": 1}})
        ),
    ),
    (
        "gives a public address only where there is one interface",
        a_plan(
            a_resource(
                LAUNCH_TEMPLATE,
                "t",
                {"networkInterfaces": [{"associatePublicIpAddress": "true"}, {"deviceIndex": 1}]},
            )
        ),
    ),
    (
        "a key is for volumes that say encrypted",
        a_plan(a_resource(LAUNCH_TEMPLATE, "t", {"blockDeviceMappings": [{"ebs": {"kmsKeyId": KEY}}]})),
    ),
]


@pytest.mark.parametrize(("words", "plan"), RAW, ids=[words for words, _ in RAW])
def test_raw_resources_of_any_program_are_judged(words: str, plan: Plan) -> None:
    found = run_checks(plan, (combinations.combination,))

    assert any(words in f.message for f in found), told(found)


RIGHT: list[tuple[str, Plan]] = [
    ("serverless", _config({"variantName": "a", "modelName": "m", "serverlessConfig": SERVERLESS})),
    ("a key without local disks", _config(_variant(), kmsKeyArn=KEY)),
    (
        "a key that is not known yet, on a type that is not",
        _config(_variant(instanceType="04da6b54-80e4-46f7-96ec-b56ff0331ba9"), kmsKeyArn=KEY),
    ),
    (
        "a group of its own image",
        a_plan(a_resource(NODE_GROUP, "g", {"amiType": "AL2023_x86_64_STANDARD", "diskSize": 50})),
    ),
    (
        "a script for an image of one's own",
        a_plan(
            a_resource(
                LAUNCH_TEMPLATE, "t", {"imageId": "ami-1", "userData": encoded("#!/bin/sh")}, outputs={"id": "lt-1"}
            ),
            a_resource(NODE_GROUP, "g", {"launchTemplate": {"id": "lt-1", "version": "1"}}),
        ),
    ),
    (
        "scratch",
        a_plan(a_resource(fsx.LUSTRE_FILE_SYSTEM, "f", {"deploymentType": "SCRATCH_2", "storageCapacity": 1200})),
    ),
]


@pytest.mark.parametrize(("what", "plan"), RIGHT, ids=[what for what, _ in RIGHT])
def test_what_the_services_take_is_no_finding(what: str, plan: Plan) -> None:
    assert told(run_checks(plan, (combinations.combination, combinations.fixed_name))) == [], what


def test_endpoints_of_inference_components_may_be_at_none() -> None:
    """Their variants name no model."""
    variant = _variant(managedInstanceScaling={"status": "ENABLED", "minInstanceCount": 0, "maxInstanceCount": 2})
    del variant["modelName"]
    config = a_resource(
        sagemaker.ENDPOINT_CONFIGURATION, "config", {"productionVariants": [variant]}, outputs={"id": "c", "name": "c"}
    )
    endpoint = a_resource(sagemaker.ENDPOINT, "endpoint", {"name": "e", "endpointConfigName": "c"})
    plan = and_also(a_plan(config), endpoint)

    assert run_checks(plan, (endpoints.real_time_at_zero,)) == []
    kept = setting("config", "productionVariants|0|modelName", "m")(plan)
    assert found_alone_of(kept) == ["real-time-at-zero"]


def found_alone_of(plan: Plan) -> list[str]:
    return [f.rule for f in run_checks(plan, (endpoints.real_time_at_zero,))]


def test_a_real_time_endpoint_is_billed_for_the_instance_that_it_keeps(plans: dict[str, Plan]) -> None:
    def idle(plan: Plan) -> list[Any]:
        lines = bill(plan, date(2026, 12, 1)).lines
        return [line.idle_monthly for line in lines if line.urn.endswith("::chat-8b-endpoint")]

    one, none = (setting("chat-8b-scaling-target", "minCapacity", least)(plans["prod"]) for least in (1, 0))
    assert idle(none) == idle(one) != []
