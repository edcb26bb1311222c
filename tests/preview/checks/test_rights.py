"""Rights inside the cluster, and what a node gives away: each fault is found, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from gpuplatform.preview.judgement.run import run_checks
from tests.preview.planted import Break, each, found_alone, setting
from tests.preview.sound import TAGS, a_resource, and_also, kubernetes, sound

RBAC = "kubernetes:rbac.authorization.k8s.io/v1:"
ANY = ["*"]
PODS = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
OPTIONAL = {"httpTokens": "optional"}
MACHINE = {"ami": "ami-0123456789abcdef0", "instanceType": "t4g.medium", "rootBlockDevice": {"encrypted": True}}


def _role(kind: str, **rule: Any) -> Break:
    return lambda plan: and_also(plan, kubernetes(f"{RBAC}{kind}", "reader", {"rules": [PODS, {**PODS, **rule}]}))


def _binding(role: str, **subject: str) -> Break:
    group = "rbac.authorization.k8s.io"
    sent = {
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": group, "kind": "Group", "name": "researchers", **subject}],
    }
    return lambda plan: and_also(plan, kubernetes(f"{RBAC}ClusterRoleBinding", "readers", sent))


def _machine(**options: str) -> Break:
    machine = a_resource("aws:ec2/instance:Instance", "one", {**MACHINE, "metadataOptions": options, "tags": TAGS})
    return lambda plan: and_also(plan, machine)


FAULTS: list[tuple[str, str, Break]] = [
    ("rbac-everything", "rules[1] allows everything", _role("ClusterRole", apiGroups=ANY, resources=ANY, verbs=ANY)),
    ("rbac-everything", "rules[1] allows everything", _role("Role", apiGroups=ANY, resources=ANY, verbs=ANY)),
    ("rbac-everything", "gives cluster-admin", _binding("cluster-admin")),
    ("rbac-everything", "to system:authenticated", _binding("view", name="system:authenticated")),
    ("rbac-everything", "to system:anonymous", _binding("view", kind="User", name="system:anonymous")),
    ("instance-metadata", "httpTokens is missing", setting("system-template", "metadataOptions", {})),
    ("instance-metadata", "is optional", setting("system-template", "metadataOptions|httpTokens", "optional")),
    (
        "instance-metadata",
        "small-class: spec.metadataOptions",
        setting("small-class", "spec|metadataOptions", OPTIONAL),
    ),
    ("instance-metadata", "one: metadataOptions.httpTokens is optional", _machine(httpTokens="optional")),
]

SOUND: list[Break] = [
    _role("ClusterRole", verbs=ANY),
    _role("ClusterRole", apiGroups=ANY, resources=ANY),
    _binding("view"),
    setting("system-template", "metadataOptions", {"httpEndpoint": "disabled"}),
    _machine(httpTokens="required"),
]


@each(FAULTS)
def test_a_planted_fault_is_found_and_nothing_else(rule: str, words: str, broken: Break):
    found_alone(broken(sound()), rule, words)


@pytest.mark.parametrize("changed", SOUND)
def test_what_is_allowed_is_no_finding(changed: Break):
    assert run_checks(changed(sound())) == []
