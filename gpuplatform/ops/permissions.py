"""Whether the caller may create what the plan holds, by IAM's own simulator.

The simulator knows the caller's policies, its permissions boundary and the organization's; it knows no session policy. It is asked
for each action on every resource (`*`); what it denies there, once more on a resource such as the plan's, since a policy may be
confined to names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gpuplatform.kinds.kind import Right
from gpuplatform.kinds.registry import kind_of
from gpuplatform.ops.account import Aws, Caller, Unanswered
from gpuplatform.ops.demand import AccountDemand
from gpuplatform.ops.results import Row, Verdict, info, unknown
from gpuplatform.ops.rights import NAMED_AFTER, PAGES

CHECK = "permission"
_GLOBAL = frozenset({"iam", "budgets", "ce"})
_BILLING = frozenset({"bcm-data-exports", "cur"})
_BILLING_HOME = "us-east-1"
"""Exports and reports are made there, wherever the account works (service authorization reference, their resource types)."""


def rows(aws: Aws, demand: AccountDemand, who: Caller) -> Iterator[Row]:
    needed = _needed(demand, who, aws.region)
    if not needed:
        return
    everything = (
        f"{len(needed)} actions that create {sum(bool(_rights(type_)) for type_ in demand.created)} types of resources"
    )
    try:
        principal = _principal(aws, who)
        if principal is None:
            found = "IAM's simulator knows users and roles alone"
            yield unknown(CHECK, who.arn, wanted=everything, found=found, what_to_do="deploy as a role")
            return
        denied = _denied(_simulate(aws, principal, sorted(needed)))
        again = _by_resource(needed, denied)
        refused = {
            (action, resource): why
            for resource, actions in again.items()
            for action, why in _denied(_simulate(aws, principal, actions, resource)).items()
        }
    except Unanswered as why:
        yield why.row(CHECK, who.arn, wanted=everything)
        return
    for (action, resource), why in sorted(refused.items()):
        yield _refused(action, resource, why)
    denied = {action: why for (action, _), why in refused.items()}
    if not denied:
        yield Row(check=CHECK, subject=who.arn, wanted=everything, found="all allowed", verdict=Verdict.OK)
    elif len(denied) < len(needed):
        yield info(CHECK, who.arn, wanted=everything, found=f"{len(needed) - len(denied)} allowed")
    if unlisted := sorted(type_ for type_ in demand.created if not _rights(type_)):
        yield info(CHECK, who.arn, found=f"not asked, for their actions are not listed here: {', '.join(unlisted)}")


def _needed(demand: AccountDemand, who: Caller, region: str) -> dict[str, list[str]]:
    """Action → ARNs of what it would create or change: of each kind of resource, the last of the plan."""
    found: dict[str, dict[str, str]] = {}
    for type_, name in demand.created.items():
        for right in _rights(type_):
            service = right.actions[0].partition(":")[0]
            owner = demand.created.get(NAMED_AFTER.get(service, type_), name)
            for action in right.actions:
                kind = right.path.rpartition("/")[0]
                found.setdefault(action, {})[kind] = _arn(service, right.path.format(name=owner), who, region)
    return {action: list(arns.values()) for action, arns in found.items()}


def _arn(service: str, path: str, who: Caller, region: str) -> str:
    if service == "s3":
        return f"arn:{who.partition}:s3:::{path}"
    where = "" if service in _GLOBAL else _BILLING_HOME if service in _BILLING else region
    return f"arn:{who.partition}:{service}:{where}:{who.account}:{path}"


def _principal(aws: Aws, who: Caller) -> str | None:
    """The user or role behind the caller. A session's ARN has lost the role's path, which IAM must say."""
    resource = who.arn.rpartition(":")[2]
    if resource.startswith(("user/", "role/")):
        return who.arn
    if not resource.startswith("assumed-role/"):
        return None
    with aws.asking("iam", aws.home) as iam:
        return iam.get_role(RoleName=resource.split("/")[1])["Role"]["Arn"]


def _simulate(aws: Aws, principal: str, actions: Sequence[str], resource: str = "*") -> list[Mapping[str, Any]]:
    with aws.asking("iam", aws.home) as iam:
        pages = iam.get_paginator("simulate_principal_policy").paginate(
            PolicySourceArn=principal, ActionNames=list(actions), ResourceArns=[resource]
        )
        return [result for page in pages for result in page["EvaluationResults"]]


def _denied(results: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {r["EvalActionName"]: r for r in results if r["EvalDecision"] != "allowed"}


def _by_resource(needed: Mapping[str, Sequence[str]], denied: Mapping[str, object]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for action in sorted(denied):
        for resource in needed[action]:
            found.setdefault(resource, []).append(action)
    return found


def _refused(action: str, resource: str, result: Mapping[str, Any]) -> Row:
    """A denial that hangs on what only the real call would carry (its tags, the service a role is passed to) is unknown."""
    missing: list[str] = result.get("MissingContextValues") or []
    by_organization = result.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations", True) is False
    undecided = bool(missing) and result["EvalDecision"] == "implicitDeny" and not by_organization
    page = PAGES[action.partition(":")[0]]
    return Row(
        check=CHECK,
        subject=action,
        wanted=f"allowed on {resource}",
        found=f"depends on {', '.join(missing)}"
        if undecided
        else "denied by the organization"
        if by_organization
        else "denied explicitly"
        if result["EvalDecision"] == "explicitDeny"
        else "no policy allows it",
        verdict=Verdict.UNKNOWN if undecided else Verdict.FAIL,
        what_to_do="see that the condition in the caller's policy fits"
        if undecided
        else f"allow {action} to the caller ({page})",
    )


def _rights(type_: str) -> tuple[Right, ...]:
    row = kind_of(type_)
    return row.rights if row else ()
