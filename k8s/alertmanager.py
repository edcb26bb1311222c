"""Where the cluster's alerts go: to the people's topic of SNS, and every few minutes a sign of life to another.

Alertmanager signs its calls itself, with the credentials of its service account (Pod Identity); there is no secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from components import encryption_key
from components.iam import Statement, allow
from k8s.requests import container

SERVICE_ACCOUNT = "alertmanager"

WATCHDOG = "Watchdog"
"""The chart's alert that always rings."""

HEARTBEAT_MINUTES = 4
"""Between two signs of life; the next is sent at the first full minute after."""

SUBJECT = (
    "[{{ .Status | toUpper }}] {{ with .GroupLabels.severity }}{{ . }} {{ end }}{{ .GroupLabels.alertname }}"
    "{{ with .GroupLabels.namespace }} in {{ . }}{{ end }}"
)
"""SNS takes 100 characters, and refuses a message without a subject that Alertmanager's own template makes too long (alertmanager#2781)."""

MESSAGE = """{{ range .Alerts }}{{ if eq .Status "firing" }}RINGS{{ else }}OVER{{ end }}: {{ .Annotations.summary }}
{{ with .Annotations.description }}{{ . }}
{{ end }}{{ with .Annotations.runbook }}Runbook: {{ . }}
{{ end }}{{ with .Annotations.runbook_url }}Runbook: {{ . }}
{{ end }}Since: {{ .StartsAt.Format "2006-01-02 15:04 MST" }}{{ range .Labels.SortedPairs }}
  {{ .Name }}: {{ .Value }}{{ end }}

{{ end }}"""


@dataclass(frozen=True, kw_only=True)
class Topics:
    """Of SNS, and how their messages are encrypted."""

    alerts: pulumi.Input[str]
    heartbeat: pulumi.Input[str] | None
    """None where nobody listens for silence."""
    key_arn: pulumi.Input[str] | None


def values(topics: Topics, *, region: str, storage: Mapping[str, Any]) -> dict[str, Any]:
    """Of the chart's `alertmanager`."""
    return {
        "serviceAccount": {"name": SERVICE_ACCOUNT},
        "config": configuration(topics, region),
        "alertmanagerSpec": {"storage": storage, "resources": container(cpu_m=10, memory_mib=64, limit_mib=256)},
    }


def configuration(topics: Topics, region: str) -> dict[str, Any]:
    """Alertmanager's own; lists take the place of the chart's."""
    return {
        "global": {"resolve_timeout": "5m"},
        "route": {
            "receiver": "people",
            "group_by": ["alertname", "severity", "namespace"],
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "12h",
            "routes": [
                {
                    "matchers": [f'alertname = "{WATCHDOG}"'],
                    "receiver": "nobody" if topics.heartbeat is None else "heartbeat",
                    "group_wait": "0s",
                    "group_interval": "1m",
                    "repeat_interval": f"{HEARTBEAT_MINUTES}m",
                },
                # The chart's `info` and `none` are for boards: no person acts on them.
                {"matchers": ['severity !~ "critical|warning"'], "receiver": "nobody"},
                {
                    "matchers": ['severity = "critical"'],
                    "receiver": "people",
                    "group_wait": "10s",
                    "repeat_interval": "2h",
                },
            ],
        },
        "inhibit_rules": [
            {
                "source_matchers": ['severity = "critical"'],
                "target_matchers": ['severity =~ "warning|info"'],
                "equal": ["namespace", "alertname"],
            },
            # What is said of single GPUs, once their node is known to be gone. A label that both lack counts as equal.
            {
                "source_matchers": ['alertname = "GpuNodeNotReady"'],
                "target_matchers": ['node =~ ".+"', 'alertname != "GpuNodeNotReady"'],
                "equal": ["node"],
            },
            # Without the gateway no model answers.
            {
                "source_matchers": ['alertname = "GatewayDown"'],
                "target_matchers": ['alertname =~ "ModelErrors|ScalerFails"'],
            },
        ],
        "receivers": [
            {"name": "nobody"},
            {"name": "people", "sns_configs": [_sns(topics.alerts, region)]},
            *(
                [{"name": "heartbeat", "sns_configs": [_sns(topics.heartbeat, region, resolved=False)]}]
                if topics.heartbeat is not None
                else []
            ),
        ],
    }


def _sns(topic: pulumi.Input[str], region: str, *, resolved: bool = True) -> dict[str, Any]:
    return {
        "topic_arn": topic,
        "sigv4": {"region": region},
        "subject": SUBJECT,
        "message": MESSAGE,
        "send_resolved": resolved,
    }


def statements(topics: Topics) -> list[Statement]:
    """To publish to these topics, and to encrypt what is published."""
    known = [topic for topic in (topics.alerts, topics.heartbeat) if topic is not None]
    return [
        allow("sns:Publish", on=known, sid="Publish"),
        *([encryption_key.encrypt(topics.key_arn)] if topics.key_arn is not None else []),
    ]
