"""What the roles of a plan may do, by every policy of the plan that is theirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gpuplatform.kinds import iam
from gpuplatform.kinds.identity.documents import Statement, allows, statements_of
from gpuplatform.plan.model import Json, Plan, PlannedResource, once
from gpuplatform.plan.values import as_list, get_path, strings


@dataclass(frozen=True, kw_only=True)
class RoleRights:
    """Of one role."""

    statements: tuple[Statement, ...]
    managed: frozenset[str]
    """Names of the policies of AWS that are attached."""
    whole: bool
    """Whether the plan shows the text of every policy but those of AWS."""

    def allow(self, action: str, arn: str = "", cluster: str = "") -> bool:
        return allows(self.statements, action, arn, cluster)


def rights_of(plan: Plan, role: PlannedResource) -> RoleRights:
    return _all(plan)[role.urn]


@once
def _all(plan: Plan) -> dict[str, RoleRights]:
    given: dict[str, list[Json]] = {r.urn: list(_own(r)) for r in plan.all(iam.ROLE)}
    attached: dict[str, list[tuple[PlannedResource | None, Json]]] = {urn: [] for urn in given}
    for policy in plan.all(iam.ROLE_POLICY):
        for role in roles_of(plan, policy, "role"):
            given[role.urn].append(policy.inputs.get("policy"))
    for kind, path in ((iam.ROLE_POLICY_ATTACHMENT, "role"), (iam.POLICY_ATTACHMENT, "roles")):
        for one in plan.all(kind):
            for role in roles_of(plan, one, path):
                attached[role.urn].append((one, one.inputs.get("policyArn")))
    for role in plan.all(iam.ROLE):
        attached[role.urn] += [(role, arn) for arn in as_list(role.inputs.get("managedPolicyArns"))]
    return {urn: _joined(plan, given[urn], attached[urn]) for urn in given}


def _own(role: PlannedResource) -> Iterator[Json]:
    for inline in as_list(role.inputs.get("inlinePolicies")):
        yield get_path(inline, "policy")


def _joined(plan: Plan, given: list[Json], attached: list[tuple[PlannedResource | None, Json]]) -> RoleRights:
    managed: set[str] = set()
    documents = list(given)
    for holder, arn in attached:
        if str(arn).startswith("arn:") and ":iam::aws:policy/" in str(arn):
            managed.add(str(arn).rpartition("/")[2])
            continue
        own = [p for p in plan.all(iam.POLICY) if holder and _is(plan, holder, "policyArn", p, arn)]
        documents += [p.inputs.get("policy") for p in own] or [None]
    read = [statements_of(document) for document in documents]
    return RoleRights(
        statements=tuple(s for statements in read for s in statements or ()),
        managed=frozenset(managed),
        whole=None not in read,
    )


def _is(plan: Plan, holder: PlannedResource, path: str, policy: PlannedResource, arn: Json) -> bool:
    named = arn is not None and arn == policy.outputs.get("arn")
    return named or policy.urn in holder.property_dependencies.get(path, ())


def roles_of(plan: Plan, resource: PlannedResource, path: str) -> list[PlannedResource]:
    """Roles that an input names: by ARN, by name, by ID, or as the plan's dependencies tell it."""
    sent = {text.rpartition("/")[2] if text.startswith("arn:") else text for text in strings(resource.inputs.get(path))}
    by_name = [r for r in plan.all(iam.ROLE) if sent & {*strings([r.outputs.get("name"), r.inputs.get("name")])}]
    if by_name:
        return by_name
    urns = resource.property_dependencies.get(path, ())
    return [plan.by_urn[urn] for urn in urns if urn in plan.by_urn and plan.by_urn[urn].type == iam.ROLE]


def role_named(plan: Plan, name: str) -> PlannedResource | None:
    """By its name or ARN; None where the plan does not make it."""
    short = name.rpartition("/")[2]
    found = (r for r in plan.all(iam.ROLE) if short and short in (r.outputs.get("name"), r.inputs.get("name")))
    return next(found, None)
