"""Whether controllers may do in AWS what their version calls, on what they are told to work with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.catalog.controllers import CONTROLLERS, KARPENTER, KEY_USES, Call, Controller, On
from gpuplatform.kinds import eks, kms, sqs
from gpuplatform.kinds.cluster.names import chart
from gpuplatform.kinds.cluster.node_launches import Launch, launches
from gpuplatform.kinds.identity.accounts import PodRole, accounts_of, namespace_of_release, pod_roles
from gpuplatform.kinds.identity.documents import allows, principals, statements_of
from gpuplatform.kinds.identity.roles import RoleRights, rights_of, role_named, roles_of
from gpuplatform.kinds.tokens import CLUSTERS, NODE_CLASS, NODE_GROUP, RELEASE
from gpuplatform.plan.model import SECRET, UNKNOWN, Json, Plan, PlannedResource
from gpuplatform.plan.references import linked
from gpuplatform.plan.values import as_dict, as_list, get_path, strings
from gpuplatform.preview.checking.check import Severity, Violation, check

_SHOWN: Final = 6


@check("controller-rights", Severity.ERROR, "A controller may do in AWS what its version calls.")
def controller_rights(plan: Plan) -> Iterator[Violation]:
    """By the policy that its project publishes for it, on the cluster, the queue and the roles that its values name."""
    for release, controller in _controllers(plan):
        for role in _roles(plan, release):
            rights = rights_of(plan, role)
            # The policies of AWS are not in the plan; what one of them allows nobody can say here.
            if not rights.whole or rights.managed:
                continue
            if missing := list(_missing(plan, release, controller, rights)):
                more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
                version = release.inputs.get("version") or "without a version"
                yield Violation(
                    f"{role.name}: {release.name} ({controller.chart} {version}) calls {', '.join(missing[:_SHOWN])}{more}, which "
                    f"no policy of the role allows; allow it, as {controller.source.split(',')[0]} publishes",
                    role,
                )


def _controllers(plan: Plan) -> Iterator[tuple[PlannedResource, Controller]]:
    for release in plan.all(RELEASE):
        if controller := CONTROLLERS.get(chart(release)):
            yield release, controller


def _own(plan: Plan, release: PlannedResource) -> list[PodRole]:
    place, accounts = namespace_of_release(release), accounts_of(release)
    return [one for one in pod_roles(plan) if one.namespace == place and one.account in accounts]


def _roles(plan: Plan, release: PlannedResource) -> list[PlannedResource]:
    return [one.role for one in _own(plan, release) if one.role is not None]


def _missing(plan: Plan, release: PlannedResource, controller: Controller, rights: RoleRights) -> Iterator[str]:
    cluster = _text(get_path(release.inputs, "values", *controller.cluster.split(".")))
    for call in controller.needs(str(release.inputs.get("version") or "")):
        if not _used(release, call):
            continue
        for arn, words in _targets(plan, release, call, cluster):
            for action in call.actions:
                if rights.allow(action, arn, cluster):
                    continue
                elsewhere = " in the name of this cluster" if not arn and rights.allow(action) else ""
                yield f"{action}{f' on {words}' if words and rights.allow(action) else elsewhere}"


def _used(release: PlannedResource, call: Call) -> bool:
    values = release.inputs.get("values")
    if call.unless_off and get_path(values, *call.unless_off.split(".")) is False:
        return False
    return not call.where or bool(get_path(values, *call.where.split(".")))


def _targets(plan: Plan, release: PlannedResource, call: Call, cluster: str) -> Iterator[tuple[str, str]]:
    """ARNs that a call is made on, and words for them; an empty one where any will do, or none is known."""
    if call.on is On.QUEUE:
        named = _text(get_path(release.inputs, "values", *call.where.split(".")))
        found = [q for q in plan.all(sqs.QUEUE) if named and named in (q.outputs.get("name"), q.inputs.get("name"))]
        yield from ((_text(q.outputs.get("arn")), f"the queue {q.name}") for q in found)
        if not found:
            yield "", ""
    elif call.on is On.NODE_ROLE:
        for one in plan.all(NODE_CLASS):
            role = role_named(plan, _text(get_path(one.inputs, "spec", "role")))
            yield (_text(role.outputs.get("arn")), f"the role {role.name} of {one.name}") if role else ("", "")
    elif call.on in (On.CLUSTER, On.NODE_GROUPS) and cluster and (where := _account(plan)):
        path = f"cluster/{cluster}" if call.on is On.CLUSTER else f"nodegroup/{cluster}/any/any"
        yield f"arn:{where}:{path}", f"the cluster {cluster}"
    else:
        yield "", ""


def _account(plan: Plan) -> str:
    """Partition, service, region and account of the plan's EKS ARNs: `aws:eks:us-east-1:111122223333`; empty where it shows none."""
    for type_ in (*CLUSTERS, NODE_GROUP, eks.ADDON):
        for resource in plan.all(type_):
            for text in strings(
                [resource.outputs.get("arn"), get_path(resource.outputs, "eksCluster", "state", "arn")]
            ):
                if text.startswith("arn:"):
                    return ":".join(text.split(":")[1:5])
    return ""


