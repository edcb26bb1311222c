"""What admission policies with parameters say in a namespace: which values of their parameters a rule that refuses compares with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from gpuplatform.kinds.cluster.names import namespace_of, namespaces, selects
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.plan.model import Json, Plan
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.pools.teams import READ_PREFIX

_KEY: Final = re.compile(r"params\.data\['([^']+)'\]")


def compared(plan: Plan, namespace: str, api_group: str, kind: str) -> dict[str, str]:
    """Parameters by which something is refused when it is created in this namespace: those that a validation names. Folders to read are
    named by their prefix."""
    found: dict[str, str] = {}
    for policy, data in _bound(plan, namespace):
        rules = as_list(get_path(policy, "spec", "matchConstraints", "resourceRules"))
        if not any(_matches(rule, api_group, kind) for rule in rules):
            continue
        text = " ".join(str(get_path(one, "expression")) for one in as_list(get_path(policy, "spec", "validations")))
        named = set(_KEY.findall(text))
        reads = f"'{READ_PREFIX}'" in text
        found |= {k: v for k, v in data.items() if k in named or (reads and k.startswith(READ_PREFIX))}
        # A key that rules name and the parameters lack refuses what would need it.
        found |= dict.fromkeys(named - set(data), "")
    return found


def _bound(plan: Plan, namespace: str) -> Iterator[tuple[Mapping[str, Json], dict[str, str]]]:
    policies = {str(body["metadata"]["name"]): body for _, body in of_kind(plan, "ValidatingAdmissionPolicy")}
    parameters = {
        (namespace_of(body), str(body["metadata"]["name"])): as_dict(body.get("data"))
        for _, body in of_kind(plan, "ConfigMap")
    }
    labels = namespaces(plan).get(namespace, {"kubernetes.io/metadata.name": namespace})
    for _, body in of_kind(plan, "ValidatingAdmissionPolicyBinding"):
        spec = body.get("spec")
        policy = policies.get(str(get_path(spec, "policyName")))
        if policy is None or "Deny" not in as_list(get_path(spec, "validationActions")):
            continue
        if not selects(get_path(spec, "matchResources", "namespaceSelector"), labels):
            continue
        of = get_path(spec, "paramRef")
        data = parameters.get((str(get_path(of, "namespace") or namespace), str(get_path(of, "name"))), {})
        yield policy, {key: str(value) for key, value in data.items()}


def _matches(rule: Json, api_group: str, kind: str) -> bool:
    wanted = (("apiGroups", api_group), ("resources", kind), ("operations", "CREATE"))
    return all({"*", value} & set(map(str, as_list(get_path(rule, key)))) for key, value in wanted)
