"""Settings of cost and operation: budgets, alerts, sleep."""

from __future__ import annotations

import difflib
import zoneinfo
from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from gpuplatform.sizing.overhead import OverheadKey
from stacks.settings.types import Clock, Email, Name, Section


class Days(StrEnum):
    WORKDAYS = "mon-fri"
    DAILY = "mon-sun"


class Awake(Section):
    """When the environment runs; outside these hours it sleeps."""

    days: Days = Days.WORKDAYS
    start: Clock
    stop: Clock
    zone: str = "UTC"
    """IANA time zone, such as Europe/Berlin."""

    @field_validator("stop")
    @classmethod
    def _after_the_start(cls, stop: str, info: ValidationInfo) -> str:
        start = info.data.get("start")
        if start is not None and start >= stop:
            raise ValueError(f"start {start} is not before stop {stop}; a day is awake once")
        return stop

    @field_validator("zone")
    @classmethod
    def _known_time_zone(cls, zone: str) -> str:
        try:
            zoneinfo.ZoneInfo(zone)
        except (ValueError, zoneinfo.ZoneInfoNotFoundError, OSError) as error:
            near = difflib.get_close_matches(zone, sorted(zoneinfo.available_timezones()), n=1) or ["Europe/Berlin"]
            raise ValueError(f"{zone!r} is no IANA time zone; did you mean {near[0]}?") from error
        return zone


class Budgets(Section):
    """Dollars a month at which people are told."""

    environment: float = Field(gt=0)
    teams: dict[Name, float] = Field(default_factory=dict)
    alert_at: tuple[int, ...] = (80, 100)
    """Percent of the budget, actual and forecast."""


Part = Annotated[float, Field(ge=0, lt=1)]


class Terms(Section):
    """What is agreed with AWS, as parts of 1: the bill says what is paid by it beside the list price."""

    committed: Annotated[float, Field(ge=0, le=1)] = 0
    """Of the compute that is bought on demand, what Savings Plans cover."""
    committed_discount: Part = 0
    """What these save of its price."""
    discount: Part = 0
    """Off the whole bill."""
    support: Part = 0
    """Of the discounted bill."""
    tax: Part = 0
    """Of all that."""


class GovernanceSettings(Section):
    """Who is told what, when it sleeps, and what it may cost."""

    alert_emails: tuple[Email, ...] = Field(min_length=1)
    budgets: Budgets
    overhead: OverheadKey = OverheadKey.GPU_SPEND
    """By what the platform's overhead is shared among teams, in reports and against their budgets: `gpu-spend` in the expected month;
    `evenly`; `owner`, whose it stays."""
    awake: Awake | None = None
    """Always awake where none is given."""
    anomaly_dollars: float = Field(default=100, gt=0)
    """Unusual spend a day of one team that is worth a message."""
    terms: Terms = Terms()
    cost_export: bool = False
    """Export the account's bill by the hour and by pod to the bucket of logs, to divide shared nodes among teams. Empty until the
    account has opted in to split cost allocation data under billing preferences."""
    activate_cost_tags: bool = False
    """Second phase: a tag can be activated only after it appeared in billing data, about a day after the first `pulumi up`."""
