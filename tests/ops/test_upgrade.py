"""What is behind, in which order it moves, and what each step interrupts."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from gpuplatform.catalog import charts
from gpuplatform.catalog.charts import Chart
from gpuplatform.ops import upgrade_commands, versions
from gpuplatform.ops.upgrade import Upgrade, kinds_command, upgrade
from gpuplatform.ops.upgrade_step import Step
from gpuplatform.plan.model import Plan, PlannedResource
from tests.ops.conftest import OwnPlans

TODAY = date(2026, 12, 1)


def changed(plan: Plan, name: str, inputs: dict[str, Any] | None = None, **outputs: Any) -> Plan:
    def one(resource: PlannedResource) -> PlannedResource:
        if resource.name != name:
            return resource
        return replace(resource, inputs={**resource.inputs, **(inputs or {})}, outputs={**resource.outputs, **outputs})

    return replace(plan, resources=tuple(map(one, plan.resources)))


def step(found: Upgrade, words: str) -> Step:
    (one,) = [s for s in found.steps if words in s.title]
    return one


def behind(found: Upgrade) -> set[str]:
    return {one.name for one in found.behind}


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_of_what_this_checkout_asks_nothing_is_behind_what_it_knows(own_plans: OwnPlans, environment: str) -> None:
    found = upgrade(own_plans(environment), TODAY)

    assert found.behind == []
    assert not any(s.due or s.do for s in found.steps)
    assert all(s.interrupts for s in found.steps), "what a step would interrupt is said before it is due"


def test_steps_come_in_the_order_of_support_and_blocks_last(own_plans: OwnPlans) -> None:
    titles = [s.title for s in upgrade(own_plans("prod"), TODAY).steps]
    order = [
        next(n for n, title in enumerate(titles) if words in title)
        for words in (
            "custom kinds",
            "operators",
            "Kubernetes",
            "add-ons",
            "system-nodes",
            "pool l40s",
            "a100-on-demand-0",
            "h100-on-demand-1",
            "h100-capacity-block-0",
            "images of models",
        )
    ]
    assert order == sorted(order)


def test_an_older_chart_is_raised_and_its_kinds_before_it(own_plans: OwnPlans) -> None:
    plan = changed(own_plans("prod"), "jobset-release", {"version": "0.9.1"})
    found = upgrade(changed(plan, "keda-release", {"version": "2.20.2"}), TODAY)

    assert behind(found) == {"jobset", "keda"}
    kinds = step(found, "custom kinds of jobset")
    assert kinds.do == (
        "helm show crds oci://registry.k8s.io/jobset/charts/jobset --version 0.12.0 "
        "| kubectl apply --server-side --force-conflicts -f -",
    )
    assert "jobset 0.9.1 → 0.12.0" in step(found, "operators").title
    assert not step(found, "Kubernetes").due


def test_an_older_chart_whose_kinds_are_templates_has_none_to_apply(own_plans: OwnPlans) -> None:
    found = upgrade(changed(own_plans("prod"), "keda-release", {"version": "2.20.2"}), TODAY)

    assert not step(found, "custom kinds").due
    assert step(found, "operators").do == ("gpuplatform up prod",)


def test_an_older_kubernetes_moves_one_version_at_a_time_and_its_nodes_after_it(own_plans: OwnPlans) -> None:
    found = upgrade(changed(own_plans("prod"), "cluster", {"version": "1.34"}), TODAY)
    plane = step(found, "Kubernetes")

    assert "1.34 → 1.35, one minor version at a time" in plane.title
    assert any('cluster.version: "1.35"' in line for line in plane.do)
    assert any("standard support ends on 2026-12-02" in one.note for one in found.running)
    for words in ("add-ons", "system-nodes", "pool l40s", "h100-on-demand-1"):
        assert step(found, words).due, words
    assert "--kubernetes-version 1.35" in step(found, "add-ons").do[0]


def test_what_the_state_says_of_images_that_aws_chose_is_compared(own_plans: OwnPlans) -> None:
    plan = own_plans("prod")
    for name, release in (
        ("system-nodes", "1.36.2-20260714"),
        ("a100-spot-1-nodes", "1.35.6-20261023"),
        ("h100-on-demand-1-nodes", "1.36.4-20261023"),
    ):
        plan = changed(plan, name, releaseVersion=release)
    found = upgrade(plan, TODAY)

    assert behind(found) == {"system-nodes", "a100-spot-1-nodes"}
    (older,) = [one for one in found.running if one.name == "a100-spot-1-nodes"]
    assert older.note == "of Kubernetes 1.35, and the cluster has 1.36"
    assert "update-nodegroup-version" in step(found, "system-nodes").do[0]
    assert not step(found, "h100-on-demand-1").due


def test_a_pinned_image_moves_by_its_setting(own_plans: OwnPlans) -> None:
    pinned = changed(own_plans("prod"), "a100-spot-1-nodes", {"releaseVersion": "1.36.2-20260714"})

    assert "cluster.pools.a100.upkeep.release: RELEASE" in step(upgrade(pinned, TODAY), "a100-spot-1").do[0]


def test_a_block_is_left_until_it_ends_and_the_jobs_on_it_are_named(own_plans: OwnPlans) -> None:
    plan = changed(own_plans("prod"), "h100-capacity-block-0-nodes", releaseVersion="1.36.2-20260714")
    block = step(upgrade(plan, TODAY), "h100-capacity-block-0")

    assert block.do == ("wait for the block's end; the next one of pool h100 brings the newest image",)
    assert any("EKS refuses" in line for line in block.interrupts)
    assert any("pretrain" in line for line in block.interrupts)


def test_nodes_of_karpenter_move_where_the_pool_lets_them(own_plans: OwnPlans) -> None:
    plan = own_plans("prod")
    (node_class,) = [r for r in plan.resources if r.name == "l40s-class"]
    spec = {**node_class.inputs["spec"], "amiSelectorTerms": [{"alias": "al2023@v20260714"}]}
    older = changed(plan, "l40s-class", {"spec": spec})
    found = upgrade(older, TODAY)

    assert behind(found) == {"l40s"}
    kept = step(found, "pool l40s")
    assert any("drifted_at_once: 1" in line for line in kept.do)
    assert "nothing by itself" in kept.interrupts[0]
    assert "llama-70b" in kept.interrupts[1]
    assert not step(found, "pool small").due


@pytest.mark.parametrize("alias", ["al2023@latest", "bottlerocket@v1.50.0"])
def test_an_image_that_moves_by_itself_or_is_of_another_system_is_not_behind(own_plans: OwnPlans, alias: str) -> None:
    plan = own_plans("prod")
    (node_class,) = [r for r in plan.resources if r.name == "l40s-class"]
    spec = {**node_class.inputs["spec"], "amiSelectorTerms": [{"alias": alias}]}

    assert behind(upgrade(changed(plan, "l40s-class", {"spec": spec}), TODAY)) == set()


def test_numbers_are_compared_as_numbers() -> None:
    plan = Plan(project="p", environment="e", region="us-east-1", resources=())
    release = PlannedResource(
        urn="u", type="kubernetes:helm.sh/v3:Release", name="lws", parent=None, custom=True,
        inputs={"chart": charts.LEADER_WORKER_SET.reference, "version": "0.9.0"},
    )  # fmt: skip
    (one,) = versions.running(replace(plan, resources=(release,)), TODAY)
    assert (one.behind, one.newest) == (True, "0.10.0")


def test_a_plan_without_a_cluster_has_nothing_to_say_of_one() -> None:
    plan = Plan(project="p", environment="e", region="us-east-1", resources=())
    assert [s.title for s in upgrade(plan, TODAY).steps] == ["operators", "images of models and of our own pods"]


def test_versions_that_are_known_and_not_taken_are_newer_and_say_why() -> None:
    for name, (version, why) in charts.HELD_BACK.items():
        assert tuple(map(int, version.split("."))) > tuple(map(int, versions.CHARTS[name].version.split(".")))
        assert why


@pytest.mark.parametrize("chart", [c for c in versions.CHARTS.values() if c.kinds_in_folder], ids=lambda c: c.name)
def test_the_command_reads_the_kinds_of_the_version_that_is_installed(chart: Chart) -> None:
    command = kinds_command(chart.name)
    assert f"{chart.reference}{f' --repo {chart.index}' if chart.index else ''} --version {chart.version} |" in command


def call(plan: Plan, *arguments: str) -> str:
    def own(_: str, file: Path | None) -> Plan:
        return replace(plan, environment=file.name) if file else plan

    def console(*, stderr: bool = False) -> Console:
        return Console(file=sys.stderr if stderr else sys.stdout, width=150, highlight=False)

    result = CliRunner().invoke(upgrade_commands.app(own, console), list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_says_what_is_due_and_what_to_type(own_plans: OwnPlans) -> None:
    plan = changed(own_plans("prod"), "jobset-release", {"version": "0.9.1"})
    text = call(plan, "prod")

    assert "behind" in text
    assert "●  1  custom kinds of jobset" in text
    assert "helm show crds oci://registry.k8s.io/jobset" in text
    assert "prod: 1 behind" in text
    assert "nothing is behind" in call(own_plans("dev"), "dev")


def test_the_command_reads_a_file_and_writes_json(own_plans: OwnPlans) -> None:
    document = json.loads(call(own_plans("dev"), "dev", "--plan", "stands.json", "--json", "-"))

    assert document["environment"] == "stands.json"
    assert {"kind", "name", "runs", "newest", "behind", "note", "as_of", "told"} == set(document["running"][0])
    assert {"title", "due", "do", "interrupts"} == set(document["steps"][0])
