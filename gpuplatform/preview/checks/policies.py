"""Whether IAM takes a policy document at all: its grammar, its kinds of principals and operators, and its size

IAM user guide, "Grammar of the IAM JSON policy language", "Condition operators" and "IAM and AWS STS quotas"; read 2026-11-22.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from gpuplatform.kinds.kind import PolicyKind
from gpuplatform.kinds.registry import kind_of
from gpuplatform.plan.model import SECRET, UNKNOWN, Json, Plan
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check
from gpuplatform.preview.checks.iam import words

_KEYS: Final = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
_PRINCIPALS: Final = ("AWS", "Service", "Federated", "CanonicalUser")
_SERVICE: Final = re.compile(r"[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|aws\.internal)|alexa-[a-z]+\.amazon\.com|\*")
_OPERATORS: Final = (
    *(f"String{how}" for how in ("Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike")),
    *(
        f"{kind}{how}"
        for kind in ("Numeric", "Date")
        for how in ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
    ),
    *(
        "Bool",
        "BinaryEquals",
        "IpAddress",
        "NotIpAddress",
        "ArnEquals",
        "ArnLike",
        "ArnNotEquals",
        "ArnNotLike",
        "Null",
    ),
)


@check("policy-document", Severity.ERROR, "Every policy document is one that IAM accepts.")
def policy_document(plan: Plan) -> Iterator[Violation]:
    for resource in plan.resources:
        row = kind_of(resource.type)
        for key, document in row.policies.items() if row else ():
            for place, value in _written(resource.inputs.get(key), key):
                for why in _wrong(value, document.kind, document.longest):
                    yield Violation(f"{resource.name}: {place}: {why}", resource)


def _written(value: Json, key: str) -> Iterator[tuple[str, Json]]:
    if key == "inlinePolicies":
        yield from ((f"{key}[{i}].policy", get_path(one, "policy")) for i, one in enumerate(as_list(value)))
    else:
        yield key, value


def _wrong(value: Json, kind: PolicyKind, longest: int | None) -> Iterator[str]:
    if value in (None, SECRET, UNKNOWN, ""):
        return
    document = value
    if isinstance(value, str):
        try:
            document = json.loads(value)
        except ValueError as error:
            yield f"is no JSON: {error}"
            return
        length = len(json.dumps(document, separators=(",", ":")))
        if longest and length > longest:
            yield f"has {length:,} characters; IAM takes {longest:,}"
    if not isinstance(document, dict):
        yield "is no policy document, which is an object"
        return
    top = as_dict(document)
    yield from _unknown(top, ("Version", "Id", "Statement"))
    if top.get("Version", "2012-10-17") not in ("2012-10-17", "2008-10-17", UNKNOWN, SECRET):
        yield f"Version {top['Version']!r} is none of 2012-10-17, 2008-10-17"
    statements = as_list(top.get("Statement")) or [top.get("Statement")]
    for index, statement in enumerate(statements):
        for why in _wrong_statement(as_dict(statement), kind):
            yield f"Statement[{index}]: {why}"


def _wrong_statement(statement: Mapping[str, Json], kind: PolicyKind) -> Iterator[str]:
    yield from _unknown(statement, _KEYS)
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield f"Effect is {statement.get('Effect')!r}; Allow or Deny"
    yield from _one_of(statement, "Action", wanted=True)
    yield from _one_of(statement, "Principal", wanted=kind != PolicyKind.IDENTITY)
    yield from _one_of(statement, "Resource", wanted=kind in (PolicyKind.IDENTITY, PolicyKind.RESOURCE))
    for who in ("Principal", "NotPrincipal"):
        yield from _principals(statement.get(who), who)
    for operator in as_dict(statement.get("Condition")):
        plain = re.sub(r"^For(AllValues|AnyValue):", "", operator)
        if plain.removesuffix("IfExists") not in _OPERATORS:
            yield f"Condition: {operator} is no operator{_near(plain, _OPERATORS)}"


def _one_of(statement: Mapping[str, Json], word: str, *, wanted: bool) -> Iterator[str]:
    """Either the word or its opposite, or neither where the kind of policy has none."""
    there = [key for key in (word, f"Not{word}") if key in statement]
    if wanted and not there:
        yield f"{word} is missing"
    elif wanted and len(there) == 2:
        yield f"has {' and '.join(there)}; one of them"
    elif there and not wanted:
        yield f"a policy of this kind has no {there[0]}"


def _principals(value: Json, who: str) -> Iterator[str]:
    if isinstance(value, str) and value not in ("*", SECRET, UNKNOWN):
        yield f"{who}: {value!r} is no principal; write * or the kind, such as {{'AWS': …}}"
    for kind, named in as_dict(value).items():
        if kind not in _PRINCIPALS:
            yield f"{who}: {kind} is no kind of principal{_near(kind, _PRINCIPALS)}"
        for service in words(named) if kind == "Service" else ():
            if service not in (SECRET, UNKNOWN) and not _SERVICE.fullmatch(service):
                yield f"{who}: {service} is no service, such as ec2.amazonaws.com"


def _unknown(given: Mapping[str, Json], known: Iterable[str]) -> Iterator[str]:
    for key in given:
        if key not in known:
            yield f"{key} is no word of a policy{_near(key, known)}"


def _near(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else f"; accepted: {', '.join(known)}"