def _text(value: Json) -> str:
    return value if isinstance(value, str) and value not in (UNKNOWN, SECRET) else ""


@check("controller-without-role", Severity.ERROR, "Pods of a controller that calls AWS have a role to call it with.")
def controller_without_role(plan: Plan) -> Iterator[Violation]:
    """Without one they would call as the node, whose role lacks the rights."""
    nodes = [role for group in plan.all(NODE_GROUP) for role in roles_of(plan, group, "nodeRoleArn")]
    known = [rights_of(plan, role) for role in nodes]
    for release, controller in _controllers(plan):
        first = controller.calls[0].actions[0]
        if not known or _own(plan, release) or any(not r.whole or r.allow(first) for r in known):
            continue
        # A user's keys, or a role that the values hand over by another name.
        if any("arn:" in text and ":role/" in text for text in strings(release.inputs.get("values"))):
            continue
        accounts = " or ".join(accounts_of(release))
        yield Violation(
            f"{release.name}: no role for service account {accounts} in namespace {namespace_of_release(release)}, and the nodes' may not "
            f"{first}; associate one that may, by the name that the chart's values give",
            release,
        )


@check("metadata-out-of-reach", Severity.ERROR, "A controller that asks the instance metadata reaches it.")
def metadata_out_of_reach(plan: Plan) -> Iterator[Violation]:
    """From a pod it is two hops away, and where nodes answer at one, a controller must be told what it would ask."""
    closed = [launch.named for launch in launches(plan) if _hops(launch) == 1]
    if not closed or len(closed) < len(launches(plan)):
        return
    for release, controller in _controllers(plan):
        values = release.inputs.get("values")
        for group in controller.metadata if not get_path(values, "hostNetwork") else ():
            if not any(get_path(values, *one.split(".")) for one in group):
                yield Violation(
                    f"{release.name}: values.{group[0]} is not set, and its pods do not reach the instance metadata that they would ask: "
                    f"{closed[0].name} has hop limit 1; set {' or '.join(group)}, and the region",
                    release,
                )


def _hops(launch: Launch) -> Json:
    how = as_dict(launch.how.inputs if launch.how else None)
    options = get_path(how, "metadataOptions") if launch.managed else get_path(how, "spec", "metadataOptions")
    # Karpenter's default is 1 (karpenter.sh, NodeClasses); EKS's own template has 2.
    return get_path(options, "httpPutResponseHopLimit") or (None if launch.managed else 1)


@check("volume-key-closed", Severity.ERROR, "Karpenter may use the key of the volumes that it launches nodes with.")
def volume_key_closed(plan: Plan) -> Iterator[Violation]:
    roles = [
        role
        for release, controller in _controllers(plan)
        if controller is KARPENTER
        for role in _roles(plan, release)
        if rights_of(plan, role).whole and not rights_of(plan, role).managed
    ]
    for node_class in plan.all(NODE_CLASS):
        for key in _keys(plan, node_class):
            for role in roles:
                lacking = [action for action in KEY_USES if not _may(plan, role, key, action)]
                if lacking:
                    yield Violation(
                        f"{role.name}: lacks {', '.join(lacking)} on {key.name}, which encrypts the volumes of {node_class.name}: "
                        "no node starts; allow them through ec2",
                        role,
                    )


def _keys(plan: Plan, node_class: PlannedResource) -> list[PlannedResource]:
    named = {
        text
        for mapping in as_list(get_path(node_class.inputs, "spec", "blockDeviceMappings"))
        for text in strings(get_path(mapping, "ebs", "kmsKeyID"))
    }
    keys = [k for k in plan.all(kms.KEY) if named & {*strings([k.outputs.get("arn"), k.outputs.get("keyId")])}]
    return keys or (linked(plan, node_class, "spec", kms.KEY) if named else [])


def _may(plan: Plan, role: PlannedResource, key: PlannedResource, action: str) -> bool:
    """By its own policies, or by the key's that names it."""
    if rights_of(plan, role).allow(action, _text(key.outputs.get("arn"))):
        return True
    own = statements_of(key.inputs.get("policy")) or []
    arn = _text(role.outputs.get("arn"))
    everybody = [s for s in own if "*" in principals(s, "AWS") and "PrincipalArn" not in str(s.get("Condition"))]
    named = [s for s in own if not arn or arn in principals(s, "AWS")]
    return allows([*named, *everybody], action)
