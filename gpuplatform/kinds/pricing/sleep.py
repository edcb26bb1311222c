"""When an environment sleeps and what of it does: node groups that a schedule resizes, and what Karpenter started."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from gpuplatform.kinds.pricing.charge import HOURS, ZERO
from gpuplatform.kinds.pricing.numbers import NoAmountError, decimal
from gpuplatform.kinds.tokens import NODE_GROUP, SCHEDULE
from gpuplatform.plan.model import Json, Plan, PlannedResource, once
from gpuplatform.plan.references import linked
from gpuplatform.plan.values import as_dict, as_list

RESIZES_NODE_GROUP: Final = ":aws-sdk:eks:updateNodegroupConfig"
RUNS_A_RUNBOOK: Final = ":aws-sdk:ssm:startAutomationExecution"
TERMINATES: Final = "AWS-TerminateEC2Instance"
KARPENTERS_TAG: Final = "tag:eks:eks-cluster-name"
"""What the runbook looks for: Karpenter's nodes carry it, those of managed groups do not (karpenter.sh, v1 migration guide)."""

WORKING_SHARE: Final = {"mon-fri": Decimal(5) / 7, "mon-sun": Decimal(1)}
"""Part of the days on which an environment is awake."""


def node_hours(least: Decimal, asleep: Decimal, awake: Decimal, nodes: Decimal, hours: Decimal) -> Decimal:
    """Node-hours of a month: `least` nodes while awake and `asleep` for the rest; and for so many `hours`, which sleep bounds, as many
    `nodes` as are expected, where those are more."""
    return least * awake + asleep * (HOURS - awake) + max(nodes - least, ZERO) * min(hours, awake)


@once
def awake_hours(plan: Plan) -> Decimal:
    """Hours a month that the environment is awake: hours of a day × share of days × 730 / 24 days of a month.

    07:00 to 19:00 on working days is 12 × 5/7 × 30.4167 = 260.71.
    """
    awake = as_dict(as_dict(plan.setting("governance")).get("awake"))
    share = WORKING_SHARE.get(str(awake.get("days", "mon-fri")))
    start, stop = (_hour_of_day(awake.get(edge)) for edge in ("start", "stop"))
    if share is None or start is None or stop is None:
        return HOURS
    return max(stop - start, ZERO) * share * HOURS / 24


@once
def sleeping(plan: Plan) -> Mapping[str, Decimal]:
    """URN of a node group → nodes it has asleep, where schedules resize it again and again: the smallest size that one sets. What
    happens once, such as the start of a capacity block, is no sleep."""
    sizes: dict[str, Decimal] = {}
    for schedule, sent in _recurring(plan, RESIZES_NODE_GROUP):
        size = as_dict(sent.get("ScalingConfig")).get("DesiredSize")
        if size is None:
            continue
        with contextlib.suppress(NoAmountError):
            for group in _resized(plan, schedule, sent):
                sizes[group.urn] = min(decimal(size), sizes.get(group.urn, decimal(size)))
    return sizes


@once
def sweeps_karpenter(plan: Plan) -> bool:
    """Whether a schedule ends the nodes that Karpenter started: asleep there are none."""
    return any(
        as_dict(target).get("Key") == KARPENTERS_TAG
        for _, sent in _recurring(plan, RUNS_A_RUNBOOK)
        if sent.get("DocumentName") == TERMINATES
        for target in as_list(sent.get("Targets"))
    )


def _recurring(plan: Plan, action: str) -> Iterator[tuple[PlannedResource, dict[str, Json]]]:
    """Schedules in force that call an action more than once, and what they send."""
    for schedule in plan.all(SCHEDULE):
        target = as_dict(schedule.inputs.get("target"))
        once_only = str(schedule.inputs.get("scheduleExpression", "")).startswith("at(")
        in_force = schedule.inputs.get("state") != "DISABLED" and not once_only
        if in_force and str(target.get("arn", "")).endswith(action):
            yield schedule, as_dict(_parsed(target.get("input")))


def _resized(plan: Plan, schedule: PlannedResource, sent: Mapping[str, Json]) -> Iterator[PlannedResource]:
    name = sent.get("NodegroupName")
    named = [g for g in plan.all(NODE_GROUP) if name in (g.outputs.get("nodeGroupName"), g.inputs.get("nodeGroupName"))]
    yield from named or linked(plan, schedule, "target", NODE_GROUP)


def _hour_of_day(clock: Json) -> Decimal | None:
    """None where it is no time of a day."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", str(clock))
    return Decimal(found[1]) + Decimal(found[2]) / 60 if found else None


def _parsed(value: Json) -> Json:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None
