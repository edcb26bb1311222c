from __future__ import annotations

import datetime
import json
from typing import Any

import pytest

from components.capacity_block_starts import BlockStart, CapacityBlockStarts, CapacityBlockStartsArgs
from components.iam import Account
from components.tags import CostTags
from gpuplatform.plan.model import Plan
from gpuplatform.pools.purchase import PurchaseOption, PurchaseType
from tests.conftest import Record

TAGS = CostTags(team="ml", project="gpuplatform", environment="test", component="training", contact="ml@example.com")
BLOCK: dict[str, Any] = {
    "how": PurchaseType.CAPACITY_BLOCK,
    "max": 4,
    "reservation": "cr-0123456789abcdef0",
    "starts": datetime.datetime(2026, 12, 1, 12, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=1))),
    "until": datetime.date(2026, 12, 8),
}


@pytest.fixture
def plan(record_plan: Record) -> Plan:
    args = CapacityBlockStartsArgs(
        account=Account(id="111122223333", region="us-east-1"),
        tags=TAGS,
        cluster_name="main",
        blocks={"h100": BlockStart(rung=PurchaseOption(**BLOCK), group_name="h100-nodes-1")},
    )
    return record_plan(lambda: CapacityBlockStarts("capacity-blocks", args))


def test_nodes_start_with_their_block_whatever_zone_its_time_is_in(plan: Plan) -> None:
    schedule = plan.one("aws:scheduler/schedule:Schedule").inputs

    assert schedule["scheduleExpression"] == "at(2026-12-01T11:30:00)"
    assert schedule["scheduleExpressionTimezone"] == "UTC"
    assert schedule["target"]["arn"] == "arn:aws:scheduler:::aws-sdk:eks:updateNodegroupConfig"
    assert json.loads(schedule["target"]["input"]) == {
        "ClusterName": "main",
        "NodegroupName": "h100-nodes-1",
        "ScalingConfig": {"DesiredSize": 4},
    }


def test_scheduler_may_resize_the_blocks_groups_and_no_other(plan: Plan) -> None:
    [statement] = json.loads(plan.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]

    assert statement["Action"] == ["eks:UpdateNodegroupConfig"]
    assert statement["Resource"] == ["arn:aws:eks:us-east-1:111122223333:nodegroup/main/h100-nodes-1/*"]


@pytest.mark.parametrize("changed", [{"starts": None}, {"how": PurchaseType.RESERVATION}])
def test_only_a_block_with_a_start_is_started(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="accepted: a capacity block that starts"):
        BlockStart(rung=PurchaseOption(**(BLOCK | changed)), group_name="x")
