"""Documents in texts, tags, passwords and what is protected: each fault is found, and nothing else is."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gpuplatform.plan.model import Plan
from gpuplatform.preview.judgement.masking import masked
from gpuplatform.preview.judgement.run import run_checks
from tests.preview.sound import TAGS, a_resource, and_also, kubernetes, policy, sound, urn, with_field, with_input

Break = Callable[[Plan], Plan]

KEY = "aws:kms/key:Key"
TOKEN = "ghp_" + "a" * 36
START = base64.b64encode(f"MIME-Version: 1.0\n\n#!/bin/sh\nexport GITHUB_TOKEN={TOKEN}\n".encode()).decode()
FORMATTED = "Calling __str__ on an Output[T] is not supported."
TRUST = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}})


def _set(name: str, path: str, value: Any) -> Break:
    return lambda plan: with_input(plan, name, path, value)


def _addon(values: str) -> Break:
    sent = {"addonName": "coredns", "clusterName": "cluster", "configurationValues": values, "tags": TAGS}
    return lambda plan: and_also(plan, a_resource("aws:eks/addon:Addon", "dns", sent))


def _variable(name: str, value: str) -> Break:
    return _set("model", "spec|template|spec|containers|0|env", [{"name": name, "value": value}])


def kept(plan: Plan) -> Plan:
    """An environment that protects what it holds."""
    for name in ("lake", "home"):
        plan = with_field(plan, name, protect=True)
    return plan


def _key_of_lake(plan: Plan, **options: Any) -> Plan:
    key = a_resource(KEY, "lake-key", {"tags": TAGS}, **options)
    encrypts = {"bucket": (urn("aws:s3/bucket:Bucket", "lake"),), "rules": (key.urn,)}
    return and_also(with_field(kept(plan), "lake-encryption", property_dependencies=encrypts), key)


FAULTS: list[tuple[str, str, Break]] = [
    ("json-text", "configurationValues is no JSON", _addon("{replicaCount: 2}")),
    ("json-text", "redrivePolicy is no JSON", _set("interruptions", "redrivePolicy", "{'maxReceiveCount': 3}")),
    ("output-in-text", "env[0].value was formatted from an Output", _variable("URL", f"https://{FORMATTED}")),
    ("output-in-text", "the output url", lambda p: replace(p, outputs={"url": f"https://{FORMATTED}"})),
    ("tag-limit", "has 56; AWS takes 50", _set("vpc", "tags", {**TAGS, **{f"k{i}": "v" for i in range(50)}})),
    ("tag-limit", "AWS keeps aws:", _set("vpc", "tags|aws:team", "x")),
    ("tag-limit", "is no value", _set("vpc", "tags|note", "x" * 257)),
    ("tag-limit", "is no value", _set("vpc", "tags|note", "a;b")),
    ("tag-limit", "is no key", _set("vpc", "tags|a,b", "x")),
    ("plain-password", "env[0].value (DB_PASSWORD) is written in the open", _variable("DB_PASSWORD", "hunter22")),
    ("plain-password", "values.adminPassword", _set("keda", "values", {"adminPassword": "correct-horse"})),
    ("pasted-secret", "looks like a GitHub token", _variable("GITHUB_TOKEN", TOKEN)),
    ("pasted-secret", "userData looks like a GitHub token", _set("system-template", "userData", START)),
    ("pasted-secret", "the output url looks like", lambda p: replace(p, outputs={"url": TOKEN})),
    ("unprotected-data", "lake: holds data", lambda p: with_field(kept(p), "lake", protect=False)),
    ("unprotected-data", "home: holds data", lambda p: with_field(kept(p), "home", protect=False)),
    ("unprotected-data", "force_destroy", lambda p: with_input(kept(p), "lake", "forceDestroy", True)),
    ("unprotected-data", "lake-key: holds data", _key_of_lake),
    ("duplicate-name", "interruptions is called q already", lambda p: and_also(_queue("interruptions", p), QUEUE_Q)),
    ("two-scalers", "Deployment model is scaled by model-scaler already", lambda p: and_also(p, SECOND_SCALER)),
    ("minimum-above-maximum", "spec.minReplicas 9", lambda p: and_also(p, other_scaler(9))),
    ("minimum-above-maximum", "desiredSize 3 is above", _set("system", "scalingConfig|desiredSize", 3)),
    ("minimum-above-maximum", "above scalingConfig.desiredSize 0", _set("system", "scalingConfig|desiredSize", 0)),
]


def _scaler(name: str, target: str, least: int) -> Any:
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": target}
    spec = {"scaleTargetRef": reference, "minReplicas": least, "maxReplicas": 3}
    return kubernetes("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", name, {"spec": spec})


QUEUE = "aws:sqs/queue:Queue"
QUEUE_Q = a_resource(QUEUE, "another", {"name": "q", "sqsManagedSseEnabled": True, "tags": TAGS})


def _queue(name: str, plan: Plan) -> Plan:
    return with_input(plan, name, "name", "q")


SECOND_SCALER = _scaler("again", "model", 1)


def other_scaler(least: int) -> Any:
    return _scaler("set-scaler", "set", least)


SOUND: list[Break] = [
    lambda p: and_also(_queue("interruptions", p), replace(QUEUE_Q, inputs={**QUEUE_Q.inputs, "name": "r"})),
    _addon("replicaCount: 2\n"),
    _addon('{"replicaCount": 2}'),
    _set("vpc", "tags|note", "Straße 7: a/b=c+d-e@f_g."),
    _variable("HF_TOKEN", "/run/secrets/token"),
    _variable("HF_TOKEN", "$(OTHER)"),
    _variable("API_KEY", "true"),
    _variable("TOKENIZERS_PARALLELISM", "something"),
    _set("keda", "values", {"password": "", "passwordSecret": {"name": "grafana-login"}}),
    kept,
    lambda p: with_field(kept(p), "home", protect=False, retain_on_delete=True),
    lambda p: with_input(p, "lake", "forceDestroy", True),
    lambda p: _key_of_lake(p, protect=True),
    lambda p: and_also(kept(p), a_resource(KEY, "alerts-key", {"tags": TAGS})),
]


@pytest.mark.parametrize(("rule", "words", "broken"), FAULTS, ids=[f"{rule}: {words}" for rule, words, _ in FAULTS])
def test_a_planted_fault_is_found_and_nothing_else(rule: str, words: str, broken: Break):
    found = [f for f in run_checks(broken(sound())) if "no Deployment set" not in f.message]

    assert {f.rule for f in found} == {rule}, [f"{f.rule}: {f.message}" for f in found]
    assert any(words in f.message for f in found), [f.message for f in found]


@pytest.mark.parametrize("changed", SOUND)
def test_a_sound_text_and_what_is_kept_are_no_faults(changed: Break):
    assert [f"{f.rule}: {f.message}" for f in run_checks(changed(sound()))] == []


def test_a_password_that_is_found_is_in_no_report():
    assert "hunter22" not in str(masked(_variable("DB_PASSWORD", "hunter22")(sound())))
