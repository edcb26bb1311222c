"""Whoever is woken knows what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds import cloudwatch, custom_resources
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.plan.values import as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check

_RUNBOOK: Final = re.compile(r"docs/runbooks/[a-z0-9-]+\.md")
_ALARMS: Final = (cloudwatch.METRIC_ALARM, cloudwatch.COMPOSITE_ALARM)


def alarms(plan: Plan) -> Iterator[tuple[PlannedResource, str, str]]:
    """Every alarm: the resource, the alarm's name in it, and the text that should name a runbook."""
    for type_ in _ALARMS:
        for alarm in plan.all(type_):
            yield alarm, alarm.name, str(alarm.inputs.get("alarmDescription", ""))
    for rules in plan.all(custom_resources.PROMETHEUS_RULE):
        for group in as_list(get_path(rules.inputs, "spec", "groups")):
            for rule in as_list(get_path(group, "rules")):
                if get_path(rule, "alert"):
                    yield rules, str(get_path(rule, "alert")), str(get_path(rule, "annotations") or "")


@check("alarm-names-runbook", Severity.ERROR, "Every alarm names a runbook that exists.")
def alarm_names_runbook(plan: Plan) -> Iterator[Violation]:
    for resource, name, text in alarms(plan):
        named = _RUNBOOK.search(text)
        if named is None:
            yield Violation(f"{name}: its description names no docs/runbooks/….md", resource)
        elif plan.root and not (plan.root / named.group()).is_file():
            yield Violation(f"{name}: {named.group()} does not exist; write what to do when it rings", resource)
