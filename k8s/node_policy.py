"""The limit of the health check's right to change nodes: its own node, and of that the taints of the check.

Of a service account's token the API server says on which node its pod runs (extra `authentication.kubernetes.io/node-name`,
ServiceAccountTokenPodNodeInfo: on by default from Kubernetes 1.30, general availability 1.32).
"""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_kubernetes as kubernetes

from gpuplatform.pools import health

_OWN = "request.userInfo.?extra[?'authentication.kubernetes.io/node-name'].orValue([]) == [object.metadata.name]"
_FROM_STARTUP = f"variables.was.exists(t, t.key == '{health.UNCHECKED}')"
_GONE = f"variables.now.all(t, t.key != '{health.UNCHECKED}')"
_OTHERS_STAY = f"variables.was.all(t, t.key == '{health.UNCHECKED}' || t in variables.now)"
_NONE_NEW = f"variables.now.all(t, t in variables.was || (t.key == '{health.UNHEALTHY}' && t.effect == 'NoSchedule'))"

FIELDS = ("podCIDR", "podCIDRs", "providerID", "unschedulable", "configSource", "externalID", "podPreemptionPolicy")
"""Fields of a node's `spec` beside its taints, old and new: one that a version lacks is absent on both sides. The `status` this
request cannot change."""
_METADATA = ("labels", "annotations", "finalizers", "ownerReferences")

_SAME = " && ".join(
    f"object.{part}.?{field} == oldObject.{part}.?{field}"
    for part, fields in (("spec", FIELDS), ("metadata", _METADATA))
    for field in fields
)


def admission_policy(
    name: str, *, account: tuple[str, str], labels: Mapping[str, str], opts: pulumi.ResourceOptions
) -> kubernetes.admissionregistration.v1.ValidatingAdmissionPolicyBinding:
    """The policy and its binding, which is returned: what gives the right to the account (namespace, name) must depend on it."""
    metadata: kubernetes.meta.v1.ObjectMetaArgsDict = {"name": f"{name}-own-node", "labels": dict(labels)}
    username = "system:serviceaccount:" + ":".join(account)
    policy = kubernetes.admissionregistration.v1.ValidatingAdmissionPolicy(
        f"{name}-policy",
        metadata=metadata,
        spec={
            "failure_policy": "Fail",
            "match_constraints": {
                "resource_rules": [
                    {
                        "api_groups": [""],
                        "api_versions": ["v1"],
                        "operations": ["UPDATE"],
                        "resources": ["nodes"],
                    }
                ]
            },
            "match_conditions": [
                {"name": "the-health-check", "expression": f"request.userInfo.username == '{username}'"}
            ],
            "variables": [
                {"name": "was", "expression": "oldObject.spec.?taints.orValue([])"},
                {"name": "now", "expression": "object.spec.?taints.orValue([])"},
            ],
            "validations": [
                {"expression": _OWN, "message": "the health check of a node may change that node alone"},
                {
                    "expression": " && ".join((_FROM_STARTUP, _GONE, _OTHERS_STAY, _NONE_NEW)),
                    "message": "the health check takes the startup taint off, puts its own in the place, and leaves others alone",
                },
                {"expression": _SAME, "message": "the health check changes nothing of a node but its taints"},
            ],
        },
        opts=opts,
    )
    return kubernetes.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
        f"{name}-policy-binding",
        metadata=metadata,
        spec={"policy_name": policy.metadata.name, "validation_actions": ["Deny"]},
        opts=opts,
    )
