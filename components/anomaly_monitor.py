"""Tells a team that it spends unusually, within about a day.

Of kind CUSTOM, by the team's tag: an account may hold one monitor by service and mostly has it already
(Default-Services-Monitor; aws-cloudformation/cloudformation-coverage-roadmap#2515). It sees nothing until the tag is activated.
A capacity block is paid at purchase and looks like an anomaly on that day.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.tags import CostTags


@dataclass(frozen=True, kw_only=True)
class AnomalyMonitorArgs:
    tags: CostTags
    """Their team is the one watched."""
    dollars: float
    """Impact of an anomaly from which it is worth a message."""
    topic_arn: pulumi.Input[str]

    def __post_init__(self) -> None:
        if self.dollars <= 0:
            raise ValueError(f"dollars: {self.dollars}; accepted: more than 0, or every ripple is a message")


class AnomalyMonitor(pulumi.ComponentResource):
    arn: pulumi.Output[str]
    """For `ProvideAnomalyFeedback`, which tells it what was planned."""

    def __init__(self, name: str, args: AnomalyMonitorArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:aws:AnomalyMonitor", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        tags = args.tags.aws(Name=name)

        monitor = aws.costexplorer.AnomalyMonitor(
            f"{name}-monitor",
            monitor_type="CUSTOM",
            monitor_specification=team_expression(args.tags.team),
            tags=tags,
            # The provider reads it back with every key that its SDK knows; a key more would replace the monitor and its history.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["monitorSpecification"]),
        )
        aws.costexplorer.AnomalySubscription(
            f"{name}-subscription",
            # Only SNS is told at once; mail alone would be told once a day.
            frequency="IMMEDIATE",
            monitor_arn_lists=[monitor.arn],
            subscribers=[{"type": "SNS", "address": args.topic_arn}],
            threshold_expression={
                "dimension": {
                    "key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                    "match_options": ["GREATER_THAN_OR_EQUAL"],
                    "values": [f"{args.dollars:g}"],
                }
            },
            tags=tags,
            opts=child,
        )
        self.arn = monitor.arn
        self.register_outputs({"arn": self.arn})


def team_expression(team: str) -> str:
    """Cost Explorer's expression for one team's tag, with the empty keys that the provider reads back."""
    unused = dict.fromkeys(("And", "CostCategories", "Dimensions", "Not", "Or"))
    return json.dumps({**unused, "Tags": {"Key": "team", "MatchOptions": None, "Values": [team]}}, sort_keys=True)
