"""No secret leaves as text.

Before the run every secure value of the settings is replaced by a canary (`environment.CANARY`): where it turns up outside a secret, the
real value would. What is pasted in the open is known by its shape.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Final, cast

from gpuplatform.kinds import kubernetes
from gpuplatform.plan.every_text import every_text
from gpuplatform.plan.model import SECRET, UNKNOWN, Json, Plan, PlanFeature
from gpuplatform.plan.values import as_dict, leaves
from gpuplatform.preview.checking.check import Severity, Violation, check
from gpuplatform.preview.record.environment import CANARY

# Key formats as their owners document them (AWS unique identifiers; Hugging Face, OpenAI, GitHub and Slack tokens; PEM).
_SHAPES: Final = {
    "an AWS access key": re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b"),
    "a Hugging Face token": re.compile(r"\bhf_[A-Za-z0-9]{30,}"),
    "an API key": re.compile(r"\bsk-[A-Za-z0-9_-]{20,}"),
    "a GitHub token": re.compile(r"\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})"),
    "a Slack token": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
}
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")


@check(
    "secret-in-the-open",
    Severity.ERROR,
    "No secure setting reaches an input or an output as text.",
    needs=(PlanFeature.CANARIES,),
)
def secret_in_the_open(plan: Plan) -> Iterator[Violation]:
    for resource, path, text in every_text(plan):
        if _shows_canary(text):
            yield Violation(f"{resource.name}: {path} holds a secret setting; read it with require_secret", resource)
    for resource in plan.resources:
        for path, value in leaves(resource.registered_outputs or {}):
            if resource.component and _shows_canary(value):
                yield Violation(f"{resource.name}: its output {path} holds a secret setting; keep it secret", resource)
    for path, value in leaves(plan.outputs):
        if _shows_canary(value):
            yield Violation(f"the output {path} holds a secret setting; export it as pulumi.Output.secret")
    for message in plan.messages:
        if CANARY in message.text:
            yield Violation("a secret setting is logged; log its name instead", plan.by_urn.get(message.urn))


@check("pasted-secret", Severity.ERROR, "No input or setting has the shape of a key or token.")
def pasted_secret(plan: Plan) -> Iterator[Violation]:
    for resource, path, text in every_text(plan):
        for what in shapes(text):
            yield Violation(f"{resource.name}: {path} looks like {what}; keep it in AWS Secrets Manager", resource)
    for path, value in leaves(plan.outputs):
        for what in shapes(value):
            yield Violation(f"the output {path} looks like {what}; keep it in AWS Secrets Manager")
    for key, setting in plan.settings.items():
        for path, value in leaves(setting):
            for what in shapes(value):
                inner = path if path.startswith("[") else f".{path}"
                place = f"{key}{inner if path else ''}"
                source = plan.setting_source(place.removeprefix(f"{plan.project}:"))
                yield Violation(f"{place} looks like {what}; write the name of a secret", None, source)


@check("plain-password", Severity.ERROR, "What is called a password or token is no plain text.")
def plain_password(plan: Plan) -> Iterator[Violation]:
    """A variable of a container whose name ends so, or a property. What names a secret, or where it lies, is none."""
    for resource in plan.resources:
        for path, _ in passwords(resource.inputs):
            yield Violation(f"{resource.name}: {path} is written in the open; keep it in AWS Secrets Manager", resource)


def passwords(inputs: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Path and value of each text that is called a password and may be one."""
    yield from ((path, value) for path, value in _called(inputs, "") if _may_be(value))


def _may_be(value: Json) -> bool:
    # What is known by its shape is the business of pasted-secret.
    return (
        isinstance(value, str)
        and value not in (SECRET, UNKNOWN)
        and _PASSWORD.fullmatch(value) is not None
        and not any(True for _ in shapes(value))
    )


_VARIABLES: Final = re.compile(r"(.*_)?(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_KEY|SECRET_KEY|PRIVATE_KEY)")
_PROPERTIES: Final = re.compile(r"(admin|master|masterUser|root|db|database|user)?[pP]assword|authToken|secretString")
_PASSWORD: Final = re.compile(r"(?!true$|false$|arn:|https?:)[^\s/$]{6,}")
"""Neither a path, nor a reference to another variable, nor one of a few words."""


def _called(value: Json, path: str) -> Iterator[tuple[str, Json]]:
    if isinstance(value, list):
        for index, inner in enumerate(cast("list[Json]", value)):
            yield from _called(inner, f"{path}[{index}]")
    named = as_dict(value)
    if _VARIABLES.fullmatch(str(named.get("name"))) and "value" in named:
        yield f"{path}.value ({named['name']})", named["value"]
    for key, inner in named.items():
        place = f"{path}.{key}" if path else key
        if _PROPERTIES.fullmatch(str(key)):
            yield place, inner
        yield from _called(inner, place)


@check("kubernetes-secret", Severity.ERROR, "What a Kubernetes Secret holds is a secret in Pulumi's state too.")
def kubernetes_secret(plan: Plan) -> Iterator[Violation]:
    for resource in plan.all(kubernetes.SECRET):
        for part in ("data", "stringData"):
            plain = [k for k, v in as_dict(resource.inputs.get(part)).items() if v not in (SECRET, UNKNOWN)]
            if plain:
                yield Violation(
                    f"{resource.name}: {part}.{', '.join(plain)}: wrap the value in pulumi.Output.secret", resource
                )


def _shows_canary(value: Json) -> bool:
    if not isinstance(value, str):
        return False
    if CANARY in value:
        return True
    return any(CANARY.encode() in _decoded(part) for part in _BASE64.findall(value))


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def shapes(value: Json) -> Iterator[str]:
    """What a value looks like that should stand nowhere, in base64 too: `an AWS access key`; nothing for all others."""
    if isinstance(value, str) and len(value) >= 15:
        texts = (value, *(_decoded(part).decode(errors="replace") for part in _BASE64.findall(value)))
        yield from (what for what, pattern in _SHAPES.items() if any(map(pattern.search, texts)))
