"""A team's namespace in prod: whose it is, what its people may do, and that the platform's own job passes its rules."""

from __future__ import annotations

import copy
from typing import Any

import kubernetes_validate
import pytest

from gpuplatform.plan.model import Plan
from k8s.team_namespace import limits, quota, rights
from tests.k8s.admission import BINDING, POLICY, asked

CONTROLLER = ("system:serviceaccounts", "system:serviceaccounts:kube-system")
QUEUE = "kueue.x-k8s.io/queue-name"


def may(verb: str, group: str, resource: str) -> bool:
    return any(
        verb in rule["verbs"] and group in rule["api_groups"] and resource in rule["resources"] for rule in rights()
    )


@pytest.mark.parametrize(
    ("group", "kind"),
    [
        ("batch", "jobs"),
        ("jobset.x-k8s.io", "jobsets"),
        ("trainer.kubeflow.org", "trainjobs"),
        ("leaderworkerset.x-k8s.io", "leaderworkersets"),
        ("ray.io", "rayjobs"),
    ],
)
def test_a_team_submits_sees_and_deletes_jobs(group: str, kind: str) -> None:
    assert all(may(verb, group, kind) for verb in ("create", "get", "list", "watch", "delete"))


def test_a_team_sees_pods_logs_and_events_and_makes_no_pods_by_hand() -> None:
    assert may("get", "", "pods/log")
    assert may("list", "", "pods")
    assert may("delete", "", "pods")
    assert may("list", "", "events")
    assert not any(may("create", "", kind) for kind in ("pods", "pods/exec", "persistentvolumeclaims", "services"))


def test_nobody_gives_rights_or_changes_limits() -> None:
    written = {
        (group, kind)
        for rule in rights()
        for group in rule["api_groups"]
        for kind in rule["resources"]
        if {"create", "update", "patch"} & set(rule["verbs"])
    }

    assert not [group for group, _ in written if group == "rbac.authorization.k8s.io"]
    assert not written & {("", "resourcequotas"), ("", "limitranges"), ("", "serviceaccounts"), ("", "namespaces")}
    assert not [kind for group, kind in written if group == "kueue.x-k8s.io"]


def test_a_quota_counts_no_gpus_for_kueue_does_and_opens_nothing_outwards() -> None:
    assert not [name for name in quota() if "nvidia" in name]
    assert quota()["services.loadbalancers"] == quota()["services.nodeports"] == "0"
    assert "ephemeral-storage" not in str(limits()), "no queue has a quota of it: such jobs are never admitted"


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_kubernetes_knows_every_field_of_the_policies(plans: dict[str, Plan], environment: str) -> None:
    made = [*plans[environment].all(POLICY), *plans[environment].all(BINDING)]

    assert len(made) >= 4
    for policy in made:
        kubernetes_validate.validate(dict(policy.inputs), "1.35", strict=True)


def test_rights_come_after_the_rules(plans: dict[str, Plan]) -> None:
    plan = plans["prod"]

    for binding in plan.all("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"):
        if not binding.name.endswith("-people"):
            continue
        rules = {b.urn for b in plan.all(BINDING) if b.parent == binding.parent}
        assert len(rules) == 2
        assert rules <= set(binding.dependencies)


def prods_job(plan: Plan) -> tuple[dict[str, Any], dict[str, Any]]:
    """The platform's own job, and the pod that its controller would make of it."""
    job = copy.deepcopy(dict(plan.one("kubernetes:jobset.x-k8s.io/v1alpha2:JobSet").inputs))
    (workers,) = job["spec"]["replicatedJobs"]
    return job, workers["template"]["spec"]["template"]


def test_the_platforms_own_job_passes_its_teams_rules_and_no_other_teams(plans: dict[str, Plan]) -> None:
    plan = plans["prod"]
    job, pod = prods_job(plan)
    assert job["metadata"]["namespace"] == "team-research"

    assert asked(plan, "jobsets", "team-research", job) == []
    assert asked(plan, "pods", "team-research", pod, CONTROLLER) == []
    said = asked(plan, "pods", "team-applied", pod, CONTROLLER)
    assert any("service account" in one for one in said)
    assert any("file system" in one for one in said)


def test_a_job_of_one_team_in_anothers_queue_is_refused(plans: dict[str, Plan]) -> None:
    job, _ = prods_job(plans["prod"])
    job["metadata"]["labels"][QUEUE] = "applied"

    assert asked(plans["prod"], "jobsets", "team-research", job) != []
