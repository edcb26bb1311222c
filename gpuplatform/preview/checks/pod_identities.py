"""Whether pods get the roles that are meant for them: who hands them out, whom roles trust, and for which service account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.catalog import addons
from gpuplatform.catalog.addons import Addon
from gpuplatform.kinds import eks
from gpuplatform.kinds.cluster.control_planes import control_planes
from gpuplatform.kinds.cluster.names import chart, names
from gpuplatform.kinds.identity.accounts import pod_roles
from gpuplatform.kinds.identity.documents import allows, principals, statements_of
from gpuplatform.kinds.identity.roles import rights_of, roles_of
from gpuplatform.kinds.tokens import NODE_GROUP, RELEASE
from gpuplatform.plan.model import SECRET, UNKNOWN, Json, Plan, PlannedResource
from gpuplatform.plan.values import as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check
from gpuplatform.preview.checks.iam import TRUST

AGENT: Final = "eks-pod-identity-agent"
PODS: Final = "pods.eks.amazonaws.com"
_CALLS: Final = ("sts:AssumeRole", "sts:TagSession")


@check(
    "pod-identity-trust",
    Severity.ERROR,
    "A role that pods take trusts whoever hands it out, for every call that takes.",
)
def pod_identity_trust(plan: Plan) -> Iterator[Violation]:
    """EKS Pod Identity assumes the role and tags the session; IRSA assumes it by the cluster's token (EKS user guide, "Assign an IAM
    role to a Kubernetes service account", read 2026-11)."""
    for one in pod_roles(plan):
        trust = statements_of(one.role.inputs.get(TRUST)) if one.role else None
        if one.role is None or trust is None:
            continue
        if one.by_agent:
            own = [s for s in trust if {PODS, "*"} & {*principals(s, "Service"), *principals(s, "AWS")}]
            lacking = [call for call in _CALLS if not allows(own, call)]
            who = PODS
        else:
            own = [s for s in trust if principals(s, "Federated")]
            lacking = [] if allows(own, "sts:AssumeRoleWithWebIdentity") else ["sts:AssumeRoleWithWebIdentity"]
            who = "the cluster's OIDC provider"
        if lacking:
            told = "does not trust" if not own else f"does not allow {' and '.join(lacking)} to"
            yield Violation(
                f"{one.role.name}: {told} {who}, and {one.stated.name} gives it to pods of {one.account}: "
                f"they get no credentials; allow {', '.join(_CALLS if one.by_agent else lacking)}",
                one.role,
            )


@check("pod-identity-agent", Severity.ERROR, "Where pods take roles by EKS Pod Identity, its agent is on the nodes.")
def pod_identity_agent(plan: Plan) -> Iterator[Violation]:
    """EKS's Auto Mode brings its own. A cluster that the plan does not make may have the agent already."""
    clusters = control_planes(plan)
    if not clusters or any(cluster.auto_mode for cluster in clusters):
        return
    agents = [a for a in plan.all(eks.ADDON) if a.inputs.get("addonName") in (AGENT, UNKNOWN)]
    if agents or any(chart(release) == AGENT for release in plan.all(RELEASE)):
        return
    for one in {r.stated.urn: r for r in pod_roles(plan) if r.by_agent}.values():
        yield Violation(
            f"{one.stated.name}: nothing hands out the role, for the plan lacks the add-on {AGENT}", one.stated
        )


@check("addon-service-account", Severity.ERROR, "The role of an add-on is for a service account that it has.")
def addon_service_account(plan: Plan) -> Iterator[Violation]:
    for addon, known in _known(plan):
        for one in as_list(addon.inputs.get("podIdentityAssociations")):
            account = get_path(one, "serviceAccount")
            if known.accounts and isinstance(account, str) and account not in (*known.accounts, UNKNOWN, SECRET):
                yield Violation(
                    f"{addon.name}: serviceAccount {account} is none of {addon.inputs.get('addonName')}; "
                    f"write {_meant(account, known)}",
                    addon,
                )
    # One that is stated beside the add-on, and nearly for one of its accounts.
    for one in plan.all(eks.POD_IDENTITY_ASSOCIATION):
        account, place = one.inputs.get("serviceAccount"), one.inputs.get("namespace")
        for addon, known in _known(plan):
            near = addons.nearest(str(account), dict.fromkeys(known.accounts), cutoff=0.85)
            there = ("ServiceAccount", str(place), str(account)) in names(plan)
            if near and near != account and place == known.namespace and not there:
                yield Violation(f"{one.name}: serviceAccount {account}: {addon.name} has {near}", one)


def _meant(account: str, known: Addon) -> str:
    return addons.nearest(account, dict.fromkeys(known.accounts)) or " or ".join(known.accounts)


def _known(plan: Plan) -> Iterator[tuple[PlannedResource, Addon]]:
    for addon in plan.all(eks.ADDON):
        if known := addons.ADDONS.get(str(addon.inputs.get("addonName"))):
            yield addon, known


@check("addon-without-role", Severity.ERROR, "An add-on that calls AWS has a role to call it with.")
def addon_without_role(plan: Plan) -> Iterator[Violation]:
    """By its own association, by one beside it, by IRSA, or as the node whose role has the policy."""
    nodes = [role for group in plan.all(NODE_GROUP) for role in roles_of(plan, group, "nodeRoleArn")]
    rights = [rights_of(plan, role) for role in nodes]
    for addon, known in _known(plan):
        if not known.policies or not nodes or UNKNOWN in str(addon.inputs.get("podIdentityAssociations")):
            continue
        own = [r for r in pod_roles(plan) if r.stated is addon or (r.namespace, str(r.account)) in _places(known)]
        as_node = any(not r.whole or r.statements or r.managed & {*known.policies} for r in rights)
        if not own and not as_node:
            yield Violation(
                f"{addon.name}: {addon.inputs.get('addonName')} calls AWS, and neither its service account {known.accounts[0]} nor the "
                f"nodes' role has {known.policies[0]}; give pod_identity_associations",
                addon,
            )


def _places(known: Addon) -> list[tuple[Json, str]]:
    return [(known.namespace, account) for account in known.accounts]
