"""The governance layer: who is told, what is watched, what sleeps."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi_kubernetes as kubernetes
import pytest

from components.iam import Account
from components.tags import CostTags
from gpuplatform.plan.model import Plan
from stacks import cluster, governance
from stacks.settings.cluster import ClusterSettings
from stacks.settings.context import Context
from stacks.settings.governance import GovernanceSettings
from tests.stacks import upstream

Record = Callable[[Callable[[], object]], Plan]


def context(*, protect: bool = False) -> Context:
    tags = CostTags(
        team="ml-platform", project="gpuplatform", environment="test", component="platform", contact="ml@example.com"
    )
    account = Account(id="111122223333", region="us-east-1")
    return Context(account=account, tags=tags, discovery="gpuplatform-test", protect=protect)


def settings(**changes: Any) -> GovernanceSettings:
    given: dict[str, Any] = {
        "alert_emails": ["ml@example.com"],
        "budgets": {"environment": 300, "teams": {"research": 100}},
        "awake": {"days": "mon-fri", "start": "07:00", "stop": "19:00", "zone": "Europe/Berlin"},
    }
    return GovernanceSettings.model_validate(given | changes)


CLUSTER = ClusterSettings.model_validate(
    {
        "version": "1.35",
        "system": {"instance": "t4g.medium", "min": 2, "max": 4},
        "pools": {"l4": {"instance": "g6.xlarge", "buy": [{"how": "on-demand", "max": 1}, {"how": "spot", "max": 2}]}},
        "protect": False,
    }
)


def program(given: GovernanceSettings, where: Context) -> None:
    ground = upstream.network()
    topic = governance.alerts(given, where)
    made = cluster.build(CLUSTER, where, ground)
    governance.build(
        given,
        where,
        made,
        topic.arn,
        system_nodes=CLUSTER.system.min,
        queues={"research": kubernetes.helm.v3.Release("queue", chart="queue")},
    )


@pytest.fixture(scope="module")
def plan(record_plan: Record) -> Plan:
    return record_plan(lambda: program(settings(), context()))


def test_before_its_tag_is_active_the_environments_budget_counts_the_account(plan: Plan) -> None:
    budgets = {b.name: b.inputs.get("costFilters") for b in plan.all("aws:budgets/budget:Budget")}

    assert budgets == {
        "environment-budget": None,
        "team-research-budget": [{"name": "TagKeyValue", "values": ["user:team$research"]}],
    }
    assert plan.all("aws:costexplorer/costAllocationTag:CostAllocationTag") == []


def test_in_the_second_phase_tags_are_activated_and_counted(record_plan: Record) -> None:
    second = record_plan(lambda: program(settings(activate_cost_tags=True, awake=None), context()))

    environment = second.one("aws:budgets/budget:Budget", "environment-budget")
    assert environment.inputs["costFilters"] == [{"name": "TagKeyValue", "values": ["user:environment$test"]}]
    assert len(second.all("aws:costexplorer/costAllocationTag:CostAllocationTag")) == 4
    assert second.all("aws:scheduler/scheduleGroup:ScheduleGroup") == [], "no hours, no sleep"


def test_each_team_is_watched_and_so_is_the_platforms_own(plan: Plan) -> None:
    monitors = plan.all("aws:costexplorer/anomalyMonitor:AnomalyMonitor")
    watched = {json.loads(m.inputs["monitorSpecification"])["Tags"]["Values"][0] for m in monitors}

    assert watched == {"research", "ml-platform"}
    assert {m.inputs["tags"]["team"] for m in monitors} == watched


def test_every_alert_goes_to_the_one_topic(plan: Plan) -> None:
    topic = plan.one("aws:sns/topic:Topic").outputs["arn"]
    told = [
        *(
            n["subscriberSnsTopicArns"]
            for b in plan.all("aws:budgets/budget:Budget")
            for n in b.inputs["notifications"]
        ),
        *(
            [a.inputs["subscribers"][0]["address"]]
            for a in plan.all("aws:costexplorer/anomalySubscription:AnomalySubscription")
        ),
        *(a.inputs["alarmActions"] for a in plan.all("aws:cloudwatch/metricAlarm:MetricAlarm")),
    ]

    assert len(told) == 2 * 4 + 2 + 1
    assert all(t == [topic] for t in told)


def test_every_managed_group_sleeps(plan: Plan) -> None:
    schedules = plan.all("aws:scheduler/schedule:Schedule")
    stopped = {
        call["NodegroupName"]
        for s in schedules
        if (call := json.loads(s.inputs["target"]["input"])).get("ScalingConfig", {}).get("MinSize") == 0
    }

    assert stopped == {g.outputs["nodeGroupName"] for g in plan.all("aws:eks/nodeGroup:NodeGroup")}
    assert len(stopped) == 3


def test_what_the_schedule_changes_is_ignored_afterwards(plan: Plan) -> None:
    for group in plan.all("aws:eks/nodeGroup:NodeGroup"):
        assert "scalingConfig.desiredSize" in group.ignore_changes, group.name
    system = next(g for g in plan.all("aws:eks/nodeGroup:NodeGroup") if g.inputs["scalingConfig"]["minSize"])
    assert "scalingConfig.minSize" in system.ignore_changes, "or the nightly look for drift is red"


@pytest.mark.parametrize("protect", [True, False])
def test_a_key_for_alerts_is_paid_where_the_environment_protects_its_data(record_plan: Record, protect: bool) -> None:
    made = record_plan(lambda: governance.alerts(settings(), context(protect=protect)))
    keys = made.all("aws:kms/key:Key")

    assert len(keys) == protect
    assert ("kmsMasterKeyId" in made.one("aws:sns/topic:Topic").inputs) == protect
    for key in keys:
        services = {
            s["Principal"].get("Service")
            for s in json.loads(key.inputs["policy"])["Statement"]
            if "Service" in s["Principal"]
        }
        assert {"budgets.amazonaws.com", "cloudwatch.amazonaws.com", "costalerts.amazonaws.com"} <= services


def test_an_environment_that_never_sleeps_has_an_alarm_for_silence(record_plan: Record) -> None:
    awake = record_plan(lambda: governance.alerts(settings(awake=None), context(protect=True)))
    (alarm,) = awake.all("aws:cloudwatch/metricAlarm:MetricAlarm")

    assert alarm.name == "heartbeat-silent"
    assert "docs/runbooks/alerts-silent.md" in alarm.inputs["alarmDescription"]
    assert alarm.inputs["alarmActions"] == [awake.one("aws:sns/topic:Topic", "alerts-topic").outputs["arn"]]
    assert awake.one("aws:sns/topic:Topic", "heartbeat-topic").inputs["kmsMasterKeyId"]


def test_one_that_sleeps_is_silent_every_night_and_has_none(plan: Plan) -> None:
    assert [t.name for t in plan.all("aws:sns/topic:Topic")] == ["alerts-topic"]


def test_queues_are_held_where_the_environment_sleeps(plan: Plan, record_plan: Record) -> None:
    kind = "kubernetes:batch/v1:CronJob"

    assert {c.name for c in plan.all(kind)} == {"sleep-queues-hold", "sleep-queues-release"}
    assert record_plan(lambda: program(settings(awake=None), context())).all(kind) == []
