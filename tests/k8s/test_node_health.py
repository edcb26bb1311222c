"""The health check of GPU nodes: where it runs, with which rights, and in which order they come."""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from typing import Any, cast

import pulumi_aws as aws
import pytest
from pulumi_kubernetes.core.v1 import NodeSpecArgsDict

from components.tags import CostTags
from gpuplatform.catalog.images import DCGM
from gpuplatform.catalog.instances import instance
from gpuplatform.catalog.nodes import POOL_LABEL
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.pools import health
from gpuplatform.pools.health import Level
from k8s import node_policy, node_verdict
from k8s.gpu_nodes import DAEMON_TOLERATIONS
from k8s.node_health import NodeHealthCheck, NodeHealthCheckArgs, alerts
from tests.conftest import Record

TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="platform", contact="ml@example.com")
POOLS: dict[str, Level] = {"h100": 2, "small": 1, "a100": 2}
DAEMON_SET = "kubernetes:apps/v1:DaemonSet"
POLICY = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"
BINDING = f"{POLICY}Binding"
ROLE_BINDING = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding"


@pytest.fixture(scope="module")
def plan(record_plan: Record) -> Plan:
    def program() -> None:
        args = NodeHealthCheckArgs(
            pools=POOLS,
            instances=[instance("p5.48xlarge"), instance("g6.xlarge")],
            tags=TAGS,
            monitors=aws.sqs.Queue("monitors"),
            after=aws.sqs.Queue("names"),
        )
        NodeHealthCheck("gpu-health", args)

    return record_plan(program)


def daemons(plan: Plan) -> dict[str, dict[str, Any]]:
    """Pod by name of its DaemonSet."""
    return {r.inputs["metadata"]["name"]: r.inputs["spec"]["template"]["spec"] for r in plan.all(DAEMON_SET)}


def containers(plan: Plan) -> dict[str, dict[str, Any]]:
    pod = daemons(plan)["level-2"]
    return {c["name"]: c for c in (*pod["initContainers"], *pod["containers"])}


def told(container: Mapping[str, Any]) -> dict[str, Any]:
    return {each["name"]: each.get("value") for each in container["env"]}


def before(plan: Plan, resource: PlannedResource) -> set[str]:
    """Types of everything that the resource waits for, at whatever distance."""
    found: set[str] = set()
    waiting = list(resource.dependencies)
    while waiting:
        urn = waiting.pop()
        if urn in plan.by_urn:
            found.add(plan.by_urn[urn].type)
            waiting += plan.by_urn[urn].dependencies
    return found


def test_each_level_has_a_daemon_on_its_pools_alone(plan: Plan) -> None:
    found: dict[str, list[str]] = {}
    for name, pod in daemons(plan).items():
        required = pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        ((expression,),) = (term["matchExpressions"] for term in required["nodeSelectorTerms"])
        assert (expression["key"], expression["operator"]) == (POOL_LABEL, "In")
        found[name] = expression["values"]

    assert found == {"level-1": ["small"], "level-2": ["h100", "a100"]}


def test_the_daemon_comes_to_tainted_nodes_and_asks_for_no_gpu(plan: Plan) -> None:
    for pod in daemons(plan).values():
        assert pod["tolerations"] == DAEMON_TOLERATIONS
        for container in (*pod["initContainers"], *pod["containers"]):
            assert set(container["resources"]["requests"]) == {"cpu", "memory"}


def test_it_prepares_diagnoses_reports_and_stays_idle(plan: Plan) -> None:
    pod = daemons(plan)["level-1"]

    assert [c["name"] for c in pod["initContainers"]] == ["prepare", "diagnose", "report"]
    assert pod["initContainers"][0]["command"][-1] == "prepare"
    assert pod["initContainers"][2]["command"][-1] == "report"
    assert pod["containers"][0]["command"] == ["sleep", "infinity"]
    assert told(pod["initContainers"][1])["LEVEL"] == "1"
    assert told(pod["initContainers"][1])["LIMIT"] == "150"


