from __future__ import annotations

import json
from collections.abc import Callable

import botocore.session
import pytest
from botocore.validate import ParamValidator

from components.anomaly_monitor import AnomalyMonitor, AnomalyMonitorArgs, team_expression
from components.tags import CostTags
from gpuplatform.plan.model import Plan

Record = Callable[[Callable[[], object]], Plan]

TOPIC = "arn:aws:sns:us-east-1:111122223333:alerts"


def args(dollars: float = 25) -> AnomalyMonitorArgs:
    tags = CostTags(team="research", project="gpuplatform", environment="test", component="governance", contact="ml")
    return AnomalyMonitorArgs(tags=tags, dollars=dollars, topic_arn=TOPIC)


def test_it_watches_one_team_by_its_tag(record_plan: Record) -> None:
    monitor = record_plan(lambda: AnomalyMonitor("team-research", args())).one(
        "aws:costexplorer/anomalyMonitor:AnomalyMonitor"
    )

    assert monitor.inputs["monitorType"] == "CUSTOM", "an account holds one by service, and mostly has it"
    assert json.loads(monitor.inputs["monitorSpecification"])["Tags"]["Values"] == ["research"]
    assert "monitorDimension" not in monitor.inputs, "the provider refuses a dimension beside a specification"


def test_what_the_provider_reads_back_does_not_replace_it(record_plan: Record) -> None:
    monitor = record_plan(lambda: AnomalyMonitor("team-research", args())).one(
        "aws:costexplorer/anomalyMonitor:AnomalyMonitor"
    )

    assert monitor.ignore_changes == ("monitorSpecification",)


def test_the_expression_is_one_that_cost_explorer_knows() -> None:
    given = {k: v for k, v in json.loads(team_expression("research")).items() if v is not None}
    given["Tags"] = {k: v for k, v in given["Tags"].items() if v is not None}
    shape = botocore.session.get_session().get_service_model("ce").shape_for("Expression")

    assert not ParamValidator().validate(given, shape).has_errors()
    assert given == {"Tags": {"Key": "team", "Values": ["research"]}}


def test_the_topic_is_told_at_once_of_what_is_worth_it(record_plan: Record) -> None:
    subscription = record_plan(lambda: AnomalyMonitor("team-research", args(dollars=25))).one(
        "aws:costexplorer/anomalySubscription:AnomalySubscription"
    )

    assert subscription.inputs["frequency"] == "IMMEDIATE"
    assert subscription.inputs["subscribers"] == [{"type": "SNS", "address": TOPIC}]
    assert subscription.inputs["thresholdExpression"]["dimension"] == {
        "key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
        "matchOptions": ["GREATER_THAN_OR_EQUAL"],
        "values": ["25"],
    }


def test_a_threshold_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="dollars"):
        args(dollars=0)


def test_less_than_a_dollar_is_an_amount() -> None:
    assert args(dollars=0.5).dollars == 0.5
