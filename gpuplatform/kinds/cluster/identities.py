"""AWS rights of pods: the roles that Pod Identity gives to service accounts, and what their policies allow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from gpuplatform.plan.model import Json, Plan, PlannedResource, once
from gpuplatform.plan.values import as_dict, as_list, get_path, parse_json

ASSOCIATION: Final = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
_ROLE: Final = "aws:iam/role:Role"
_ROLE_POLICY: Final = "aws:iam/rolePolicy:RolePolicy"
_ATTACHMENT: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
_POLICY: Final = "aws:iam/policy:Policy"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A service account and what its role's own policies allow. What AWS' managed policies allow is not in a plan."""

    resource: PlannedResource
    namespace: str
    account: str
    statements: tuple[Json, ...]

    def resources(self, action: str) -> list[str]:
        """Patterns of ARNs on which the action is allowed, as written. Statements that deny are not taken off."""
        return [
            pattern
            for statement in self.statements
            if get_path(statement, "Effect") == "Allow"
            and any(fnmatchcase(action.lower(), one.lower()) for one in _words(get_path(statement, "Action")))
            for pattern in _words(get_path(statement, "Resource"))
        ]


@once
def identities(plan: Plan) -> tuple[Identity, ...]:
    return tuple(
        Identity(
            resource=one,
            namespace=str(one.inputs.get("namespace")),
            account=str(one.inputs.get("serviceAccount")),
            statements=tuple(
                s for role in plan.all(_ROLE) if one.refers("roleArn", role, "arn") for s in _statements(plan, role)
            ),
        )
        for one in plan.all(ASSOCIATION)
    )


def _statements(plan: Plan, role: PlannedResource) -> Iterator[Json]:
    documents = [p.inputs.get("policy") for p in plan.all(_ROLE_POLICY) if p.refers("role", role, "id", "name")]
    documents += [get_path(one, "policy") for one in as_list(role.inputs.get("inlinePolicies"))]
    attached = [a for a in plan.all(_ATTACHMENT) if a.refers("role", role, "id", "name")]
    documents += [
        p.inputs.get("policy") for p in plan.all(_POLICY) for a in attached if a.refers("policyArn", p, "arn", "id")
    ]
    for document in documents:
        written = get_path(as_dict(document) or parse_json(document), "Statement")
        yield from as_list(written) or ([written] if written else [])


def _words(value: Json) -> Sequence[str]:
    return [str(one) for one in (as_list(value) or ([] if value is None else [value]))]
