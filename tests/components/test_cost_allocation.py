from __future__ import annotations

from collections.abc import Callable

from components.cost_allocation import CostAllocation
from gpuplatform.plan.model import Plan

Record = Callable[[Callable[[], object]], Plan]


def test_the_tags_that_costs_are_split_by_are_activated(record_plan: Record) -> None:
    made = record_plan(lambda: CostAllocation("cost-tags")).all("aws:costexplorer/costAllocationTag:CostAllocationTag")

    assert {t.inputs["tagKey"]: t.inputs["status"] for t in made} == {
        "team": "Active",
        "project": "Active",
        "environment": "Active",
        "component": "Active",
    }


def test_destroying_one_environment_leaves_the_accounts_tags_active(record_plan: Record) -> None:
    plan = record_plan(lambda: CostAllocation("cost-tags"))

    assert all(t.retain_on_delete for t in plan.all("aws:costexplorer/costAllocationTag:CostAllocationTag"))
