from __future__ import annotations

from collections.abc import Callable

from components.cost_allocation import CostAllocation, CostAllocationArgs
from gpuplatform.plan.model import Plan

TAG = "aws:costexplorer/costAllocationTag:CostAllocationTag"
Record = Callable[[Callable[[], object]], Plan]


def test_the_tags_that_costs_are_split_by_are_activated(record_plan: Record) -> None:
    made = record_plan(lambda: CostAllocation("cost-tags", CostAllocationArgs())).all(TAG)

    assert {t.inputs["tagKey"]: t.inputs["status"] for t in made} == {
        "team": "Active",
        "project": "Active",
        "environment": "Active",
        "component": "Active",
    }


def test_a_label_of_pods_is_activated_like_a_tag(record_plan: Record) -> None:
    args = CostAllocationArgs(pod_labels=["gpuplatform.io/team"])
    made = record_plan(lambda: CostAllocation("cost-tags", args)).all(TAG)

    assert ("cost-tags-gpuplatform.io-team", "gpuplatform.io/team") in [(t.name, t.inputs["tagKey"]) for t in made]


def test_destroying_one_environment_leaves_the_accounts_tags_active(record_plan: Record) -> None:
    plan = record_plan(lambda: CostAllocation("cost-tags", CostAllocationArgs()))

    assert all(t.retain_on_delete for t in plan.all(TAG))