def test_the_gpus_are_seen_without_being_requested(plan: Plan) -> None:
    diagnose = containers(plan)["diagnose"]

    assert diagnose["image"] == str(DCGM)
    assert diagnose["securityContext"] == {"privileged": True}
    assert told(diagnose)["NVIDIA_VISIBLE_DEVICES"] == "all"
    assert told(containers(plan)["prepare"])["GPU_COUNTS"] == '{"g6.xlarge": 1, "p5.48xlarge": 8}'


def test_what_is_privileged_has_no_token_and_what_has_a_token_has_no_privilege(plan: Plan) -> None:
    pod = daemons(plan)["level-2"]
    with_token = {n for n, c in containers(plan).items() if "account" in {m["name"] for m in c.get("volumeMounts", [])}}
    privileged = {n for n, c in containers(plan).items() if c["securityContext"].get("privileged")}

    assert with_token == {"prepare", "report"}
    assert privileged == {"diagnose"}
    assert pod["automountServiceAccountToken"] is False
    account = plan.one("kubernetes:core/v1:ServiceAccount")
    assert account.inputs["automountServiceAccountToken"] is False
    assert account.inputs["metadata"]["name"] == pod["serviceAccountName"]
    for name in with_token:
        context = containers(plan)[name]["securityContext"]
        assert context["runAsNonRoot"] is True
        assert context["capabilities"] == {"drop": ["ALL"]}


def test_the_limit_stands_before_the_right_and_the_right_before_the_pods(plan: Plan) -> None:
    assert BINDING in before(plan, plan.one(ROLE_BINDING))
    assert POLICY in before(plan, plan.one(BINDING))
    for daemon in plan.all(DAEMON_SET):
        assert {ROLE_BINDING, BINDING, POLICY} <= before(plan, daemon)


def test_the_right_is_to_read_and_patch_nodes(plan: Plan) -> None:
    (rule,) = plan.one("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole").inputs["rules"]

    assert rule == {"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "patch"]}


def test_the_policy_is_about_this_account_and_denies(plan: Plan) -> None:
    spec = plan.one(POLICY).inputs["spec"]
    (condition,) = spec["matchConditions"]

    assert condition["expression"] == "request.userInfo.username == 'system:serviceaccount:gpu-health:node-health'"
    assert spec["failurePolicy"] == "Fail"
    assert plan.one(BINDING).inputs["spec"] == {
        "policyName": plan.one(POLICY).inputs["metadata"]["name"],
        "validationActions": ["Deny"],
    }
    (subject,) = plan.one(ROLE_BINDING).inputs["subjects"]
    assert f"system:serviceaccount:{subject['namespace']}:{subject['name']}" in condition["expression"]


def test_the_policy_compares_every_field_of_a_node_but_its_taints(plan: Plan) -> None:
    """A field that Kubernetes adds would be free to change: then this fails."""
    same = plan.one(POLICY).inputs["spec"]["validations"][-1]["expression"]
    annotations = cast("Mapping[str, object]", NodeSpecArgsDict.__annotations__)
    known = {key.replace("_", "") for key in annotations} - {"taints"}

    assert known == {field.lower() for field in node_policy.FIELDS}
    for field in node_policy.FIELDS:
        assert f"object.spec.?{field} == oldObject.spec.?{field}" in same


def test_the_script_reaches_the_container_whole_and_needs_nothing_but_python(plan: Plan) -> None:
    sent = plan.one("kubernetes:core/v1:ConfigMap").inputs["data"]["node_verdict.py"]
    statements = [*ast.walk(ast.parse(sent))]
    imported = {alias.name for node in statements if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in statements if isinstance(node, ast.ImportFrom)}

    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
    assert node_verdict.ALREADY_CHECKED in sent


def test_alerts_ring_for_the_taints_that_the_check_uses() -> None:
    unhealthy, late = alerts()

    assert health.UNHEALTHY in unhealthy["expr"]
    assert "for" not in unhealthy, "autoscalers remove the node in minutes"
    assert health.UNCHECKED in late["expr"]
    assert late["for"] == "15m"


def test_without_a_pool_there_is_nothing_to_check() -> None:
    with pytest.raises(ValueError, match="nothing to check"):
        NodeHealthCheckArgs(pools={}, instances=[], tags=TAGS, monitors=cast(Any, None), after=cast(Any, None))
