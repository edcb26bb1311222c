"""Alerts as code: a file for each subject, and all of them as groups of a PrometheusRule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from components.tags import CostTags
from k8s.alert_rules import capacity, gpus, serving, spend, training
from k8s.monitoring import NAMESPACE


@dataclass(frozen=True, kw_only=True)
class AlertRulesArgs:
    prices: Mapping[str, Decimal]
    """Instance type → list price of an hour, for those types that have one."""
    monthly_budget: float
    tags: CostTags
    kinds: pulumi.Resource
    """The release that brings PrometheusRule and PodMonitor."""


class AlertRules(pulumi.ComponentResource):
    """Everything that rings by what the cluster measures, and what reads the training programs' own metrics for it.

    Alerts on nodes that fail their health check stand beside the check, in `k8s/node_health.py`.
    """

    def __init__(self, name: str, args: AlertRulesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gpuplatform:k8s:AlertRules", name, {}, opts)
        after = pulumi.ResourceOptions(parent=self, depends_on=[args.kinds])
        labels = args.tags.labels()
        CustomResource(
            f"{name}-rules",
            api_version="monitoring.coreos.com/v1",
            kind="PrometheusRule",
            metadata={"name": name, "namespace": NAMESPACE, "labels": labels},
            spec={"groups": groups(args.prices, args.monthly_budget)},
            opts=after,
        )
        CustomResource(
            f"{name}-training",
            api_version="monitoring.coreos.com/v1",
            kind="PodMonitor",
            metadata={"name": training.MONITOR, "namespace": NAMESPACE, "labels": labels},
            spec=training.monitor(),
            opts=after,
        )
        self.register_outputs({})


def groups(prices: Mapping[str, Decimal], monthly_budget: float) -> list[dict[str, Any]]:
    """Groups of rules, as Prometheus reads them."""
    return [
        {"name": "gpus", "rules": [rule.spec() for rule in gpus.RULES]},
        {"name": "gpu-capacity", "rules": [rule.spec() for rule in capacity.RULES]},
        {"name": "training", "rules": [rule.spec() for rule in training.RULES]},
        {"name": "serving", "rules": [rule.spec() for rule in serving.RULES]},
        {
            "name": "spend",
            "rules": [*spend.recorded(prices), *(rule.spec() for rule in spend.rules(monthly_budget))],
        },
    ]
