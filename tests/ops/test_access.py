"""What each team may do in prod: the whole matrix; and that each column changes with the policy that it is read from."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

from rich.console import Console

from gpuplatform.kinds.cluster.access import TeamAccess, matrix
from gpuplatform.ops import access
from gpuplatform.plan.model import Plan, PlannedResource

BUCKETS = ("raw", "curated", "features", "models", "checkpoints")
TEAMS = ("applied", "research", "safety")
POLICY = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"


def bucket(plan: Plan, zone: str) -> str:
    return str(plan.one("aws:s3/bucket:Bucket", f"lake-{zone}-bucket").outputs["bucket"])


def expected(plan: Plan) -> dict[str, dict[str, dict[str, tuple[str, ...]]]]:
    lake = {zone: bucket(plan, zone) for zone in BUCKETS}
    return {
        f"team-{team}": {
            "namespace": {f"team-{team}": ("submit", "see", "logs", "delete", "secrets")},
            "queue": {team: ("use",)},
            "bucket prefix": {
                **{f"{lake[zone]}/*": ("read",) for zone in ("raw", "curated", "features", "models")},
                f"{lake['checkpoints']}/{team}/*": ("read", "write", "delete"),
            },
            "Lustre path": {f"/checkpoints/{team}": ("read", "write"), "/curated": ("read",)},
            "model": dict.fromkeys(("llama-70b", "qwen-7b"), ("by the gateway", "with its key")),
        }
        for team in TEAMS
    }


def found(plan: Plan) -> dict[str, dict[str, dict[str, tuple[str, ...]]]]:
    return {row.team: {column: dict(rights) for column, rights in row.columns().items()} for row in matrix(plan)}


def test_the_whole_matrix_of_prod(own_plans: Callable[[str], Plan]) -> None:
    plan = own_plans("prod")

    assert found(plan) == expected(plan)


def test_it_is_read_from_what_is_sent_and_never_from_settings(own_plans: Callable[[str], Plan]) -> None:
    plan = own_plans("prod")

    assert found(dataclasses.replace(plan, settings={}, lines={})) == expected(plan)


def changed(plan: Plan, name: str, change: Callable[[dict[str, Any]], None], type_: str = "") -> Plan:
    """The plan with one resource's inputs changed."""
    (resource,) = [r for r in plan.resources if r.name == name and r.type.endswith(type_)]
    inputs = json.loads(json.dumps(dict(resource.inputs)))
    change(inputs)
    return exchanged(plan, resource, dataclasses.replace(resource, inputs=inputs))


def exchanged(plan: Plan, old: PlannedResource, new: PlannedResource) -> Plan:
    return dataclasses.replace(plan, resources=tuple(new if r is old else r for r in plan.resources))


def row(plan: Plan, team: str = "team-research") -> TeamAccess:
    (one,) = [one for one in matrix(plan) if one.team == team]
    return one


def _into_another(inputs: dict[str, Any]) -> None:
    inputs["subjects"].append({"kind": "Group", "name": "team-research", "apiGroup": "rbac.authorization.k8s.io"})


def _unbound(inputs: dict[str, Any]) -> None:
    inputs["spec"]["validationActions"] = ["Audit"]


def test_a_role_binding_that_names_another_team_opens_its_namespace_and_all_in_it(
    own_plans: Callable[[str], Plan],
) -> None:
    opened = row(changed(own_plans("prod"), "team-applied-people", _into_another))

    assert opened.namespaces["team-applied"] == ("submit", "see", "logs", "delete", "secrets")
    assert set(opened.queues) == {"research", "applied"}
    assert opened.files["/checkpoints/applied"] == ("read", "write")


def test_without_the_rule_on_jobs_they_run_outside_every_queue(own_plans: Callable[[str], Plan]) -> None:
    assert row(changed(own_plans("prod"), "team-research-policy-0", _unbound)).queues["none"] == (
        "run outside every queue",
    )


