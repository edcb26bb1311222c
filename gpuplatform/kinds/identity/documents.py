"""Policy documents: what a statement says, and whether it allows a call."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Final

from gpuplatform.plan.model import SECRET, UNKNOWN, Json
from gpuplatform.plan.values import as_dict, as_list, parse_json

Statement = Mapping[str, Json]

_CLUSTER_TAG: Final = re.compile(r"aws:(resource|request)tag/(eks:(eks-)?cluster-name|elbv2\.k8s\.aws/cluster)", re.I)
"""Condition keys whose value is the name of a cluster."""


def words(value: Json) -> list[str]:
    """IAM writes one as itself and several as a list."""
    return [str(v) for v in (as_list(value) or ([] if value is None else [value]))]


def statements_of(document: Json) -> list[Statement] | None:
    """Of a policy as text or as an object; None where the plan does not know its text."""
    written = as_dict(as_dict(document) or parse_json(document)).get("Statement")
    if written is None or UNKNOWN in json.dumps(document) or document == SECRET:
        return None
    return [as_dict(one) for one in as_list(written) or [written]]


def acts(statement: Statement, action: str) -> bool:
    """Whether a statement is about an action. IAM does not mind the case."""
    wanted = action.lower()
    if "NotAction" in statement:
        return not any(fnmatchcase(wanted, one.lower()) for one in words(statement["NotAction"]))
    return any(fnmatchcase(wanted, one.lower()) for one in words(statement.get("Action")))


def covers(statement: Statement, arn: str) -> bool:
    """Whether a statement is about a resource; without one it is about any."""
    if not arn or "NotResource" in statement:
        return True
    return any(fnmatchcase(arn, one) for one in words(statement.get("Resource")))


def other_cluster(statement: Statement, cluster: str) -> str:
    """The cluster that a statement's conditions name in the place of this one; empty where they name none."""
    for operator, keys in as_dict(statement.get("Condition")).items():
        for key, value in as_dict(keys).items() if operator.startswith("String") and "Not" not in operator else ():
            named = words(value)
            if cluster and _CLUSTER_TAG.fullmatch(key) and not any(fnmatchcase(cluster, one) for one in named):
                return ", ".join(named)
    return ""


def allows(statements: Iterable[Statement], action: str, arn: str = "", cluster: str = "") -> bool:
    """Whether statements allow an action on a resource, in the name of a cluster where conditions ask for one.

    Other conditions are taken as met.
    """
    about = [s for s in statements if acts(s, action)]
    if any(s.get("Effect") == "Deny" and not s.get("Condition") and covers(s, arn) for s in about):
        return False
    return any(s.get("Effect") == "Allow" and covers(s, arn) and not other_cluster(s, cluster) for s in about)


def principals(statement: Statement, kind: str) -> list[str]:
    """Those of a kind (`Service`, `AWS`) whom a statement of a resource's policy is about; `*` is everybody."""
    principal = statement.get("Principal")
    return ["*"] if principal == "*" else words(as_dict(principal).get(kind))
