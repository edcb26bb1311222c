"""The API server's part in an admission policy, played: variables in their order, then every validation. The expressions are evaluated
as written, by a library of CEL that is not Kubernetes' own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import cel

from gpuplatform.plan.model import Plan

POLICY = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"
BINDING = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding"


def refused(
    variables: Sequence[Mapping[str, str]],
    rules: Sequence[Mapping[str, str]],
    obj: Mapping[str, Any],
    data: Mapping[str, str],
    groups: Sequence[str] = ("system:authenticated",),
) -> list[str]:
    """Messages of the validations that do not hold; an expression that fails refuses as well."""
    known: dict[str, Any] = {}
    given = {
        "object": obj,
        "params": {"data": dict(data)},
        "request": {"userInfo": {"groups": list(groups), "username": "someone"}},
        "variables": known,
    }
    for one in variables:
        known[one["name"]] = cel.evaluate(one["expression"], given)
    return [rule["message"] for rule in rules if cel.evaluate(rule["expression"], given) is not True]


def asked(plan: Plan, resource: str, namespace: str, obj: Mapping[str, Any], groups: Sequence[str] = ()) -> list[str]:
    """What the policies of a plan say to an object of a resource (`pods`) in a namespace."""
    said: list[str] = []
    parameters = {
        (c.inputs["metadata"]["namespace"], c.inputs["metadata"]["name"]): c.inputs["data"]
        for c in plan.all("kubernetes:core/v1:ConfigMap")
        if "name" in c.inputs["metadata"]
    }
    policies = {p.inputs["metadata"]["name"]: p.inputs["spec"] for p in plan.all(POLICY)}
    for binding in (b.inputs["spec"] for b in plan.all(BINDING)):
        spec = policies[binding["policyName"]]
        matched = [r for rule in spec["matchConstraints"]["resourceRules"] for r in rule["resources"]]
        selector = binding.get("matchResources", {}).get("namespaceSelector", {}).get("matchLabels", {})
        if resource not in matched or selector.get("kubernetes.io/metadata.name") != namespace:
            continue
        of = binding["paramRef"]
        data = parameters[of["namespace"], of["name"]]
        said += refused(spec["variables"], spec["validations"], obj, data, groups)
    return said