def test_a_queue_in_the_namespace_with_another_teams_quota_is_used_once_its_quota_and_the_rule_let_it(
    own_plans: Callable[[str], Plan],
) -> None:
    plan = own_plans("prod")

    def borrowed(inputs: dict[str, Any]) -> None:
        inputs["spec"]["clusterQueue"] = "applied"

    def any_namespace(inputs: dict[str, Any]) -> None:
        inputs["spec"]["namespaceSelector"] = {}

    other = changed(plan, "queues-local-queue-research", borrowed)
    assert row(other).queues == {}, "the quota of applied admits its own namespace alone"
    assert row(changed(other, "queues-cluster-queue-applied", any_namespace)).queues == {"applied": ("use",)}


def test_a_wider_policy_document_widens_the_prefix(own_plans: Callable[[str], Plan]) -> None:
    plan = own_plans("prod")

    def wider(inputs: dict[str, Any]) -> None:
        inputs["policy"] = inputs["policy"].replace("/research/*", "/*")

    wide = row(changed(plan, "training-research-role-policy", wider)).prefixes
    assert wide[f"{bucket(plan, 'checkpoints')}/*"] == ("read", "write", "delete")


def test_the_file_system_is_open_where_nothing_rules_its_mounts(own_plans: Callable[[str], Plan]) -> None:
    plan = own_plans("prod")

    def no_rule(inputs: dict[str, Any]) -> None:
        rules = inputs["spec"]["validations"]
        inputs["spec"]["validations"] = [rule for rule in rules if "subPath" not in rule["expression"]]

    def others(inputs: dict[str, Any]) -> None:
        inputs["data"]["write"] = "checkpoints"

    assert row(changed(plan, "team-research-policy-1", _unbound)).files == {"/": ("read", "write")}
    assert row(changed(plan, "teams-pods", no_rule)).files == {"/": ("read", "write")}
    assert row(changed(plan, "team-research-parameters", others)).files["/checkpoints"] == ("read", "write")


def test_models_are_called_directly_where_no_network_policy_forbids_it(own_plans: Callable[[str], Plan]) -> None:
    def everybody(inputs: dict[str, Any]) -> None:
        inputs["spec"]["ingress"] = [{}]

    plan = changed(own_plans("prod"), "qwen-7b-policy", everybody, "NetworkPolicy")
    assert row(plan).models == {
        "llama-70b": ("by the gateway", "with its key"),
        "qwen-7b": ("direct", "with its key"),
    }


def test_a_key_that_a_team_may_read_is_said(own_plans: Callable[[str], Plan]) -> None:
    def reads(inputs: dict[str, Any]) -> None:
        document = json.loads(inputs["policy"])
        secret = "arn:aws:secretsmanager:*:*:secret:serving/*"
        document["Statement"].append({"Effect": "Allow", "Action": "secretsmanager:*", "Resource": secret})
        endpoint = {"Effect": "Allow", "Action": "sagemaker:InvokeEndpoint", "Resource": "*"}
        document["Statement"].append(endpoint)
        inputs["policy"] = json.dumps(document)

    models = row(changed(own_plans("prod"), "training-research-role-policy", reads)).models
    assert models["llama-70b"] == ("by the gateway", "reads its key")
    assert models["chat-8b-endpoint"] == ("call",)


def test_the_table_names_every_team_and_says_what_it_cannot_know(own_plans: Callable[[str], Plan]) -> None:
    console = Console(record=True, width=160)
    access.show(console, own_plans("prod"))

    text = console.export_text()
    assert all(f"team-{team}" in text for team in TEAMS)
    assert access.NOT_KNOWN in " ".join(text.split())


def test_a_plan_without_teams_is_told_so() -> None:
    console = Console(record=True, width=160)
    access.show(console, Plan(project="p", environment="e", region="us-east-1", resources=()))

    assert "No team may use the cluster" in console.export_text()
