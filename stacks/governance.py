"""Cost and sleep: the topic of alerts, what each team may spend, and when the environment sleeps.

The layer has two parts, because what is deployed in between raises alerts: `alerts` comes early, `build` last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.alert_topic import PUBLISHERS, AlertTopic, AlertTopicArgs
from components.anomaly_monitor import AnomalyMonitor, AnomalyMonitorArgs
from components.budget import Budget, BudgetArgs
from components.cost_allocation import CostAllocation, CostAllocationArgs
from components.cost_export import CostExport, CostExportArgs
from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.heartbeat import Heartbeat, HeartbeatArgs
from components.sleep_schedule import Hours, SleepSchedule, SleepScheduleArgs, SystemNodes
from components.tags import TEAM_LABEL
from k8s.kueue import NAMESPACE as KUEUE_NAMESPACE
from k8s.queue_sleep import QueueSleep, QueueSleepArgs
from stacks.cluster import ClusterLayer
from stacks.settings.context import Context
from stacks.settings.governance import Awake, Days, GovernanceSettings


@dataclass(frozen=True, kw_only=True)
class AlertLayer:
    """Where alerts are sent."""

    arn: pulumi.Output[str]
    """Of the topic that people read."""
    key_arn: pulumi.Output[str] | None
    """What its messages are encrypted with."""
    heartbeat_arn: pulumi.Output[str] | None
    """Of the topic for signs of life; none where the environment sleeps, which is silent every night."""
    monthly_budget: float
    """Of the environment, in dollars."""


def alerts(settings: GovernanceSettings, context: Context) -> AlertLayer:
    """The topic to which every alert is sent, and the alarm that rings when the cluster's alerts are heard no more."""
    tags = context.tags.of(component="governance")
    # 1 $ a month: worth it where the environment protects what it holds, the largest line of one that sleeps.
    key = (
        EncryptionKey(
            "alerts-key",
            EncryptionKeyArgs(
                description="Alerts in SNS",
                account=context.account,
                tags=tags,
                services=PUBLISHERS,
                # It outlives no data: a message is read or gone.
                protect=False,
            ),
        )
        if context.protect
        else None
    )
    key_arn = key.arn if key else None
    topic = AlertTopic(
        "alerts",
        AlertTopicArgs(account=context.account, tags=tags, emails=settings.alert_emails, kms_key_arn=key_arn),
    )
    heartbeat = (
        None
        if settings.awake
        else Heartbeat(
            "heartbeat",
            HeartbeatArgs(
                tags=tags,
                alert_topic_arn=topic.arn,
                kms_key_arn=key_arn,
                description="Prometheus or Alertmanager is silent: no alert of the cluster reaches anybody. "
                "Runbook: docs/runbooks/alerts-silent.md",
            ),
        )
    )
    return AlertLayer(
        arn=topic.arn,
        key_arn=key_arn,
        heartbeat_arn=heartbeat.arn if heartbeat else None,
        monthly_budget=settings.budgets.environment,
    )


def build(
    settings: GovernanceSettings,
    context: Context,
    cluster: ClusterLayer,
    topic_arn: pulumi.Input[str],
    *,
    system_nodes: int,
    queues: Mapping[str, pulumi.Resource],
    export_bucket: pulumi.Input[str] | None = None,
) -> None:
    """`queues`: the teams' ClusterQueues by name, each with what it stands with; they are held while the environment sleeps.
    `export_bucket`: where the account's bill is exported to, if it is."""
    tags = context.tags.of(component="governance")
    budgets = settings.budgets

    Budget(
        "environment",
        BudgetArgs(
            tags=tags,
            dollars=budgets.environment,
            alert_at=budgets.alert_at,
            # Before the tag is active a filter by it would count nothing, and warn of nothing: until then, the whole account.
            spent_on=("environment", tags.environment) if settings.activate_cost_tags else None,
            topic_arn=topic_arn,
        ),
    )
    for team, dollars in budgets.teams.items():
        Budget(
            f"team-{team}",
            BudgetArgs(
                tags=tags.of(team=team),
                dollars=dollars,
                alert_at=budgets.alert_at,
                spent_on=("team", team),
                topic_arn=topic_arn,
            ),
        )
    # The platform's own team has no budget of its own, but it pays for NAT gateways that others fill.
    for team in sorted({*budgets.teams, tags.team}):
        AnomalyMonitor(
            f"team-{team}",
            AnomalyMonitorArgs(tags=tags.of(team=team), dollars=settings.anomaly_dollars, topic_arn=topic_arn),
        )
    if export_bucket is not None:
        CostExport("costs", CostExportArgs(account=context.account, tags=tags, bucket_name=export_bucket))
    if settings.activate_cost_tags:
        # By a pod's label the export divides a shared node; AWS takes it for a tag like any other.
        CostAllocation("cost-tags", CostAllocationArgs(pod_labels=[TEAM_LABEL] if export_bucket is not None else []))
    if settings.awake:
        _sleep(settings.awake, context, cluster, topic_arn, system_nodes, queues)


def _sleep(
    awake: Awake,
    context: Context,
    cluster: ClusterLayer,
    topic_arn: pulumi.Input[str],
    system_nodes: int,
    queues: Mapping[str, pulumi.Resource],
) -> None:
    hours = Hours(workdays_only=awake.days is Days.WORKDAYS, start=awake.start, stop=awake.stop, zone=awake.zone)
    tags = context.tags.of(component="governance")
    groups = [group for rungs in cluster.pools.values() for group in rungs]
    SleepSchedule(
        "sleep",
        SleepScheduleArgs(
            account=context.account,
            tags=tags,
            hours=hours,
            cluster_name=cluster.name,
            system=SystemNodes(group_name=cluster.system.name, awake=system_nodes),
            # Pool and place of the rung, not its whole label: a schedule's name has 64 characters at most.
            gpu_group_names={f"{g.args.pool_name}-{g.args.index}": g.name for g in groups},
            alert_topic_arn=topic_arn,
        ),
    )
    if queues:
        QueueSleep(
            "sleep-queues",
            QueueSleepArgs(
                queues=list(queues), hours=hours, namespace=KUEUE_NAMESPACE, tags=tags, after=list(queues.values())
            ),
            pulumi.ResourceOptions(providers=[cluster.provider]),
        )
