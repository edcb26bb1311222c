"""Who may do what, read from every policy document that the plan sends."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Final

from gpuplatform.catalog.actions import wrong
from gpuplatform.kinds import iam, vpc_egress
from gpuplatform.kinds.identity.documents import words
from gpuplatform.plan.every_text import every_text
from gpuplatform.plan.model import Json, Plan, PlannedResource, once
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

TRUST: Final = "assumeRolePolicy"
PASS: Final = "iam:passrole"

# IAM user guide, "AWS global condition context keys"; KMS developer guide, "AWS KMS condition keys".
_WHO: Final = frozenset(
    (
        *("aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:userid"),
        *("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner"),
        *("aws:sourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip", "kms:calleraccount"),
    )
)
"""Condition keys that say who asks, or from where."""


@once
def statements(plan: Plan) -> list[tuple[PlannedResource, str, dict[str, Json]]]:
    """Each statement of each policy document among inputs, with the resource and the property that holds it."""
    return [
        (resource, path, statement)
        for resource, path, document in _documents(plan)
        for statement in _statements(document)
    ]


def _documents(plan: Plan) -> Iterator[tuple[PlannedResource, str, Json]]:
    """Policy documents as text, at any depth; the SDK takes some as objects too."""
    for resource, path, text in every_text(plan):
        if '"Statement"' in text and text.lstrip().startswith("{"):
            with contextlib.suppress(ValueError):
                yield resource, path, json.loads(text)
    for resource in plan.resources:
        if resource.type.startswith("aws:"):
            yield from (
                (resource, key, value) for key, value in resource.inputs.items() if "Statement" in as_dict(value)
            )


def _statements(document: Json) -> list[dict[str, Json]]:
    written = get_path(document, "Statement")
    return [as_dict(s) for s in as_list(written) or [written]]


def allowed(plan: Plan) -> Iterator[tuple[PlannedResource, str, dict[str, Json]]]:
    """Every statement that allows something: resource, property, statement."""
    return (found for found in statements(plan) if found[2].get("Effect") == "Allow")


_ALL_ACTIONS: Final = re.compile(r"\*+(:\*+)?")
_ALL_RESOURCES: Final = re.compile(r"\*+|arn:(\*|aws[a-z-]*)(:\*+)+")
_ADMINISTRATOR: Final = re.compile(r"arn:aws[a-z-]*:iam::aws:policy/(AdministratorAccess|PowerUserAccess)")
_ATTACHED: Final = ("policyArn", "managedPolicyArns", "managedPolicyArn", "permissionsPolicyArn")


_IAM: Final = frozenset(row.token for row in iam.KINDS)


@check("iam-everything", Severity.ERROR, "No policy allows every action on every resource.")
def iam_everything(plan: Plan) -> Iterator[Violation]:
    """Nor every one but a few, nor the policies of AWS that do."""
    for resource, path, statement in allowed(plan):
        every = any(map(_all, words(statement.get("Action")))) or "NotAction" in statement
        if every and (_anything(statement) or "NotResource" in statement):
            yield Violation(
                f"{resource.name}: {path} allows everything on everything; name actions and resources", resource
            )
    for resource in plan.resources:
        for key in _ATTACHED if resource.type in _IAM else ():
            for arn in words(resource.inputs.get(key)):
                if _ADMINISTRATOR.fullmatch(arn):
                    yield Violation(
                        f"{resource.name}: {key} is {arn}, which allows everything; write a policy", resource
                    )


def _all(action: str) -> bool:
    return _ALL_ACTIONS.fullmatch(action) is not None


def _anything(statement: Mapping[str, Json]) -> bool:
    return any(_ALL_RESOURCES.fullmatch(one) for one in words(statement.get("Resource")))


@check("iam-service-wildcard", Severity.WARNING, "No role may do all that a service can, on everything.")
def iam_service_wildcard(plan: Plan) -> Iterator[Violation]:
    for resource, path, statement in allowed(plan):
        # In a key's or bucket's own policy, `*` is that key or bucket.
        if "Principal" in statement or not _anything(statement) or statement.get("Condition"):
            continue
        wide = [action for action in words(statement.get("Action")) if action.endswith(":*") and not _all(action)]
        if wide:
            yield Violation(f"{resource.name}: {path} allows {', '.join(wide)} on *; name the resources", resource)


@check("iam-pass-role", Severity.ERROR, "A role that may be passed is named, or the service it is passed to.")
def iam_pass_role(plan: Plan) -> Iterator[Violation]:
    for resource, path, statement in allowed(plan):
        # `*` is the business of iam-everything.
        named = [action.lower() for action in words(statement.get("Action")) if not _all(action)]
        passes = any(action == PASS or (_wild(action) and fnmatchcase(PASS, action)) for action in named)
        if passes and _any_role(statement) and not _to_a_service(statement.get("Condition")):
            yield Violation(f"{resource.name}: {path} passes any role to any service; name the role", resource)


def _any_role(statement: Mapping[str, Json]) -> bool:
    """Whether the resources match a role of any name."""
    named = words(statement.get("Resource"))
    return "NotResource" in statement or any(
        fnmatchcase(":".join((*["arn", "aws", "iam", ""], _account(one), "role/of-any-name")), one) for one in named
    )


def _account(arn: str) -> str:
    parts = arn.split(":")
    return parts[4] if len(parts) > 4 and parts[4].isdigit() else "111122223333"


def _to_a_service(condition: Json) -> bool:
    return any(
        key.lower() == "iam:passedtoservice" and "*" not in words(values)
        for keys in as_dict(condition).values()
        for key, values in as_dict(keys).items()
    )


def _wild(action: str) -> bool:
    """Few are, and to match a pattern is to compile it: 400 of them took as long as all other checks of policies together."""
    return "*" in action or "?" in action


@check("iam-open-trust", Severity.ERROR, "No role, bucket, key or queue trusts everybody.")
def iam_open_trust(plan: Plan) -> Iterator[Violation]:
    for resource, path, statement in allowed(plan):
        principal = statement.get("Principal")
        everybody = principal == "*" or "*" in words(get_path(principal, "AWS")) or "NotPrincipal" in statement
        # Whoever comes through a VPC's endpoint is in the VPC; its policy says to what.
        within = resource.type == vpc_egress.VPC_ENDPOINT and not _anything(statement)
        if everybody and not within and not _narrowed(statement.get("Condition")):
            what = "any account may assume it" if path == TRUST else "any account may use it"
            yield Violation(
                f"{resource.name}: {path} trusts *: {what}; name the principal, or whose it must be in a condition",
                resource,
            )


def _narrowed(condition: Json) -> bool:
    """Whether a condition says who asks, or from where. That the connection is encrypted says neither."""
    return any(
        key.lower() in _WHO and any(value != "*" for value in words(values))
        for operator, keys in as_dict(condition).items()
        if "Not" not in operator and not operator.endswith(("IfExists", "Null"))
        for key, values in as_dict(keys).items()
    )


@check("iam-open-federation", Severity.ERROR, "A role for identities of others' tokens names whose.")
def iam_open_federation(plan: Plan) -> Iterator[Violation]:
    """Everybody on GitHub has a token of GitHub's provider: without a condition on `sub` all of them may assume the role."""
    for resource, path, statement in allowed(plan):
        if "sts:AssumeRoleWithWebIdentity" not in words(statement.get("Action")):
            continue
        named = [
            value
            for operator, keys in as_dict(statement.get("Condition")).items()
            if operator.startswith("String") and "Not" not in operator
            for key, values in as_dict(keys).items()
            if key.endswith(":sub")
            for value in words(values)
        ]
        if not named or any(value in ("*", "repo:*") for value in named):
            yield Violation(
                f"{resource.name}: {path} trusts every token of the provider; add a condition on its :sub", resource
            )


@check("iam-unknown-action", Severity.ERROR, "Every action that a policy names exists.")
def iam_unknown_action(plan: Plan) -> Iterator[Violation]:
    for resource, path, statement in statements(plan):
        for action in [*words(statement.get("Action")), *words(statement.get("NotAction"))]:
            if not _all(action) and (why := wrong(action)):
                yield Violation(f"{resource.name}: {path}: {action} {why}", resource)
