"""Service accounts, and the roles that their pods take: by EKS Pod Identity, by an add-on's own association, or by IRSA."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gpuplatform.catalog import addons
from gpuplatform.catalog.controllers import CONTROLLERS
from gpuplatform.kinds import eks
from gpuplatform.kinds.cluster.names import chart
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.kinds.identity.roles import role_named, roles_of
from gpuplatform.kinds.tokens import RELEASE
from gpuplatform.plan.model import Json, Plan, PlannedResource, once
from gpuplatform.plan.values import as_dict, as_list, get_path, leaves

IRSA: Final = "eks.amazonaws.com/role-arn"
"""The annotation of a service account whose pods take a role through the cluster's OIDC provider."""
_ACCOUNT: Final = ("serviceAccount", "name")


@dataclass(frozen=True, kw_only=True)
class PodRole:
    """A role that pods of a service account take."""

    stated: PlannedResource
    """Where it is written."""
    namespace: Json
    account: Json
    arn: Json
    role: PlannedResource | None
    """None where the plan does not make it."""
    by_agent: bool
    """Whether EKS Pod Identity hands it out."""


@once
def pod_roles(plan: Plan) -> tuple[PodRole, ...]:
    return (*_associated(plan), *_of_addons(plan), *_annotated(plan))


def _associated(plan: Plan) -> Iterator[PodRole]:
    for one in plan.all(eks.POD_IDENTITY_ASSOCIATION):
        yield PodRole(
            stated=one,
            namespace=one.inputs.get("namespace"),
            account=one.inputs.get("serviceAccount"),
            arn=one.inputs.get("roleArn"),
            role=next(iter(roles_of(plan, one, "roleArn")), None),
            by_agent=True,
        )


def _of_addons(plan: Plan) -> Iterator[PodRole]:
    for addon in plan.all(eks.ADDON):
        known = addons.ADDONS.get(str(addon.inputs.get("addonName")))
        namespace = known.namespace if known else None
        associations = as_list(addon.inputs.get("podIdentityAssociations"))
        named = roles_of(plan, addon, "podIdentityAssociations")
        for one in associations:
            arn = get_path(one, "roleArn")
            role = role_named(plan, str(arn)) or (named[0] if len(named) == len(associations) == 1 else None)
            account = get_path(one, "serviceAccount")
            yield PodRole(stated=addon, namespace=namespace, account=account, arn=arn, role=role, by_agent=True)
        if arn := addon.inputs.get("serviceAccountRoleArn"):
            role = next(iter(roles_of(plan, addon, "serviceAccountRoleArn")), None)
            for account in known.accounts if known else ():
                yield PodRole(stated=addon, namespace=namespace, account=account, arn=arn, role=role, by_agent=False)


def _annotated(plan: Plan) -> Iterator[PodRole]:
    for resource, body in of_kind(plan, "ServiceAccount"):
        if arn := as_dict(get_path(body, "metadata", "annotations")).get(IRSA):
            metadata = as_dict(body.get("metadata"))
            yield PodRole(
                stated=resource,
                namespace=metadata.get("namespace") or "default",
                account=metadata.get("name"),
                arn=arn,
                role=role_named(plan, str(arn)),
                by_agent=False,
            )
    for release in plan.all(RELEASE):
        for path, arn in leaves(as_dict(release.inputs.get("values"))):
            if path.endswith(IRSA):
                for account in accounts_of(release):
                    yield PodRole(
                        stated=release,
                        namespace=namespace_of_release(release),
                        account=account,
                        arn=arn,
                        role=role_named(plan, str(arn)),
                        by_agent=False,
                    )


def namespace_of_release(release: PlannedResource) -> str:
    return str(release.inputs.get("namespace") or "default")


def accounts_of(release: PlannedResource) -> tuple[str, ...]:
    """Service accounts that a release makes or is told of: those that its values name; by Helm's custom the release's own name, where
    no value says how the account of the chart itself is called."""
    values = as_dict(release.inputs.get("values"))
    named = [str(v) for path, v in leaves(values) if tuple(path.split(".")[-2:]) == _ACCOUNT and isinstance(v, str)]
    known = CONTROLLERS.get(chart(release))
    own = [known.account] if known else ["serviceAccount.name", "rbac.serviceAccount.name"]
    if any(get_path(values, *path.split(".")) for path in own):
        return tuple(named)
    return (*named, *_full_names(release, values))


def made_for(plan: Plan, namespace: str) -> Iterator[str]:
    """Service accounts that the charts and the EKS add-ons of a namespace make."""
    for release in plan.all(RELEASE):
        if namespace_of_release(release) == namespace:
            values = as_dict(release.inputs.get("values"))
            # By custom what belongs to a part of a chart is called after its account, or has one of its own in the values.
            named = [v for path, v in leaves(values) if "serviceaccount" in path.lower() and isinstance(v, str)]
            own = addons.ADDONS.get(chart(release))
            left = {path.rpartition(".")[0] for path, v in leaves(values) if path.endswith(".create") and v is False}
            others = {
                str(get_path(values, *path.split("."), "name")) for path in left if path.endswith("serviceAccount")
            }
            yield from (a for a in (*accounts_of(release), *named, *(own.accounts if own else ())) if a not in others)
    for addon in plan.all(eks.ADDON):
        known = addons.ADDONS.get(str(addon.inputs.get("addonName")))
        yield from known.accounts if known and known.namespace == namespace else ()


def _full_names(release: PlannedResource, values: Json) -> Iterator[str]:
    """As charts by custom call what they make: `fullnameOverride`, else the release's name if the chart's is in it, else both."""
    if full := get_path(values, "fullnameOverride"):
        yield str(full)
        return
    base = str(get_path(values, "nameOverride") or chart(release))
    given = release.inputs.get("name") or release.outputs.get("name") or release.name
    whole = str(given) if base in str(given) or not base else f"{given}-{base}"
    # The name alone too: of most charts we do not know how they make it up.
    yield from dict.fromkeys((whole, str(given)))
